"""The jobs of a process that works for one person at a time: a run of the command line works on these alone."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class OwnJobs:
    """``run`` is the process's name, by which others see whether it still works on them. Thread-safe."""

    run: str = ""
    _ids: set[str] = field(default_factory=set)

    def add(self, job_id: str) -> None:
        self._ids.add(job_id)

    def __contains__(self, job_id: object) -> bool:
        return job_id in self._ids
