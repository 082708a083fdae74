"""Sentences for people, kept apart from the values in them, so that any language can say them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import TypeAlias, TypedDict


class Phrase(TypedDict):
    """A sentence as a fact of another one: plain data, so that records keep it like any other fact."""

    template: str
    facts: dict[str, Fact]


Fact: TypeAlias = "str | int | float | Phrase"
Translate = Callable[[str], str]

# Facts that hold a word of ours, such as "refused". Any other text is a person's or a service's and stays as it is.
OUR_WORDS = frozenset({"accepted", "found", "mode", "name", "provider", "reason", "state", "step"})


def gettext_noop(template: str) -> str:
    """Mark a sentence for the catalogue; it is translated where it is shown."""
    return template


def as_written(template: str) -> str:
    """Show a sentence in the language that it was written in."""
    return template


@dataclass(frozen=True)
class Message:
    """One sentence: a catalogue template such as ``"{seconds} s of speech"`` and its facts."""

    template: str
    facts: dict[str, Fact] = field(default_factory=dict)

    def text(self, translate: Translate = as_written) -> str:
        return translate(self.template).format(
            **{name: _shown(name, fact, translate) for name, fact in self.facts.items()}
        )

    def __str__(self) -> str:
        return self.text()


def _shown(name: str, fact: Fact, translate: Translate) -> str | int | float:
    if isinstance(fact, dict):
        # The sentence around it brings the full stop.
        return Message(fact["template"], fact["facts"]).text(translate).rstrip(".。")
    return translate(fact) if name in OUR_WORDS and isinstance(fact, str) else fact


def message(template: str, **facts: Fact) -> Message:
    """Shorthand for a Message: ``message(gettext_noop("{n} frames"), n=193)``."""
    return Message(template, dict(facts))


def phrase(template: str, **facts: Fact) -> Phrase:
    """A fact that is more than one word: ``reason=phrase(gettext_noop("{n} of {all} bytes came"), n=1, all=2)``."""
    return Phrase(template=template, facts=dict(facts))


def joined(template: str, parts: Iterable[Phrase]) -> Phrase:
    """Several facts as one, two by two, with a template of ``{first}`` and ``{second}``; at least one part."""
    return reduce(lambda first, second: phrase(template, first=first, second=second), parts)


def listed(words: Iterable[str]) -> Phrase:
    """Words of ours as one fact: ``push, pan``."""
    return joined(gettext_noop("{first}, {second}"), map(phrase, words))
