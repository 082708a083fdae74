"""How often to ask a server about a job, and how long the job will still take. Pure arithmetic on clock readings."""

from __future__ import annotations

from dataclasses import dataclass, field

QUICKEST, QUICK, CALM = 0.05, 0.2, 2.0
_QUICK_IN_A_CROWD, _CALM_IN_A_CROWD = 0.5, 6.0
_SHARE = 0.02  # of the time a render has taken: no more than that is an end seen late where it is a short one
_QUICK_AFTER_CHANGE = 10.0  # seconds of quick asking after a job's state changes
_QUICK_BEFORE_END = 4.0  # seconds before the expected end


@dataclass
class Pace:
    """Asks every 0.2 s near a start or an end, every 2 s in between; down to every 0.05 s where a job has just begun.

    Feed it with ``saw(status, progress, now)``; ``now`` is a monotonic clock in seconds.
    """

    status: str = ""
    progress: int = 0
    _changed_at: float = 0.0
    _first: tuple[float, int] | None = field(default=None, repr=False)
    _last: tuple[float, int] | None = field(default=None, repr=False)
    _smallest_step: int = 100

    def saw(self, status: str, progress: int, now: float) -> None:
        if status != self.status:
            self.status, self._changed_at = status, now
        if progress > self.progress:
            self._smallest_step = min(self._smallest_step, progress - self.progress)
            self.progress = progress
            self._first = self._first or (now, progress)
            self._last = (now, progress)

    def seconds_left(self, now: float) -> float | None:
        """The time until all steps are done, from the steps seen; None while that is unknown."""
        if not self._first or not self._last or self._last[1] <= self._first[1] or self.progress >= 99:
            return None
        rate = (self._last[1] - self._first[1]) / (self._last[0] - self._first[0])
        return max(0.0, (100 - self._last[1]) / rate - (now - self._last[0]))

    def pause(self, now: float, crowd: float = 1.0) -> float:
        """Seconds to sleep before the next question; ``crowd`` times as long, except near an end, where many ask."""
        left, quick = self.seconds_left(now), min(self._quick(now) * crowd, max(QUICK, _QUICK_IN_A_CROWD))
        if 100 - self.progress <= self._smallest_step + 1 <= 100 or self.progress >= 95:
            return quick
        if now - self._changed_at < _QUICK_AFTER_CHANGE:
            return min(CALM, self._quick(now) * crowd)
        calm = min(CALM * crowd, _CALM_IN_A_CROWD)
        if left is None:
            return calm
        return quick if left <= _QUICK_BEFORE_END else min(calm, left - _QUICK_BEFORE_END + quick)

    def _quick(self, now: float) -> float:
        return min(QUICK, max(QUICKEST, _SHARE * (now - self._changed_at)))


def back_off(troubled_for: float) -> float:
    """Seconds to sleep while a server does not answer: a tenth of the trouble so far, 0.5 to 15."""
    return min(15.0, max(0.5, troubled_for / 10))
