"""A shot as the description of its job: from shot, scene, cast and style, in the order that MOVA was trained on.

Pictures in the order of time, each speaker beside what is seen of them, everybody else who faces us silent, the sound
at the end. The words between quotes and the sentence of a voice stand as they were written.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.messages import Message, gettext_noop, message
from core.render_settings import TRAINED_FPS
from description.quotations import quotations
from description.text import collapse, ended, speech_seconds
from film.document import Film, Scene, Shot, ShotSize, clothes_of, people_of

NO_MUSIC = "There is no music."
_MOVES = {
    "push in": "slowly pushes in",
    "pull back": "slowly pulls back",
    "pan left": "slowly pans left",
    "pan right": "slowly pans right",
    "tilt up": "slowly tilts up",
    "tilt down": "slowly tilts down",
    "track": "follows along",
    "orbit": "slowly circles around",
    "rise": "slowly rises",
    "handheld": "moves a little, held by hand",
}
_CHAINED = 3
_FRONTAL: tuple[ShotSize, ...] = ("medium wide", "medium", "medium close-up", "close-up", "extreme close-up")


def description_of(film: Film, scene: Scene, shot: Shot) -> str:
    """The description of the job that renders a shot."""
    sentences = [
        *_opening(film, scene, shot),
        *(_introduced(film, scene, one) for one in people_of(shot)),
        shot.action,
        f"The camera {_MOVES[shot.camera]}." if shot.camera else "",
        *_spoken(film, shot),
        *_silent(film, shot),
        *_sound(film, shot),
    ]
    return collapse(" ".join(f"{one[0].upper()}{ended(one[1:])}" for one in sentences if one))


def speech_seconds_of(shot: Shot) -> float:
    """How long its lines take to say, against 8.04 s of a shot."""
    told = " ".join(f'says "{collapse(one.text)}"' for one in shot.utterances)
    return speech_seconds(quotations(told))


def marks_of(film: Film) -> list[Message]:
    """What a person should know of a film before anything is spent, shot by shot."""
    marks, chained, room = [], 0, film.shot_frames / TRAINED_FPS
    for number, shot in enumerate(film.shots, 1):
        seconds = speech_seconds_of(shot)
        if seconds > room:
            template = gettext_noop("Shot {n}: about {needed} s of speech in {seconds} s.")
            marks.append(message(template, n=number, needed=f"{seconds:.1f}", seconds=f"{room:.2f}"))
        chained = chained + 1 if shot.join.kind == "continue" else 0
        if chained == _CHAINED + 1:
            template = gettext_noop("Shot {n}: more than three shots continue each other, each softer than the last.")
            marks.append(message(template, n=number))
    return marks


def _opening(film: Film, scene: Scene, shot: Shot) -> Iterator[str]:
    article = "An" if shot.size[0] in "aeiou" else "A"
    yield film.style
    yield f"{article} {shot.size} shot."
    place = film.place_of(scene)
    yield ", ".join(part for part in (place.name if place else "", scene.time) if part)
    yield place.look if place else ""
    yield scene.light


def _introduced(film: Film, scene: Scene, cast_id: str) -> str:
    member, clothes = film.member(cast_id), clothes_of(film, scene, cast_id)
    told = [part.rstrip(".。") for part in (member.look, clothes) if part]
    return ", ".join([member.name, *told]) if told else ""


def _spoken(film: Film, shot: Shot) -> Iterator[str]:
    for one in shot.utterances:
        member = film.member(one.speaker)
        manner = f" {one.manner}" if one.manner else ""
        marks = ("“", "”") if '"' in one.text else ('"', '"')
        yield f"{member.name} says{manner}: {marks[0]}{one.text}{marks[1]}"
        yield member.voice


def _silent(film: Film, shot: Shot) -> Iterator[str]:
    speakers = {one.speaker for one in shot.utterances}
    if shot.size in _FRONTAL:
        yield from (
            f"{film.member(one).name} is silent, with closed lips." for one in people_of(shot) if one not in speakers
        )


def _sound(film: Film, shot: Shot) -> Iterator[str]:
    if shot.sound:
        yield f"The sound: {shot.sound}"
    yield film.music if film.music else NO_MUSIC
