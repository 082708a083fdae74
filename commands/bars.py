"""Bars for a job on its way: one a step, one for the render with the server's own progress and the time left."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from command_line import progress_bar, remark, spoken, step_bar
from jobs.wish import render_of, shown_server
from notes import N_, note
from pipeline import PREPARATION
from render.pace import Pace
from render.waiting import Progress
from words import here

if TYPE_CHECKING:
    from errors import ServerError
    from jobs.desk import Desk
    from jobs.records import JobRecord, Place, StepRecord


class Bars:
    """Fed with the job after each change; ``say`` prints for the person."""

    def __init__(self, desk: Desk, say: Callable[[object], None]) -> None:
        self._desk, self._say = desk, say
        self._pace, self._open, self._render = Pace(), ExitStack(), ExitStack()
        self._done: set[str] = set()
        self._place: Place | None = None
        self._on_progress: Callable[[Progress], None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._render.close()

    def show(self, job: JobRecord) -> None:
        if job.mode == "full":
            self._show_steps(job)
        if job.state in ("submitted", "rendering", "saving", "completed"):
            self._show_render(job)
        elif job.state == "queued":
            self._show_place(job)

    def _show_steps(self, job: JobRecord) -> None:
        for step in self._desk.steps(job.id):
            if step.chosen and step.state == "done" and step.step in PREPARATION and step.step not in self._done:
                self._done.add(step.step)
                with step_bar(step.step) as done:
                    done(_maker(step))
                for warning in step.warnings:
                    self._say(remark(warning))

    def _show_render(self, job: JobRecord) -> None:
        if self._on_progress is None:
            self._say(f"{spoken(render_of(job).receipt)} · {shown_server(job)}")
            self._on_progress = self._render.enter_context(progress_bar("render"))
        now, status = time.monotonic(), "completed" if job.state == "completed" else job.stage or ""
        self._pace.saw(status, job.progress, now)
        trouble: ServerError | None = None
        since = 0.0
        if job.unreachable_since and job.error:
            trouble = job.error.rebuilt()  # type: ignore[assignment]
            since = max(0.0, time.time() - job.unreachable_since.timestamp())
        self._on_progress(Progress(status, job.progress, self._pace.seconds_left(now), trouble, since))

    def _show_place(self, job: JobRecord) -> None:
        place = self._desk.progress(job.id).place
        if place and place.of > 1 and place != self._place:
            self._place = place
            self._say(note(N_("In our line: {position} of {of}"), position=place.position, of=place.of))


def _maker(step: StepRecord) -> str:
    provider = here()(step.provider or "")
    return f"{provider} · {step.model}" if step.model else provider
