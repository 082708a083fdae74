"""Which take of several is good enough to stop at, and which is best.

Gates come first, in their order: it does not look failed (a file that is not whole is no take), no line is missing,
none is half said. Then measures. What no gate and no measure tells apart is a tie, and is shown as one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

MOST_TAKES, FEWEST_TAKES = 8, 2
Reason = Literal["look", "lines", "right", "beyond", "cut_off", "ending"]
REASONS: tuple[Reason, ...] = ("look", "lines", "right", "beyond", "cut_off", "ending")
_LINES = {"not_said": 0, "partly": 1, None: 2, "said": 3}  # what was not judged is better than what is missing


@dataclass(frozen=True, kw_only=True)
class Take:
    """A finished take as it is judged: ``look``, ``heard`` and ``report`` as its job has them.

    ``picked``: its person has chosen it.
    """

    id: str
    look: Collection[str] | None = None
    heard: str | None = None
    report: dict[str, Any] | None = None
    picked: bool = False
    seed: int | None = None

    @property
    def passes(self) -> bool:
        """Whether nothing that was looked at is wrong; what nobody could look at stops no take."""
        return not self.look and self.heard in (None, "said")

    @property
    def right(self) -> float | None:
        """The share of right words or characters, 0 to 1, the mean of its lines; None where none was judged."""
        lines = (self.report or {}).get("lines") or ()
        shares = [float(line.get("right") or 0) for line in lines if "verdict" in line]
        return round(sum(shares) / len(shares), 2) if shares else None


def ranked(takes: Sequence[Take]) -> list[list[Take]]:
    """The best first; those of one list are tied, in the order in which they were made."""
    ordered = sorted(takes, key=_worth, reverse=True)
    return [list(tied) for _, tied in groupby(ordered, key=_worth)]


def reason(better: Take, other: Take) -> Reason | None:
    """The first gate or measure by which one take is better than another; None where they are tied."""
    pairs = zip(REASONS, _measured(better), _measured(other), strict=True)
    return next((name for name, one, two in pairs if one != two), None)


def _worth(take: Take) -> tuple[float, ...]:
    return (take.picked, *_measured(take))


def _measured(take: Take) -> tuple[float, ...]:
    """In the order of ``REASONS``, more is better."""
    report = take.report or {}
    ending = report.get("ending") or {}
    return (
        not take.look,
        _LINES.get(take.heard, 2),
        round(take.right or 0.0, 1),
        not report.get("beyond"),
        not report.get("cut_off"),
        not (ending.get("unclean") or ending.get("jumps")),
    )
