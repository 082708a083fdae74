"""The parts of a render as its server shows them: encoding at 0 %, denoising step by step, decoding at 99 %.

SGLang 0.5.23's percentage counts denoising steps alone. With 193 frames, 3 steps and a tiny checkpoint on a CPU, MOVA's
pipeline spent 72 s of 228 s at 0 % (the picture's VAE encoder runs over all frames) and 106 s at 99 %.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Part = Literal["encoding", "denoising", "decoding"]
_HIGHEST = 99  # until the file is there


@dataclass(frozen=True, kw_only=True)
class PartTimes:
    """Seconds of each part: texts and picture before the first step, all steps, picture and sound until the file."""

    encoding: float
    denoising: float
    decoding: float

    @property
    def total(self) -> float:
        return self.encoding + self.denoising + self.decoding


def part_of(status: str | None, percent: int) -> Part | None:
    """The part that a job is in by its server's words; None where it has not begun, or is over."""
    if status != "in_progress":
        return None
    return "encoding" if percent <= 0 else "decoding" if percent >= _HIGHEST else "denoising"


@dataclass
class PartsSeen:
    """Measures the parts of one render, fed with each answer of its server; times are of a monotonic clock, in seconds.

    ``whole`` says that the job is followed from the moment it was sent: otherwise its beginning was not seen.
    """

    steps: int
    whole: bool
    _began: float | None = None
    _first: tuple[float, int] | None = field(default=None, repr=False)
    _stepped: float | None = None

    def saw(self, status: str, percent: int, now: float) -> None:
        part = part_of(status, percent)
        if part is None:
            return
        if self._began is None:
            self._began, self.whole = now, self.whole and part == "encoding"
        if part != "encoding" and self._first is None:
            self._first = (now, self.steps if part == "decoding" else max(1, round(percent * self.steps / 100)))
        if part == "decoding" and self._stepped is None:
            self._stepped = now

    def times(self, ended: float) -> PartTimes | None:
        """The parts of a render that ended then; None where not all of their bounds were seen."""
        if not self.whole or self._began is None or self._first is None or self._stepped is None:
            return None
        at, done = self._first
        if done >= self.steps > 1:
            return None
        # What came before the first step that was seen was encoding, and steps as long as those after it.
        step = (self._stepped - at) / (self.steps - done) if done < self.steps else 0.0
        encoding = max(0.0, at - self._began - done * step) if done < self.steps else at - self._began
        return PartTimes(
            encoding=encoding, denoising=self._stepped - self._began - encoding, decoding=ended - self._stepped
        )
