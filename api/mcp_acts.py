"""What the tools of the MCP server do, as plain functions of who asks: each is quick, and waits for no service."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from api.mcp_answers import WORDS, Answer, Estimate, FileAddress, Job, JobLine, JobList, Model, Models, Question
from api.mcp_estimates import estimate_of, job_of
from api.mcp_files import address_asked_about, address_of
from api.mcp_films import FilmActs
from cli.requests import OwnPicture, RunOptions, full_order, simple_order
from core.errors import ActRefused, FieldUnfit, NotAPicture
from core.messages import gettext_noop
from core.render_settings import LIMITS, SIZES
from core.steps import Step
from jobs.model.records import JobFilter
from jobs.model.request import QueueKey
from jobs.model.states import ASKED, FINAL, JobState, allowing
from jobs.servers.status import MODELS
from media.frames import open_source

if TYPE_CHECKING:
    from api.access import Caller
    from jobs.model.records import Estimate as Learned
    from jobs.model.records import JobRecord
    from jobs.store.orders import Order

_MOST = 50
_SHOWN = 200  # characters of a text in a list
_ASK_STEP = "Shall the next step, {step}, be made as the estimate says? Before it, look at what is there."
_ASK_RENDER = "Everything is prepared. Shall it be rendered as the estimate says?"
_ASK_MAKER = "Some results were made by another service than there is now. Keep them, or make them anew?"
_ASK_UNCLEAR = "It may or may not have reached its server. Look for it there again, or cancel_job it?"


@dataclass(frozen=True)
class Acts:
    """``base`` is the address of this server as its client reaches it."""

    caller: Caller
    base: str

    @property
    def films(self) -> FilmActs:
        return FilmActs(self.caller, self.base)

    # ---- looking -----------------------------------------------------------------------------------------------------

    def models(self) -> Models:
        served = {one.model for one in self.caller.settings.sglang_servers}
        return Models(models=[self._model(model) for model in MODELS if model in served])

    def _model(self, model: str) -> Model:
        options, settings = RunOptions(prompt="-", white_frame=True), self.caller.settings
        request = simple_order(options, settings, None, QueueKey(model)).request
        plan = self.caller.service.plans.render_of_request(request)
        return Model(
            model=model,
            sizes=["x".join(map(str, size)) for size in SIZES[model].values()],
            num_frames=_limits("num_frames"),
            usual_num_frames=settings.num_frames,
            steps=_limits("num_inference_steps"),
            usual_steps=settings.num_inference_steps,
            ready=plan.is_known and plan.error is None,
            preview=plan.is_preview,
            why_not=plan.error.message(self.caller.translate) if plan.error else None,
            ahead=plan.ahead,
            seconds_to_render=_learned(plan.estimate),
        )

    def jobs(self, search: str, states: list[JobState], limit: int, after: int | None) -> JobList:
        wanted = frozenset(states) if states else None
        found = JobFilter(owner=self.caller.person.name, text=search or None, states=wanted)
        page = self.caller.service.library.page(found, size=max(1, min(limit, _MOST)), older_than=after)
        return JobList(jobs=[_line(job) for job in page.jobs], older=page.older)

    def job(self, job_id: str) -> Job:
        return self.told(self.caller.service.get(job_id))

    def file(self, job_id: str, what: Literal["video", "first_frame", "poster"]) -> FileAddress:
        job = self.caller.service.get(job_id)
        return address_of(self.caller.settings, self.caller.service, job, what, self.base)

    # ---- making ------------------------------------------------------------------------------------------------------

    def estimate(
        self,
        text: str,
        mode: Literal["full", "simple"],
        *,
        picture_base64: str | None,
        ask_before_each_step: bool,
        model: str | None,
        **given: object,
    ) -> Estimate:
        """Put a draft on record, which costs nothing, and say what it would take."""
        settings = self.caller.settings
        picture = _picture(picture_base64)
        if picture is not None:
            open_source(picture, settings)
        own = OwnPicture(picture) if picture is not None else None
        key = QueueKey(model or next(iter(one.model for one in settings.sglang_servers)))
        if key.model not in SIZES:
            raise FieldUnfit(where="model", reason=gettext_noop("list_models names those that can be used"))
        if mode == "simple":
            white = {"white_frame": own is None}
            order = simple_order(RunOptions(prompt=text, **white, **given), settings, own, key)  # type: ignore[arg-type]
        else:
            order = full_order(RunOptions(description=text, **given), settings, own, key)  # type: ignore[arg-type]
        if ask_before_each_step and mode == "full":
            order = _asking(order)
        return estimate_of(self.caller, self.caller.service.create(order))

    def make(self, estimate: str) -> Job:
        """Start what was estimated; asked for twice, it is one job."""
        before = self.caller.service.known(estimate.rpartition(".")[0])
        if before is not None and before.state not in ("draft", "waiting"):  # this very act, once more
            return self.told(before)
        job = job_of(self.caller, estimate)
        self._happened(job, self.caller.service.start(job.id))
        return self.job(job.id)

    def answer(self, job_id: str, answer: Answer, estimate: str | None, step: Step | None, text: str | None) -> Job:
        """Carry out what its person has answered."""
        service, job = self.caller.service, self.caller.service.get(job_id)
        if answer == "look_again":
            self._happened(job, service.look_again(job.id))
        elif answer == "write":
            if step is None or text is None:
                raise FieldUnfit(where="write", reason=gettext_noop("it needs a step and a text"))
            service.steps.edit(job.id, step, text)
        elif answer in ("keep_results", "make_results_anew"):
            self._happened(job, service.steps.decide(job.id, keep=answer == "keep_results"))
        else:
            self._spend(job, answer, estimate, step)
        return self.job(job.id)

    def _spend(self, job: JobRecord, answer: Answer, estimate: str | None, step: Step | None) -> None:
        if job_of(self.caller, estimate or "").id != job.id:
            raise FieldUnfit(where="estimate", reason=gettext_noop("it is of another job"))
        service = self.caller.service
        if answer == "make_again":
            if step is None or step == "render":
                raise FieldUnfit(where="make_again", reason=gettext_noop("it needs a step other than the render"))
            self._happened(job, service.regenerate_step(job.id, step))
        else:
            self._happened(job, service.approve(job.id, to_end=answer == "go_on_to_the_end"))

    def retry(self, job_id: str, estimate: str) -> Job:
        job = job_of(self.caller, estimate)
        if job.id != job_id:
            raise FieldUnfit(where="estimate", reason=gettext_noop("it is of another job"))
        self._happened(job, self.caller.service.retry(job.id))
        return self.job(job.id)

    def cancel(self, job_id: str) -> Job:
        """Cancel what was not sent; of what a server has, only the waiting ends."""
        service, job = self.caller.service, self.caller.service.get(job_id)
        if job.state in allowing("cancel"):
            self._happened(job, service.cancel(job.id))
        else:
            self._happened(job, service.stop_waiting(job.id))
        return self.job(job.id)

    def _happened(self, job: JobRecord, happened: bool) -> None:
        if not happened:
            raise ActRefused(job=job.id, state=self.caller.service.get(job.id).state)

    # ---- words -------------------------------------------------------------------------------------------------------

    def told(self, job: JobRecord) -> Job:
        """A job as it stands, with the question to its person."""
        words, service = self.caller.translate, self.caller.service
        progress = service.queue.progress(job.id)
        error = job.error.rebuilt() if job.error else None
        return Job(
            id=job.id,
            state=job.state,
            in_words=WORDS[job.state],
            mode=job.mode,
            text=job.request.text,
            model=job.model,
            size=job.render.size,
            seconds=round(job.render.seconds, 3),
            seed=job.render.seed,
            preview=job.is_preview,
            progress=100 if job.state == "completed" else job.progress,
            place_in_queue=progress.place.position if progress.place else None,
            seconds_left=progress.render.seconds_left,
            has_video=job.state == "completed",
            error=f"{error.message(words)} {error.next_step(words)}" if error else None,
            notes=[note.text(words) for note in job.warnings],
            question=self._question(job) if job.state in ASKED else None,
            again=estimate_of(self.caller, job) if job.state in FINAL & allowing("retry") else None,
        )

    def _question(self, job: JobRecord) -> Question:
        if job.state == "unclear":
            return Question(
                ask=_ASK_UNCLEAR, about_step=None, text=None, picture=None, answers=["look_again"], estimate=None
            )
        plan = self.caller.service.plans.of(job.id)
        shown = self.caller.service.steps.of(job.id)
        chosen = [one for one in shown if one.chosen and one.state in ("done", "stale") and one.output]
        last = chosen[-1] if chosen else None
        is_frame = last is not None and last.step == "first_frame"
        answers: list[Answer] = ["go_on", "go_on_to_the_end"]
        ask = _ASK_RENDER if plan.next.step == "render" else _ASK_STEP.format(step=plan.next.step.replace("_", " "))
        if plan.steps.questions:
            answers, ask = ["keep_results", "make_results_anew"], _ASK_MAKER
        elif last is not None and job.mode == "full":
            answers += ["make_again"] if is_frame else ["make_again", "write"]
        return Question(
            ask=ask,
            about_step=last.step if last else None,
            text=None if last is None or is_frame else last.output,
            picture=address_asked_about(self.caller.settings, self.caller.service, job, self.base),
            answers=answers,
            estimate=estimate_of(self.caller, job),
        )


def _asking(order: Order) -> Order:
    return replace(order, request=order.request.changed(review_each_step=True))


def _line(job: JobRecord) -> JobLine:
    text = job.request.text
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return JobLine(id=job.id, state=job.state, text=shown, created=job.created.isoformat(timespec="seconds"))


def _picture(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        return base64.b64decode(text.partition(",")[2] if text.startswith("data:") else text, validate=True)
    except (binascii.Error, ValueError):
        raise NotAPicture from None


def _learned(estimate: Learned | None) -> tuple[float, float, float] | None:
    return (estimate.median, estimate.low, estimate.high) if estimate else None


def _limits(name: str) -> tuple[int, int]:
    return int(LIMITS[name].low), int(LIMITS[name].high)
