"""Bars for a job on its way: one a step, one for the render with the server's own progress and the time left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from cli.terminal import progress_bar, remark, step_bar, terminal_translator, translated
from core.messages import Message, gettext_noop, message
from core.plain_text import clock
from jobs.model.states import ON_SERVER
from pipeline import PREPARATION
from render.pace import Pace
from render.waiting import Progress

if TYPE_CHECKING:
    from core.errors import ServerError
    from jobs.model.records import JobRecord, QueuePosition, StepRecord
    from jobs.plan.progress import Stall
    from jobs.plan.render import RenderPlan
    from jobs.service.service import JobService

_SOON = 0.5  # seconds in the queue before a job that is alone there says that it waits
STANDS_STILL = gettext_noop(
    "No progress on {server} for {time}, where {usual} is usual: it may be stuck, and nothing new is sent there. The "
    "job is still waited for. To send it again, to another server where one is ready: python workflow.py resume {job} "
    "--retry"
)


class ProgressBars:
    """Fed with the job after each change; ``say`` prints for the person."""

    def __init__(self, service: JobService, say: Callable[[object], None]) -> None:
        self._service, self._say = service, say
        self._pace, self._render = Pace(), ExitStack()
        self._done: set[str] = set()
        self._held_up = ""
        self._told: tuple[QueuePosition | None, int, int, bool] = (None, 0, 0, False)
        self._queued_since: float | None = None
        self._stalled = False
        self._on_progress: Callable[[Progress], None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._render.close()

    def show(self, job: JobRecord) -> None:
        if job.mode == "full":
            self._show_steps(job)
        if job.state != "queued":
            self._queued_since = None
        if job.state in ON_SERVER | {"completed"}:
            self._show_render(job)
        elif job.state == "queued":
            self._show_place(job)

    def _show_steps(self, job: JobRecord) -> None:
        for step in self._service.steps.of(job.id):
            if step.chosen and step.state == "done" and step.step in PREPARATION and step.step not in self._done:
                self._done.add(step.step)
                with step_bar(step.step) as done:
                    done(_maker(step))
                for warning in step.warnings:
                    self._say(remark(warning))

    def _show_render(self, job: JobRecord) -> None:
        if self._on_progress is None:
            self._say(f"{translated(job.render.receipt)} · {job.shown_server}")
            self._on_progress = self._render.enter_context(progress_bar("render"))
        now, status = time.monotonic(), job.state if job.state in ("saving", "completed") else job.stage or ""
        self._pace.saw(status, job.progress, now)
        render = self._service.queue.progress(job.id).render
        self._show_stall(job, render.stall)
        error: ServerError | None = None
        since = 0.0
        if job.unreachable_since and job.error:
            error = job.error.rebuilt()  # type: ignore[assignment]
            since = max(0.0, time.time() - job.unreachable_since.timestamp())
        percent = 100 if job.state in ("saving", "completed") else render.percent
        self._on_progress(
            Progress(
                *(status, percent, self._pace.seconds_left(now), error, since),
                seconds_left=render.seconds_left if render.part else None,
                part=render.part,
                step=render.step,
                steps=render.steps,
            )
        )

    def _show_stall(self, job: JobRecord, stall: Stall | None) -> None:
        """Say once each time that a job begins to stand still."""
        if stall and not self._stalled:
            time, usual = clock(stall.seconds), clock(stall.usual)
            words = message(STANDS_STILL, server=job.shown_server or "", time=time, usual=usual, job=job.id)
            from tqdm import tqdm

            with tqdm.external_write_mode():  # above the bar, not behind it
                self._say(remark(words))
        self._stalled = stall is not None

    def _show_place(self, job: JobRecord) -> None:
        problem = job.error.rebuilt() if job.error else self._service.plans.holds_up(job)
        if problem and str(problem) != self._held_up:
            self._held_up = str(problem)
            self._say(remark(message(problem.what, **problem.facts)))
        place, plan = self._service.queue.progress(job.id).place, self._service.plans.render_of(job)
        self._queued_since = self._queued_since or time.monotonic()
        waits = problem is None and time.monotonic() - self._queued_since >= _SOON
        told = (place, plan.ahead, plan.given_up, plan.paused)
        if place and (waits or place.of > 1) and told != self._told:
            self._told = told
            self._say(message(gettext_noop("Queued: {position} of {of}"), position=place.position, of=place.of))
            for words in _before(plan):
                self._say(words)


def _before(plan: RenderPlan) -> Iterator[Message]:
    """What a job that waits here waits for, and for how long."""
    if plan.paused:
        yield message(gettext_noop("Sending is paused: it goes on once somebody resumes it on the Queue page."))
    if plan.given_up:
        yield message(
            gettext_noop("A server still renders a job that nobody waits for any more; until then it is taken.")
        )
    elif plan.ahead:
        yield message(gettext_noop("Renders before it: {n}."), n=plan.ahead)
    if plan.starts_in:
        yield message(gettext_noop("It starts in about {time}."), time=clock(plan.starts_in))


def _maker(step: StepRecord) -> str:
    provider = terminal_translator()(step.provider or "")
    return f"{provider} · {step.model}" if step.model else provider
