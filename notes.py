"""Sentences for people, kept apart from the values in them, so that any language can say them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

Fact = str | int | float
Translate = Callable[[str], str]


def N_(template: str) -> str:
    """Mark a sentence for the catalogue; it is translated where it is shown."""
    return template


def as_written(template: str) -> str:
    """Show a sentence in the language that it was written in."""
    return template


@dataclass(frozen=True)
class Note:
    """One sentence: a catalogue template such as ``"{seconds} s of speech"`` and its facts."""

    template: str
    facts: dict[str, Fact] = field(default_factory=dict)

    def text(self, translate: Translate = as_written) -> str:
        return translate(self.template).format(**self.facts)

    def __str__(self) -> str:
        return self.text()


def note(template: str, **facts: Fact) -> Note:
    """Shorthand for a Note: ``note(N_("{n} frames"), n=193)``."""
    return Note(template, dict(facts))
