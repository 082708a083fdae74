"""What one check found: whether it is well, one sentence, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from core.messages import Fact, Message, message

if TYPE_CHECKING:
    from core.errors import MovaError

Verdict = Literal["ok", "warning", "broken"]
VERDICTS: tuple[Verdict, ...] = ("ok", "warning", "broken")  # from the best to the worst


@dataclass(frozen=True, kw_only=True)
class Finding:
    """``key`` names the check for programs, such as ``disk`` or ``server.mova-360p``; ``raw`` is the other side's text.

    ``measured`` are figures for programs. No key, token or password is ever in any of it.
    """

    key: str
    verdict: Verdict
    says: Message
    advice: Message | None = None
    raw: str = ""
    measured: Mapping[str, str | int | float | None] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """In English, as every output for programs."""
        return {
            "key": self.key,
            "verdict": self.verdict,
            "what": self.says.text(),
            "next": self.advice.text() if self.advice else None,
            "raw": self.raw,
            "measured": dict(self.measured),
        }


def ok(key: str, template: str, **facts: Fact) -> Finding:
    "Everything is OK."
    return Finding(key=key, verdict="ok", says=message(template, **facts))


def warning(key: str, template: str, advice: str, **facts: Fact) -> Finding:
    """It works, but somebody should know."""
    return Finding(key=key, verdict="warning", says=message(template, **facts), advice=message(advice, **facts))


def broken(key: str, template: str, advice: str, **facts: Fact) -> Finding:
    """Something that does not work until it is mended."""
    return Finding(key=key, verdict="broken", says=message(template, **facts), advice=message(advice, **facts))


def of_error(key: str, error: MovaError, verdict: Verdict = "broken") -> Finding:
    """What one of our own errors says."""
    says, advice = Message(error.what, error.facts), Message(error.advice, error.facts)
    return Finding(key=key, verdict=verdict, says=says, advice=advice, raw=error.raw)


def worst(findings: Iterable[Finding]) -> Verdict:
    """The verdict on all of them together."""
    return max((one.verdict for one in findings), key=VERDICTS.index, default="ok")
