"""Steps 1 to 4 of a job: one at a time, each recorded before the next, so that none is paid for twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from core.errors import DescriptionTagged, KeyGone, MovaError, ServiceMissing, StorageError, StoreError
from core.steps import STEPS, Step, following
from jobs.execution.needed_later import import_what_follows
from jobs.model.makers import YOURS, other_maker
from jobs.model.ordered import OrderedServices
from jobs.model.records import JobRecord, StepRecord, StoredError
from jobs.model.session_keys import LentKeys
from jobs.model.states import PREPARING, StepState
from jobs.plan.marks import mark_steps
from jobs.plan.steps import PlannedStep, StepPlan, plan_steps
from jobs.store.folders import Folders
from jobs.store.response_cache import CachingProvider, ResponseCache, clear_responses
from pipeline import PREPARATION, Made, Materials, Tools, make

if TYPE_CHECKING:
    from config import Settings
    from jobs.store.store import Store
    from providers.base import Capability, Provider

T = TypeVar("T")
# Repeats a write until it succeeds: what was paid for must not be bought again because a disk was full.
Persist = Callable[[Callable[[], None]], None]
_RUNNING: frozenset[StepState] = frozenset(("running",))
# What needs the reference pictures: the first step so that a picture that cannot be sent is told before it is paid for.
_DRAWN: tuple[Step, ...] = ("image_prompt", "first_frame")
_MADE: tuple[StepState, ...] = ("done", "stale", "skipped")


class Interruptibly(Protocol):
    """Runs work that may take minutes in such a way that a stopping process need not wait for it."""

    def __call__(self, work: Callable[[], T]) -> T: ...


@dataclass(frozen=True)
class PrepareStage:
    """One ``advance`` makes one step, and returns whether another follows."""

    store: Store
    folders: Folders
    settings: Settings
    lent: LentKeys
    interruptibly: Interruptibly
    persist: Persist
    queued: threading.Event

    def advance(self, job_id: str) -> bool:
        """Make the next step of a job that is being prepared; stop to wait for a person, at the end, or on failure."""
        job = self.store.jobs.get(job_id)
        if job is None or job.state != "preparing":
            return False
        try:
            return self._advance(job)
        except (StoreError, StorageError):
            raise
        except MovaError as problem:
            self._fail(job, problem)
        except Exception as problem:  # a fault of ours must not leave the job preparing for ever
            self._fail(job, MovaError(type(problem).__name__))
        return False

    def missing(self, job: JobRecord) -> ServiceMissing | None:
        """What keeps this process from making the next step of a job that is being prepared."""
        try:
            services = self._services(job)
            if not any(map(services.missing, PREPARATION)):
                return None
            to_make = [one for one in self.plan(job, services).to_make if self._may_go_on(job, one.step)]
        except (StoreError, StorageError):
            raise
        except MovaError:  # a run says it on the job: the key of a session is gone, a picture cannot be read
            return None
        return services.missing(to_make[0].step) if to_make else None

    def _services(self, job: JobRecord) -> OrderedServices:
        """The services of a job; raises KeyGone."""
        return OrderedServices(
            self.settings, self.lent.overrides(job), job.bookkeeping.makers, bool(job.request.references)
        )

    def plan(self, job: JobRecord, services: OrderedServices | None) -> StepPlan:
        """The plan of a job's steps with these services; without any, where a session's key is gone."""
        records = self.store.steps.of(job.id)
        maker_of = services.maker if services else None
        return plan_steps(job.request, records, maker_of, lambda frame: self.folders.frame_digest(job, frame))

    def _advance(self, job: JobRecord) -> bool:
        if job.error and job.error.kind == ServiceMissing.__name__:
            self.store.jobs.update(job.id, only_in=PREPARING, error=None)
        try:
            services, key_gone = self._services(job), None
        except KeyGone as problem:
            services, key_gone = None, problem
        plan = self.plan(job, services)
        if mark_steps(self.store.steps, job.id, plan):
            return True
        step = plan.to_make[0] if plan.to_make else None
        if key_gone and step is not None:
            self._wait_for_person(job, step.step, key_gone)
            return False
        if plan.questions:
            self._wait_for_person(job, plan.questions[0].step, other_maker(plan.questions))
            return False
        if step is None or services is None:
            self._prepared(job, plan)
            return False
        if not self._may_go_on(job, step.step):
            self.store.jobs.move_to(job.id, "waiting", only_from=PREPARING, stage=step.step)
            return False
        if job.bookkeeping.approved is None:  # a job from before this was recorded was approved up to its next step
            self.store.jobs.update(job.id, bookkeeping={"approved": step.step})
        if services.missing(step.step):  # for a process that has the key
            return False
        self._make(job, step, services)
        return True

    def _may_go_on(self, job: JobRecord, step: Step) -> bool:
        """Whether a person who reviews each step has let the job go on to this one."""
        approved = job.bookkeeping.approved
        return not job.request.review_each_step or approved is None or STEPS.index(step) <= STEPS.index(approved)

    def _make(self, job: JobRecord, planned: PlannedStep, services: OrderedServices) -> None:
        """Make a step as planned; its version is recorded before any service is asked."""
        step, begun = planned.step, self._begun(job, planned.step)
        materials = self._materials(job, step)
        if step == "video_description":
            self._offer(job, materials)
        version = begun.version if begun else self.store.steps.next_version(job.id, step)
        running = StepRecord(
            job_id=job.id,
            step=step,
            version=version,
            state="running",
            input_hash=planned.input_hash,
            maker=planned.maker,
        )
        self.store.steps.save(running)
        self.store.jobs.show_progress(job.id, 0, step)
        self._buy(job, running, materials, services)

    def _materials(self, job: JobRecord, step: Step) -> Materials:
        """What a step is made from."""
        chosen, request = self.store.steps.chosen(job.id), job.request
        texts = {step: record.output or "" for step, record in chosen.items() if step != "first_frame"}
        frame = chosen.get("first_frame")
        return Materials(
            description=request.text,
            orientation=request.orientation,
            render=request.render,
            captions=request.captions,
            subtitle_marker=request.subtitle_marker,
            image_prompt=texts.get("image_prompt", ""),
            first_frame=self.folders.first_frame(job, frame) if frame else b"",
            visual_elements=texts.get("visual_elements", ""),
            references=self.folders.references(job) if step in _DRAWN else (),
        )

    def _begun(self, job: JobRecord, step: Step) -> StepRecord | None:
        """The version that was asked for, started or failed before; None if there is none."""
        return next((one for one in self.store.steps.of(job.id) if one.step == step and one.state not in _MADE), None)

    def _buy(self, job: JobRecord, running: StepRecord, materials: Materials, services: OrderedServices) -> None:
        answers = ResponseCache(self.folders.of(job), running.step, running.version, self.folders.storage)
        tools = self._tools(services, running.step, answers)
        if running.step != STEPS[0]:  # the first step imports the service's SDK
            import_what_follows()
        made = self.interruptibly(lambda: self._made(running.step, materials, answers, tools))
        self.persist(lambda: self._keep(job, running, made))
        clear_responses(answers.folder, answers.storage)

    def _tools(self, services: OrderedServices, step: Step, answers: ResponseCache) -> Tools:
        def asked(capability: Capability) -> Provider:
            return CachingProvider(services.provider(step, capability), answers)

        return Tools(self.settings, asked)

    def _made(self, step: Step, materials: Materials, answers: ResponseCache, tools: Tools) -> Made:
        """The step's result. A failed step keeps no cached answer: another try asks the service again."""
        try:
            return make(step, materials, tools)
        except Exception:
            clear_responses(answers.folder, answers.storage)
            raise

    def _keep(self, job: JobRecord, running: StepRecord, made: Made) -> None:
        """Write files first, then the record: after a crash in between, the step is made from the cached answers."""
        result, output = made.result, made.result.output
        for name, data in made.files.items():
            output = self.folders.original_name(running.version, name.rsplit(".", 1)[-1])
            self.folders.keep(job, "original", output, data)
        done = replace(
            running,
            state="done",
            output=output,
            provider=result.provider,
            model=result.model,
            seconds=result.seconds,
            tokens=result.tokens,
            warnings=result.warnings,
        )
        self.store.steps.save(done, stale=following(done.step))

    def _offer(self, job: JobRecord, materials: Materials) -> None:
        """Store a negative prompt that fits the description better; use it if that was asked for."""
        from description.negative import offered as offered_for

        request = job.request
        offered = offered_for(request.text, elements=materials.visual_elements, captions=request.captions)
        if offered is None:
            return
        offer = {"value": offered.value, "reasons": [str(reason) for reason in offered.notes]}
        takes_it = request.trim_negative_prompt and request.render.negative_prompt is None
        render = replace(request.render, negative_prompt=offered.value) if takes_it else request.render
        warnings = (*job.warnings, *(reason for reason in offered.notes if reason not in job.warnings))
        self.store.jobs.update(
            job.id, request={"render": render}, bookkeeping={"offered_negative_prompt": offer}, warnings=warnings
        )

    def _prepared(self, job: JobRecord, plan: StepPlan) -> None:
        """Continue to the render, or wait for the person's confirmation if it is required and not given yet."""
        clear_responses(self.folders.of(job), self.folders.storage)  # a process may have died before it did
        if plan.until or not self._may_go_on(job, "render"):
            stage = plan.next_step if plan.until else "render"
            self.store.jobs.move_to(job.id, "waiting", only_from=PREPARING, stage=stage)
            return
        if tag := self._tag_in_description(job):
            error = StoredError.of(DescriptionTagged(words=tag))
            self.store.jobs.move_to(job.id, "waiting", only_from=PREPARING, stage="render", error=error)
            return
        self.store.queue.enqueue(job.id)
        self.queued.set()
        now = self.store.jobs.get(job.id)
        if (
            now is not None and now.state == "preparing" and now.revision == job.revision
        ):  # trying again would never end
            raise MovaError("it was not put into the queue")

    def _tag_in_description(self, job: JobRecord) -> str:
        """A tag that a model left in the text for MOVA; a text that the person has edited is left alone."""
        from description.check import tag_in

        record = self.store.steps.chosen(job.id).get("video_description")
        seen_to = record is None or record.edited or record.provider == YOURS or job.stage == "render"
        return "" if seen_to else tag_in((record.output if record else "") or "")

    def _wait_for_person(self, job: JobRecord, step: Step, problem: MovaError) -> None:
        """Let the job wait: nothing was asked and nothing is lost, and the person decides how it continues."""
        error = StoredError.of(problem)
        self.store.jobs.move_to(job.id, "waiting", only_from=PREPARING, stage=step, error=error)

    def _fail(self, job: JobRecord, problem: MovaError) -> None:
        for begun in self.store.steps.of(job.id):
            if begun.state == "running":
                self.store.steps.set_state(job.id, begun.step, begun.version, "failed", only_from=_RUNNING)
        self.store.jobs.move_to(job.id, "failed", only_from=PREPARING, error=StoredError.of(problem))
