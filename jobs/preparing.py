"""Steps 1 to 4 of a job over the store: one at a time, each recorded before the next, none bought twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from errors import KeyGone, MovaError, StorageError, StoreError
from jobs.answers import Answers, Remembering, forget_answers
from jobs.folders import Folders
from jobs.records import FIRST_VERSION, JobRecord, StepRecord, StoredError
from jobs.session_keys import LentKeys
from jobs.states import JobState, StepState
from jobs.wish import Wish, render_of
from pipeline import PREPARATION, Made, Materials, Tools, make
from step_result import STEPS, Step

if TYPE_CHECKING:
    from config import Settings
    from jobs.store import Store
    from providers.base import Capability, Provider

T = TypeVar("T")
Chosen = Mapping[Step, StepRecord]
# Repeats a write until it succeeds: what was paid for must not be bought again because a disk was full.
Persist = Callable[[Callable[[], None]], None]
YOURS = "user"
# Before the hash of what a file says about a result: it counts in its own job, and is nobody's answer to anything else.
RESTORED = "file:"
_PREPARING: frozenset[JobState] = frozenset(("preparing",))
_RUNNING: frozenset[StepState] = frozenset(("running",))
_STALE: frozenset[StepState] = frozenset(("stale",))
_MADE: tuple[StepState, ...] = ("done", "stale", "skipped")


class Interruptibly(Protocol):
    """Runs work that may take minutes so that a stopping process need not wait for it."""

    def __call__(self, work: Callable[[], T]) -> T: ...


@dataclass(frozen=True)
class Preparing:
    """One ``advance`` makes one step, and says whether another follows."""

    store: Store
    folders: Folders
    settings: Settings
    lent: LentKeys
    interruptibly: Interruptibly
    persist: Persist
    queued: threading.Event

    def advance(self, job_id: str) -> bool:
        """Make the next step of a job that is being prepared; stop at a gate, at its end, or where it fails."""
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

    def _advance(self, job: JobRecord) -> bool:
        materials, step = self.next_step(job)
        if step is None or _is_past(step, Wish.of(job).until):
            self._prepared(job)
            return False
        try:
            self.lent.overrides(job)
        except KeyGone as problem:
            self._wait_for_key(job, step, problem)
            return False
        self._make(job, step, materials)
        return self._goes_on(job, step)

    def next_step(self, job: JobRecord) -> tuple[Materials, Step | None]:
        """The materials so far, and the first step that has to be made: None where all are there."""
        chosen, wish = self.store.steps.chosen(job.id), Wish.of(job)
        asked = {record.step for record in self.store.steps.of(job.id) if record.state not in _MADE}
        materials = Materials(
            description=wish.text,
            orientation=wish.orientation,
            render=render_of(job),
            captions=wish.captions,
            subtitle_marker=wish.subtitle_marker,
        )
        for step in PREPARATION:
            record = chosen.get(step)
            if record is None or step in asked or not counts(record, materials):
                return materials, step
            materials = self._with(job, materials, record)
        return materials, None

    def _with(self, job: JobRecord, materials: Materials, record: StepRecord) -> Materials:
        if record.state == "stale":
            self.store.steps.set_state(job.id, record.step, record.version, "done", only_from=_STALE)
        if record.step == "first_frame":
            return replace(materials, first_frame=self.folders.first_frame(job, record))
        return materials.with_text(record.step, record.output or "")

    def _make(self, job: JobRecord, step: Step, materials: Materials) -> None:
        """Make a step, or take the result that the same inputs gave before: it was paid for already."""
        input_hash, begun = materials.input_hash(step), self._begun(job, step)
        if step == "video_description":
            self._offer(job, materials)
        earlier = None
        if not self._is_asked_for(job, begun, input_hash):
            earlier = self.store.steps.find_output(step, input_hash, job.owner)
        if earlier is not None and earlier.job_id == job.id and begun is None:
            self.store.steps.choose(job.id, step, earlier.version, stale=_following(step))
            self.store.steps.set_state(job.id, step, earlier.version, "done", only_from=_STALE)
            return
        version = begun.version if begun else self.store.steps.next_version(job.id, step)
        running = StepRecord(job_id=job.id, step=step, version=version, state="running", input_hash=input_hash)
        self.store.steps.save(running)
        self.store.jobs.show_progress(job.id, 0, step)
        if earlier is not None and earlier.job_id != job.id:
            self._reuse(job, running, earlier)
        else:
            self._buy(job, running, materials)

    def _begun(self, job: JobRecord, step: Step) -> StepRecord | None:
        """The version that was asked for, begun, or failed."""
        return next((one for one in self.store.steps.of(job.id) if one.step == step and one.state not in _MADE), None)

    def _is_asked_for(self, job: JobRecord, begun: StepRecord | None, input_hash: str) -> bool:
        """Whether a person wants another result from inputs that have one."""
        if begun is None or begun.version == FIRST_VERSION:
            return False
        return begun.state == "pending" or self.store.steps.chosen(job.id)[begun.step].input_hash == input_hash

    def _buy(self, job: JobRecord, running: StepRecord, materials: Materials) -> None:
        answers = Answers(self.folders.of(job), running.step, running.version)
        tools = self._tools(job, answers)
        made = self.interruptibly(lambda: self._made(materials, answers, tools))
        self.persist(lambda: self._keep(job, running, made))
        forget_answers(answers.folder)

    def _tools(self, job: JobRecord, answers: Answers) -> Tools:
        """The services as this job asks them: with keys of its person's session, where they gave some."""
        settings, overrides = self.settings, self.lent.overrides(job)

        def asked(capability: Capability) -> Provider:
            from providers import choose

            return Remembering(choose(settings, capability, overrides), answers)

        return Tools(settings, asked)

    def _made(self, materials: Materials, answers: Answers, tools: Tools) -> Made:
        """The step's result. A step that fails keeps no answer: another try is to ask anew."""
        try:
            return make(answers.step, materials, tools)
        except Exception:
            forget_answers(answers.folder)
            raise

    def _keep(self, job: JobRecord, running: StepRecord, made: Made) -> None:
        """Files first, then the record: a crash in between makes the step again, from the answers that are there."""
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
        self._record(job, done)

    def _reuse(self, job: JobRecord, running: StepRecord, earlier: StepRecord) -> None:
        """Take the result of a job with the same inputs: it was paid for already."""
        output = earlier.output or ""
        source = self.store.jobs.get(earlier.job_id)
        if running.step == "first_frame" and source:
            name = self.folders.original_name(running.version, output.rsplit(".", 1)[-1])
            self.folders.keep_copy(job, source, output, name)
            output = name
        self._record(job, replace(earlier, job_id=job.id, version=running.version, output=output, created=None))

    def _record(self, job: JobRecord, done: StepRecord) -> None:
        self.store.steps.save(done, stale=_following(done.step))

    def _offer(self, job: JobRecord, materials: Materials) -> None:
        """Keep a negative prompt that fits the wish better with the job; use it where that was asked for."""
        from description.negative import offered as offered_for

        wish = Wish.of(job)
        offered = offered_for(wish.text, elements=materials.visual_elements, captions=wish.captions)
        if offered is None:
            return
        offer = {"value": offered.value, "reasons": [str(reason) for reason in offered.notes]}
        inputs = {**job.inputs, "offered_negative_prompt": offer}
        settings = dict(job.settings)
        if wish.trim_negative_prompt and settings.get("negative_prompt") is None:
            settings["negative_prompt"] = offered.value
        warnings = (*job.warnings, *(reason for reason in offered.notes if reason not in job.warnings))
        self.store.jobs.update(job.id, inputs=inputs, settings=settings, warnings=warnings)

    def _goes_on(self, job: JobRecord, step: Step) -> bool:
        """Wait for the person where they asked for that; else go on."""
        now = self.store.jobs.get(job.id)
        if now is None or now.state != "preparing":
            return False
        if now.ask or Wish.of(now).until == step:
            following = STEPS[STEPS.index(step) + 1]
            self.store.jobs.move_to(job.id, "waiting", only_from=_PREPARING, stage=following)
            return False
        return True

    def _prepared(self, job: JobRecord) -> None:
        """On to the render; to its gate where the person asked for that and has not been there yet."""
        forget_answers(self.folders.of(job))  # a process may have died before it did
        if Wish.of(job).until or (job.ask and job.stage != "render"):
            self.store.jobs.move_to(job.id, "waiting", only_from=_PREPARING, stage="render")
        else:
            self.store.line.enqueue(job.id)
            self.queued.set()

    def _wait_for_key(self, job: JobRecord, step: Step, problem: KeyGone) -> None:
        """Nothing was asked and nothing is lost: the person decides whose key goes on with it."""
        error = StoredError.of(problem)
        self.store.jobs.move_to(job.id, "waiting", only_from=_PREPARING, stage=step, error=error)

    def _fail(self, job: JobRecord, problem: MovaError) -> None:
        for begun in self.store.steps.of(job.id):
            if begun.state == "running":
                self.store.steps.set_state(job.id, begun.step, begun.version, "failed", only_from=_RUNNING)
        self.store.jobs.move_to(job.id, "failed", only_from=_PREPARING, error=StoredError.of(problem))


def counts(record: StepRecord, materials: Materials) -> bool:
    """Whether a result still belongs to what it was made from; what a person wrote always does."""
    if record.state == "skipped" or record.edited or record.provider == YOURS:
        return True
    wanted = materials.input_hash(record.step)
    return record.state in _MADE and record.input_hash in (wanted, RESTORED + wanted)


def _following(step: Step) -> list[Step]:
    return [later for later in STEPS[STEPS.index(step) + 1 :] if later != "render"]


def _is_past(step: Step, until: Step | None) -> bool:
    return until is not None and PREPARATION.index(step) > PREPARATION.index(until)
