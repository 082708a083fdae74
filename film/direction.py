"""Screen direction within a dialogue: who is told to look to one side in one shot and to the other in the next.

What is looked at are words alone, such as "looks to the left" or "on the right", in the action of a shot and in what
else is told of its first frame; no picture is looked at, and what no word says is not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from core.messages import Message, gettext_noop, message
from description.text import sentences
from film.document import Film, Shot, people_of

Side = Literal["left", "right"]
_HAN: dict[str, Side] = {"左": "left", "右": "right"}
# "looks right at her", "his left hand" and "right now" say nothing of the screen.
_NO_SIDE = (
    r"(?! (?:at|into|in front|away|now|here|there|behind|after|before|hand|arm|eye|foot|leg|shoulder|knee|side of h)\b)"
)
_LOOKS = re.compile(
    r"\b(?:look|face|turn|gaze|stare|glance|walk|run|move|lean|point)(?:s|ed|ing)?+"
    r"(?: (?:back|out|off|away|over|up|down))?+(?: (?:towards?|to|into))?+(?: the| screen| camera| frame)?+ "
    rf"(left|right)\b{_NO_SIDE}",
    re.IGNORECASE,
)
_LOOKS_HAN = re.compile(r"(?:看|望|朝|面向|转向|走向|侧向|面朝)(?:着|向|往)?+(?:画面|镜头|屏幕)?+的?+([左右])")
_STANDS = re.compile(rf"\b(?:on|at|from|in) the (?:far |very )?+(left|right)\b{_NO_SIDE}", re.IGNORECASE)
_STANDS_HAN = re.compile(r"(?:画面|镜头|屏幕)?+([左右])(?:侧|边|方)")
_ARTICLE = re.compile(r"^(?:the|a|an) ", re.IGNORECASE)


@dataclass(frozen=True)
class Reversal:
    """Two shots of a dialogue between which the direction of a person turns round; numbers count from 1."""

    first: int
    second: int
    shot: str
    words: Message


def reversals(film: Film, told: Mapping[str, str] | None = None) -> tuple[Reversal, ...]:
    """Where the screen direction is reversed, as far as words say it.

    Args:
        told: by the ids of shots, what else is told of their first frames, such as the prompt of their pictures.
    """
    found: list[Reversal] = []
    numbers = {shot.id: number for number, shot in enumerate(film.shots, 1)}
    for scene in film.scenes:
        talk = [(numbers[shot.id], shot, _sides(film, shot, (told or {}).get(shot.id, ""))) for shot in scene.shots]
        for run in _dialogues(talk):
            for (first, _, before), (second, shot, after) in pairwise(run):
                found += (
                    Reversal(first, second, shot.id, words) for words in _turned(film, first, before, second, after)
                )
    return tuple(found)


_Told = tuple[int, Shot, Mapping[tuple[str, str], Side]]


def _dialogues(shots: Sequence[_Told]) -> Iterator[list[_Told]]:
    """Runs of shots in which people speak, of two speakers at least."""
    run: list[_Told] = []
    ends: list[_Told | None] = [*shots, None]
    for one in ends:
        if one is not None and one[1].utterances:
            run.append(one)
            continue
        if len({said.speaker for _, shot, _ in run for said in shot.utterances}) > 1:
            yield run
        run = []


def _turned(
    film: Film, first: int, before: Mapping[tuple[str, str], Side], second: int, after: Mapping[tuple[str, str], Side]
) -> Iterator[Message]:
    for (who, what), side in after.items():
        if (who, what) in before and before[who, what] != side:
            template = {
                "looks": gettext_noop("Shots {first} and {second}: {who} looks to one side, then to the other."),
                "stands": gettext_noop("Shots {first} and {second}: {who} is on one side, then on the other."),
            }[what]
            yield message(template, first=first, second=second, who=film.member(who).name)
    faces = [{who: side for (who, what), side in one.items() if what == "looks"} for one in (before, after)]
    one, other = faces
    if len(one) == len(other) == 1 and set(one).isdisjoint(other) and [*one.values()] == [*other.values()]:
        template = gettext_noop("Shots {first} and {second}: two who talk to each other look to the same side.")
        yield message(template, first=first, second=second)


def _sides(film: Film, shot: Shot, more: str) -> dict[tuple[str, str], Side]:
    """Who looks where and stands where; what is told both ways of one person counts as nothing."""
    found: dict[tuple[str, str], set[Side]] = {}
    people = people_of(shot)
    for sentence in sentences(f"{shot.action}\n{more}"):
        for what, pattern in (("looks", _LOOKS), ("looks", _LOOKS_HAN), ("stands", _STANDS), ("stands", _STANDS_HAN)):
            for match in pattern.finditer(sentence):
                if who := _who(film, people, sentence[: match.start()]):
                    side = _HAN.get(match[1]) or ("left" if match[1].lower() == "left" else "right")
                    found.setdefault((who, what), set()).add(side)
    return {key: next(iter(sides)) for key, sides in found.items() if len(sides) == 1}


def _who(film: Film, people: tuple[str, ...], before: str) -> str | None:
    """The person who is named last before a word, else the only one who is seen."""
    told = before.casefold()
    named = [(told.rfind(_ARTICLE.sub("", film.member(one).name).casefold()), one) for one in people]
    at, who = max(named, default=(-1, ""))
    if at >= 0:
        return who
    return people[0] if len(people) == 1 else None
