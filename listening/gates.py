"""Which take of several is good enough to stop at, and which is best.

Gates come first, in their order: it does not look failed (a file that is not whole is no take), no line is missing,
none is half said. Among takes that pass the same ones the voice counts, where all of them have it to compare; it stops
none. Then measures. What no gate and no measure tells apart is a tie, and is shown as one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

MOST_TAKES = 8
Reason = Literal["look", "lines", "voice", "right", "beyond", "cut_off", "ending"]
REASONS: tuple[Reason, ...] = ("look", "lines", "voice", "right", "beyond", "cut_off", "ending")
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

    @property
    def voice(self) -> float | None:
        """How like its speakers sound in the film's other shots, 0 to 1, their mean; None where nobody was compared."""
        voices = (self.report or {}).get("voices") or ()
        found = [float(one["likeness"]) for one in voices if one.get("likeness") is not None]
        return round(sum(found) / len(found), 2) if found else None


def ranked(takes: Sequence[Take]) -> list[list[Take]]:
    """The best first; those of one list are tied, in the order in which they were made."""
    voiced = _all_compared(takes)

    def worth(take: Take) -> tuple[float, ...]:
        return (take.picked, *_measured(take, voiced))

    return [list(tied) for _, tied in groupby(sorted(takes, key=worth, reverse=True), key=worth)]


def reason(better: Take, other: Take, among: Sequence[Take] = ()) -> Reason | None:
    """The first gate or measure by which one take is better than another; None where they are tied.

    Args:
        among: all that they were ranked among.
    """
    voiced = _all_compared((better, other, *among))
    pairs = zip(REASONS, _measured(better, voiced), _measured(other, voiced), strict=True)
    return next((name for name, one, two in pairs if one != two), None)


def _all_compared(takes: Sequence[Take]) -> bool:
    return all(take.voice is not None for take in takes)


def _measured(take: Take, voiced: bool) -> tuple[float, ...]:
    """In the order of ``REASONS``, more is better."""
    report = take.report or {}
    ending = report.get("ending") or {}
    return (
        not take.look,
        _LINES.get(take.heard, 2),
        round(take.voice or 0.0, 1) if voiced else 0.0,
        round(take.right or 0.0, 1),
        not report.get("beyond"),
        not report.get("cut_off"),
        not (ending.get("unclean") or ending.get("jumps")),
    )
