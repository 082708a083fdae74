"""One wait for a job: what is told about it, how often to ask, and how long a troubled server is borne with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.errors import ServerError
from render.pace import Pace, back_off
from render.parts import Part, part_of

if TYPE_CHECKING:
    from render.answers import VideoJob


@dataclass(frozen=True)
class Progress:
    """A job's state and percentage, or the trouble that its server has had for ``troubled_for`` seconds.

    ``steps_left`` is in seconds, by the steps seen so far; ``seconds_left`` until the file is there, 0 where that takes
    longer than usual. Both are None where they are not known, and so is ``step``, of ``steps``.
    """

    status: str
    percent: int
    steps_left: float | None = None
    error: ServerError | None = None
    troubled_for: float = 0.0
    seconds_left: float | None = None
    part: Part | None = None
    step: int | None = None
    steps: int | None = None


OnProgress = Callable[[Progress], None]


@dataclass
class Waiting:
    """Fed with every answer and every trouble; all times are readings of a monotonic clock, in seconds."""

    started: float
    patience: float
    _pace: Pace = field(default_factory=Pace)
    _troubled_since: float | None = None

    def saw(self, job: VideoJob, now: float) -> Progress:
        self._troubled_since = None
        self._pace.saw(job.status, job.progress, now)
        part = part_of(job.status, self._pace.progress)
        return Progress(job.status, self._pace.progress, self._pace.seconds_left(now), part=part)

    def error(self, problem: ServerError, now: float) -> Progress:
        """Note that the server is not well.

        Raises:
            The problem itself, once it has lasted longer than the patience.
        """
        if self._troubled_since is None:
            self._troubled_since = now
        troubled_for = now - self._troubled_since
        if troubled_for > self.patience:
            raise problem
        return Progress(
            self._pace.status, self._pace.progress, self._pace.seconds_left(now), problem, troubled_for=troubled_for
        )

    def pause(self, now: float, crowd: float = 1.0) -> float:
        """Seconds until the next question; ``crowd`` as in ``Pace.pause``."""
        return self._pace.pause(now, crowd) if self._troubled_since is None else back_off(now - self._troubled_since)
