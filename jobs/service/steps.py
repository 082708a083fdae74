"""A job's steps: their versions, a person's changes to them, and results that another maker made."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from core.errors import InputError, JobSent, KeyGone, OtherMaker
from core.limits import checked_text, checked_text_with_notes
from core.messages import gettext_noop
from core.steps import STEPS, Step, following
from jobs.model.makers import InQuestion
from jobs.model.ordered import ordered_from
from jobs.model.records import JobRecord, StepRecord
from jobs.model.states import FINAL, PREPARING, SENT, UNDECIDED, JobState, allowing
from jobs.plan.marks import mark_steps
from jobs.store.orders import uploaded_frame
from jobs.store.writes import CHANGED
from pipeline import PREPARATION

if TYPE_CHECKING:
    from core.messages import Message
    from jobs.service.context import ServiceContext
    from jobs.service.plans import PlanService
    from media.crop import CropChoice

_MAY_ORDER: frozenset[JobState] = UNDECIDED | {"preparing"}


class StepService:
    """None of these starts a run; each one first looks the job up as its person may see it."""

    def __init__(self, context: ServiceContext, plans: PlanService) -> None:
        self._context, self._plans = context, plans
        self._store = context.store

    def of(self, job_id: str) -> tuple[StepRecord, ...]:
        """All versions of all steps."""
        return self._store.steps.of(self._context.get(job_id).id)

    def edit(self, job_id: str, step: Step, text: str) -> StepRecord:
        """Replace a step's text by the person's own; steps made from it become stale."""
        if step not in PREPARATION or step == "first_frame":
            raise InputError(step)
        job = self._unsent(job_id)
        text, removed = checked_text_with_notes(text, step.replace("_", " "))
        self._settle(job_id, step)
        input_hash = self._input_hash(job, step)
        edited = self._store.steps.edit(
            job_id, step, text, input_hash=input_hash, warnings=tuple(removed), stale=following(step)
        )
        self._video_is_anothers(job_id)
        self.mark(job_id)
        return edited

    def reword(self, job_id: str, text: str) -> tuple[Message, ...]:
        """Replace the description, or Simple Mode's prompt; what was made from another wording becomes stale.

        Earlier wordings stay: with one of them, what was made from it counts again.

        Returns:
            What was removed from the text.

        Raises:
            EmptyText, TextTooLong, JobSent: something works on the job already.
        """
        from description.text import collapse

        job = self._context.get(job_id)
        name = gettext_noop("description") if job.mode == "full" else gettext_noop("prompt")
        text, removed = checked_text_with_notes(text if job.mode == "full" else collapse(text), name)
        if text == job.request.text:
            return tuple(removed)
        before = job.bookkeeping.wordings or (job.request.text,)
        wordings = before if text in before else (*before, text)
        changed = self._store.jobs.update(
            job.id, only_in=allowing("change"), request={"text": text}, bookkeeping={"wordings": wordings}
        )
        if not changed:
            raise JobSent(job=job.id)
        self._video_is_anothers(job_id)
        self.mark(job_id)
        return tuple(removed)

    def change(self, job_id: str, **changes: Any) -> bool:
        """Change fields of the ``JobRequest`` by name, as long as nothing works on the job.

        Raises:
            EmptyText, TextTooLong: for its ``text``; nothing was changed.
        """
        if "text" in changes:
            is_full = self._context.get(job_id).mode == "full"
            name = gettext_noop("description") if is_full else gettext_noop("prompt")
            changes["text"] = checked_text(changes["text"], name)
        job = self._context.get(job_id)
        if all(getattr(job.request, name) == value for name, value in changes.items()):
            return job.state in allowing("change")
        happened = self._store.jobs.update(job.id, only_in=allowing("change"), request=changes)
        if happened:
            self._video_is_anothers(job_id)
            self.mark(job_id)
        return happened

    def words_only(self, job_id: str) -> bool:
        """Let a job do without the pictures of its cards. Its image prompt stays, which was not written from them."""
        job = self._context.get(job_id)
        fits = job.mode == "full" and self._plans.steps_of(job).of("image_prompt").action == "keep"
        if not self.change(job_id, references=()):
            return False
        if fits:
            now = self._input_hash(self._context.get(job_id), "image_prompt")
            self._store.steps.keep(job_id, "image_prompt", input_hash=now, by_hand=False)
            self.keep_before(job_id, "first_frame")  # a service for words alone may want shorter prompts
        return True

    def keep(self, job_id: str, step: Step) -> bool:
        """Keep a result although something before it changed, or another maker would make it now."""
        if self.decide(job_id, keep=True, only=step):
            return True
        job = self._unsent(job_id)
        self.mark(job_id)
        return self._store.steps.keep(job.id, step, input_hash=self._input_hash(job, step))

    def swap_frame(self, job_id: str, picture: bytes) -> StepRecord:
        """Take the person's own picture as the first frame; no image prompt is needed then.

        Raises:
            PictureError, StorageError, DiskQuota.
        """
        job, context = self._unsent(job_id), self._context
        if context.quota:
            self._store.jobs.check_disk(job.owner, context.quota, len(picture))
        before = self._store.steps.of(job_id)
        own = uploaded_frame(context.folders, context.settings, picture, job_id=job_id, mode=job.mode, before=before)
        self._settle(job_id, "first_frame")
        self._store.files.record(own.file)
        # It no longer starts with the last frame of the shot before it.
        self._store.jobs.update(job_id, request=own.request, extends=None)
        *prompt, frame = own.steps
        for step in prompt:
            self._store.steps.save(step)
        saved = self._store.steps.save(frame, stale=following("first_frame"))
        context.folders.first_frame(context.get(job_id), saved)
        self._video_is_anothers(job_id)
        return saved

    def recrop(self, job_id: str, crop: CropChoice) -> bool:
        """Crop the first frame differently; steps made from it become stale. Returns whether it happened.

        Raises:
            PictureError: the picture cannot be cropped like that; nothing was changed.
        """
        job = self._context.get(job_id)
        frame = self._store.steps.chosen(job_id).get("first_frame")
        self._context.folders.check_crop(job, frame, crop)
        changes = {"crop_mode": crop.mode, "crop_shift": crop.shift}
        if not self._store.jobs.update(job_id, only_in=allowing("change"), request=changes):
            return False
        self._store.steps.outdate(job_id, following("first_frame"))
        self._context.folders.first_frame(self._context.get(job_id), frame)
        self._video_is_anothers(job_id)
        self.mark(job_id)
        return True

    def discard(self, job_id: str, step: Step) -> None:
        """Ask for another version of a step without starting it yet."""
        self.ask_for(self._unsent(job_id).id, step)

    def choose(self, job_id: str, step: Step, version: int) -> bool:
        """Choose another version of a step; later results made from exactly that version count again."""
        self._settle(self._unsent(job_id).id, step)
        chosen = self._store.steps.choose(job_id, step, version, stale=following(step))
        self._video_is_anothers(job_id)
        self.mark(job_id)
        return chosen

    def in_question(self, job_id: str) -> tuple[InQuestion, ...]:
        """Results that another service, model or prompt would make now; the person is asked before the job continues.

        Once they were sent, nothing is asked about them any more.
        """
        return self._plans.steps_of(self._context.get(job_id)).questions

    def decide(self, job_id: str, *, keep: bool, only: Step | None = None) -> bool:
        """Keep results of another maker, or have them made again: all, or one step's. Returns whether there were any.

        Results made again, and all that are still to be made, then come from this person's current services.
        """
        if not keep and self._context.get(job_id).state in _MAY_ORDER:
            self.order_makers(job_id, anew=True)
        asked = [one for one in self.in_question(job_id) if only in (None, one.step)]
        for one in asked:
            if keep:
                self._store.steps.keep_maker(job_id, one.step, one.version)
            else:
                self.ask_for(job_id, one.step)
        self._forget_question(job_id)
        return bool(asked)

    # ---- what the service does with steps as a job goes on --------------------------------------------------------

    def keep_before(self, job_id: str, step: Step) -> None:
        """Keep the results that a step is made from, whoever would make them now."""
        for one in self.in_question(job_id):
            if STEPS.index(one.step) < STEPS.index(step):
                self._store.steps.keep_maker(job_id, one.step, one.version)

    def order_makers(self, job_id: str, *, anew: bool = False) -> None:
        """Record again which services make the steps of a job that continues for this person.

        Drafts without a model replace no service that was ordered, unless the person asked for it (``anew``). What is
        made already by another than that is asked about.
        """
        job = self._context.get(job_id)
        if job.mode != "full" or (job.bookkeeping.makers is None and not anew):
            return
        maker_of = self._context.makers_for(job) if anew else self._context.makers_if_approved(job)
        if maker_of is None:  # reported by whoever makes the next step
            return
        ordered = ordered_from(maker_of)
        if job.bookkeeping.makers != ordered:
            self._store.jobs.update(job_id, bookkeeping={"makers": ordered})
            self._context.forget_missing(job)

    def lend_keys(self, job: JobRecord) -> None:
        """Use this session's keys for the job's next steps; of another session's none, whoever lets the job go on.

        Its next step then waits for its person, who is told; if they let it go on again, it needs no such key any more.
        """
        self._context.check_sees(job)
        lent, keys, noted = self._context.lent, self._context.keys, job.bookkeeping
        if lent is not None and keys and keys.names:
            lent.lend(job.id, keys)
            self._record_keys(job.id, tuple(keys.names), lent.worker)
        elif job.error is not None and job.error.kind == KeyGone.__name__:
            self._store.steps.keep_makers(job.id)  # continuing without the key keeps what was made with it
            self._record_keys(job.id, (), None)
            self.order_makers(job.id, anew=True)
        elif noted.session_keys:
            if lent is not None:
                lent.take_back(job.id)
            self._record_keys(job.id, noted.session_keys, None)

    def _record_keys(self, job_id: str, names: tuple[str, ...], worker: str | None) -> None:
        noted = self._context.get(job_id).bookkeeping
        if (noted.session_keys, noted.session_of) != (names, worker):
            self._store.jobs.update(job_id, bookkeeping={"session_keys": names, "session_of": worker})

    def with_keys_of_others(self) -> Counter[str]:
        """How many of the person's jobs are being made with keys of other sessions, by the setting of the key."""
        lent, keys, person = self._context.lent, self._context.keys, self._context.person
        jobs = [one for one in self._store.jobs.in_states(PREPARING) if one.owner == person.name]
        others = [one for one in jobs if lent is None or not lent.lends(one.id, keys)]
        return Counter(name for one in others for name in one.bookkeeping.session_keys)

    def ask_for(self, job_id: str, step: Step) -> None:
        """Record that another version of a step is wanted."""
        version = self._store.steps.next_version(self._context.get(job_id).id, step)
        begun = ("pending", "running", "failed")  # such a version is made next anyway
        if not any(one.step == step and one.state in begun for one in self._store.steps.of(job_id)):
            pending = StepRecord(job_id=job_id, step=step, version=version, state="pending")
            self._store.steps.save(pending, stale=following(step))

    def mark(self, job_id: str) -> None:
        """Bring the records up to date with the plan: after an undo nothing is left to be made again."""
        mark_steps(self._store.steps, job_id, self._plans.steps_of(self._context.get(job_id)))

    # ---- helpers ---------------------------------------------------------------------------------------------------

    def _unsent(self, job_id: str) -> JobRecord:
        """The job, whose texts and frame may still change: a video's record tells what was sent for it.

        Raises:
            JobSent
        """
        job = self._context.get(job_id)
        if job.state in SENT:
            raise JobSent(job=job.id)
        return job

    def _settle(self, job_id: str, step: Step) -> None:
        """Mark a failed or only requested version as skipped when the person's own result takes its place."""
        for one in self._store.steps.of(job_id):
            if one.step == step and one.state in ("pending", "failed"):
                self._store.steps.set_state(job_id, step, one.version, "skipped", only_from=("pending", "failed"))

    def _video_is_anothers(self, job_id: str) -> None:
        """What an ended job has on a server is not its video any more once its texts, frame or numbers changed."""
        if self._context.get(job_id).sent is not None:
            self._store.jobs.update(job_id, only_in=FINAL, stage=CHANGED)

    def _input_hash(self, job: JobRecord, step: Step) -> str | None:
        """The hash of what a step would be made from now."""
        return None if job.mode == "simple" else self._plans.steps_of(job).of(step).input_hash

    def _forget_question(self, job_id: str) -> None:
        """Clear the question that a job waits with, once it is answered."""
        error = self._context.get(job_id).error
        if error and error.kind == OtherMaker.__name__ and not self.in_question(job_id):
            self._store.jobs.update(job_id, only_in=UNDECIDED, error=None)
