"""Whether a frame shows a person or a place as on the card: a model's verdict as one of three sentences."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from core.messages import Fact, Message, gettext_noop, message
from core.plain_text import visible_text
from core.references import Role, Strength

Verdict = Literal["same", "different", "unsure"]
_LONGEST = 300  # characters of a reason
_SENTENCES: dict[Verdict, str] = {
    "same": gettext_noop("{name} is as on the card: {reason}."),
    "different": gettext_noop("{name} is not as on the card: {reason}."),
    "unsure": gettext_noop("Whether {name} is as on the card cannot be told: {reason}."),
}
_TRAITS: dict[tuple[Role, Strength], str] = {
    ("person", "identity"): "face, hair, build and apparent age",
    ("person", "clothes"): "face, hair, build, apparent age and clothes",
    ("person", "whole"): "face, hair, build, apparent age and clothes",
    ("place", "identity"): "layout, architecture and materials",
    ("place", "clothes"): "layout, architecture, materials, furniture and decoration",
    ("place", "whole"): "layout, architecture, materials, furniture and decoration",
}
NO_JSON = gettext_noop("the service gave no verdict that can be read")


@dataclass(frozen=True)
class Likeness:
    """What was found about one card. ``reason`` is a model's sentence, or an error of ours."""

    name: str
    verdict: Verdict
    reason: Fact

    @property
    def message(self) -> Message:
        return message(_SENTENCES[self.verdict], name=self.name, reason=self.reason)


def traits(role: Role, strength: Strength) -> str:
    """What of a card is compared, in the prompt's words."""
    return _TRAITS[role, strength]


def read_verdict(name: str, answer: str) -> Likeness:
    """The verdict in a model's answer; anything that is none is ``unsure``."""
    try:
        found, _ = json.JSONDecoder().raw_decode(answer[answer.index("{") :])
        verdict, reason = found["verdict"], found["reason"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return Likeness(name, "unsure", NO_JSON)
    said = " ".join(visible_text(reason).split())[:_LONGEST].rstrip(".。 ") if isinstance(reason, str) else ""
    if verdict not in get_args(Verdict) or not said:
        return Likeness(name, "unsure", NO_JSON)
    return Likeness(name, verdict, said)


def likenesses(notes: Iterable[Message]) -> tuple[Likeness, ...]:
    """The verdicts among a step's notes, in their order."""
    by_sentence = {sentence: verdict for verdict, sentence in _SENTENCES.items()}
    return tuple(
        Likeness(str(one.facts.get("name", "")), by_sentence[one.template], one.facts.get("reason", ""))
        for one in notes
        if one.template in by_sentence
    )
