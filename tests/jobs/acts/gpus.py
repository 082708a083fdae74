"""Servers in memory: what is on their GPUs is known for certain, whatever they answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Literal

from core.errors import JobLost, ServerSilent, ServerUnreachable
from render.answers import ServerInfo, VideoJob

Fault = Literal[
    "well", "unreachable", "silent", "takes and is silent", "loses the answer", "kills us", "a fault of ours"
]
FAULTS: tuple[Fault, ...] = (
    *("well", "unreachable", "silent", "takes and is silent", "loses the answer", "kills us", "a fault of ours"),
)


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Gpu:
    """``accepted`` has the job of ours and the server's own; ``busy_for`` names the job of ours that is being sent."""

    name: str
    fault: Fault = "well"
    busy_for: str = ""
    accepted: list[tuple[str, VideoJob]] = field(default_factory=list)
    _ids: Iterator[int] = field(default_factory=count)

    @property
    def rendering(self) -> list[str]:
        """The jobs of ours that are on the GPU."""
        return [job for job, video in self.accepted if video.status == "in_progress"]

    def end(self, status: str) -> None:
        """End what is on the GPU."""
        self.accepted = [
            (job, replace(video, status=status) if video.status == "in_progress" else video)
            for job, video in self.accepted
        ]

    def restart(self) -> None:
        self.accepted = []

    def find_any(self, tag: str) -> VideoJob | None:
        return next((video for _job, video in self.accepted if video.model == tag), None)

    # ---- what SGLangClient has ---------------------------------------------------------------------------------

    def _asked(self) -> None:
        if self.fault == "unreachable":
            raise ServerUnreachable(server=self.name, reason="refused")
        if self.fault in ("silent", "takes and is silent"):
            raise ServerSilent(server=self.name)

    def info(self) -> ServerInfo:
        if self.fault == "unreachable":
            raise ServerUnreachable(server=self.name, reason="refused")
        return ServerInfo("mova-360p", "mova-360p", "0.5.23", False)

    def submit(self, _prompt: str, _frame: bytes, _render: object, *, tag: str = "") -> VideoJob:
        if self.fault == "unreachable":
            raise ServerUnreachable(server=self.name, reason="refused")
        if self.fault == "silent":
            raise ServerSilent(server=self.name)
        assert not tag or self.find_any(tag) is None, "rendered twice"
        video = VideoJob(f"{self.name}-{next(self._ids)}", "in_progress", 0, tag, "")
        self.accepted.insert(0, (self.busy_for, video))
        if self.fault in ("takes and is silent", "loses the answer"):
            raise ServerSilent(server=self.name)
        if self.fault == "kills us":
            raise Killed
        if self.fault == "a fault of ours":
            raise ZeroDivisionError
        return video

    def all_jobs(self) -> list[VideoJob]:
        self._asked()
        return [video for _job, video in self.accepted]

    def find(self, tag: str) -> VideoJob | None:
        self._asked()
        return self.find_any(tag)

    def retrieve(self, job_id: str) -> VideoJob:
        found = next((video for video in self.all_jobs() if video.id == job_id), None)
        if found is None:
            raise JobLost(server=self.name, job=job_id)
        return found
