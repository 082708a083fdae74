"""The root of everything that can go wrong: an error says what happened and what to do next."""

from __future__ import annotations

import re
from typing import ClassVar

from core.messages import Fact, Message, Phrase, Translate, as_written, gettext_noop
from core.plain_text import visible_text

_PATH = re.compile(r"(?<![\w:/.])(?:~/|[A-Za-z]:\\|/)(?:[\w.@+-]+[/\\])+[\w.@+-]*")
_RAW_LIMIT = 2000


def without_paths(text: str) -> str:
    """Take file paths of another machine, and what nobody sees, out of its message; the rest stays as it is."""
    return _PATH.sub("(path)", visible_text(text[: 2 * _RAW_LIMIT]))[:_RAW_LIMIT]


def _visible(fact: Fact) -> Fact:
    """A fact as it can be shown and recorded, whoever wrote it."""
    if isinstance(fact, dict):
        facts = {name: _visible(inner) for name, inner in fact["facts"].items()}
        return Phrase(template=fact["template"], facts=facts)
    return visible_text(fact)[:_RAW_LIMIT] if isinstance(fact, str) else fact


class MovaError(Exception):
    """Root of the tree.

    ``what`` and ``advice`` are catalogue templates filled from ``facts``; ``raw`` is the other side's
    own text, without paths, for the folded part of a message.
    """

    what: ClassVar[str] = gettext_noop("Something went wrong.")
    advice: ClassVar[str] = gettext_noop("Try again; if it happens again, report it.")
    exit_code: ClassVar[int] = 1

    def __init__(self, raw: str = "", **facts: Fact) -> None:
        self.raw = without_paths(raw)
        self.facts = {name: _visible(fact) for name, fact in facts.items()}
        super().__init__(self.message())

    def message(self, translate: Translate = as_written) -> str:
        """What happened, in one sentence."""
        return Message(self.what, self.facts).text(translate)

    def next_step(self, translate: Translate = as_written) -> str:
        """What to do about it, in one sentence."""
        return Message(self.advice, self.facts).text(translate)

    def phrase(self) -> Phrase:
        """What happened, as a fact of another sentence."""
        return Phrase(template=self.what, facts=self.facts)

    def as_json(self) -> dict[str, object]:
        """As scripts print it and records keep it, in English."""
        kind, what, advice = type(self).__name__, self.message(), self.next_step()
        return {"kind": kind, "what": what, "next": advice, "raw": self.raw}

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.raw, self.facts)


def _rebuild(kind: type[MovaError], raw: str, facts: dict[str, Fact]) -> MovaError:
    return kind(raw, **facts)
