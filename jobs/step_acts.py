"""What a person changes of a job: what is asked for, its texts, its first frame, which version of a step counts."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from errors import InputError, JobSent
from input_limits import given_text
from jobs.folders import Folders
from jobs.own_frame import own_frame
from jobs.people import EVERYBODY, Person
from jobs.quotas import Quota
from jobs.records import JobRecord, StepRecord
from jobs.shots import Shots
from jobs.states import JobState
from jobs.store import Store
from jobs.wish import Wish, render_of
from pipeline import PREPARATION
from step_result import STEPS, Step

if TYPE_CHECKING:
    from config import Settings
    from media.crop import CropChoice
    from render_settings import RenderSettings

RETRIED: tuple[JobState, ...] = ("failed", "cancelled", "abandoned", "lost")
_SENT: tuple[JobState, ...] = ("submitted", "rendering", "saving", "completed")


class StepActs(Shots):
    """Nothing runs by these; every act begins by looking the job up as its person may see it."""

    def __init__(self, settings: Settings, store: Store, folders: Folders, person: Person = EVERYBODY) -> None:
        super().__init__(store, folders, person)
        self._settings = settings

    def change(self, job_id: str, wish: Wish, render: RenderSettings, line: str) -> bool:
        """Change what is asked for, as long as nothing works on the job."""
        job = self.get(job_id)
        return self._store.jobs.update(
            job_id,
            only_in=("draft", "waiting", *RETRIED),
            inputs={**job.inputs, **wish.as_json()},
            settings=dataclasses.asdict(render),
            model=line,
            seed=render.seed,
        )

    def set_render(self, job_id: str, render: RenderSettings) -> bool:
        """Change the numbers of the render; a description for a clip of another length becomes stale."""
        job = self.get(job_id)
        if not self.change(job_id, Wish.of(job), render, job.model):
            return False
        if render.seconds != render_of(job).seconds:
            self._store.steps.outdate(job_id, following("visual_elements"))
        return True

    def edit_step(self, job_id: str, step: Step, text: str) -> StepRecord:
        """Put the person's own text in a step's place; what rests on it becomes stale."""
        if step not in PREPARATION or step == "first_frame":
            raise InputError(step)
        self._unsent(job_id)
        text, removed = given_text(text, step.replace("_", " "))
        self._settle(job_id, step)
        return self._store.steps.edit(job_id, step, text, warnings=tuple(removed), stale=following(step))

    def keep_step(self, job_id: str, step: Step) -> bool:
        """Keep a stale result although something before it changed."""
        return self._store.steps.keep(self._unsent(job_id).id, step)

    def swap_frame(self, job_id: str, picture: bytes) -> StepRecord:
        """Take the person's own picture as the first frame; no image prompt is needed then.

        Raises:
            PictureError, StorageError, DiskQuota.
        """
        job = self._unsent(job_id)
        if self._quota:
            self._store.jobs.check_disk(job.owner, self._quota, len(picture))
        before, wish = self._store.steps.of(job_id), Wish.of(job)
        own = own_frame(self._folders, self._settings, picture, job_id=job_id, mode=job.mode, wish=wish, before=before)
        self._settle(job_id, "first_frame")
        self._store.files.record(own.file)
        # It begins with another picture now than the shot before it ends with.
        self._store.jobs.update(job_id, inputs={**job.inputs, **own.wish.as_json()}, extends=None)
        *prompt, frame = own.steps
        for step in prompt:
            self._store.steps.save(step)
        saved = self._store.steps.save(frame, stale=following("first_frame"))
        self._folders.first_frame(self.get(job_id), saved)
        return saved

    def recrop(self, job_id: str, crop: CropChoice) -> bool:
        """Crop the first frame otherwise; what looked at it becomes stale. Says whether it happened.

        Raises:
            PictureError: the picture cannot be cropped like that; nothing was changed.
        """
        job = self.get(job_id)
        wish = dataclasses.replace(Wish.of(job), crop_mode=crop.mode, crop_shift=crop.shift)
        frame = self._store.steps.chosen(job_id).get("first_frame")
        self._folders.check_crop(job, frame, crop)
        if not self.change(job_id, wish, render_of(job), job.model):
            return False
        self._store.steps.outdate(job_id, following("first_frame"))
        self._folders.first_frame(self.get(job_id), frame)
        return True

    def discard_step(self, job_id: str, step: Step) -> None:
        """Ask for another version of a step without starting it yet."""
        self._ask_for(self._unsent(job_id).id, step)

    def choose_version(self, job_id: str, step: Step, version: int) -> bool:
        """Leaf to another version of a step."""
        self._settle(self._unsent(job_id).id, step)
        return self._store.steps.choose(job_id, step, version, stale=following(step))

    def _unsent(self, job_id: str) -> JobRecord:
        """The job, whose texts and frame may still change: a video's record tells what was sent for it.

        Raises:
            JobSent
        """
        job = self.get(job_id)
        if job.state in _SENT:
            raise JobSent(job=job.id)
        return job

    @property
    def _quota(self) -> Quota | None:
        """None for the program and for administrators."""
        return None if self.person.is_admin else Quota.of(self._settings)

    def _ask_for(self, job_id: str, step: Step) -> None:
        version = self._store.steps.next_version(job_id, step)
        begun = ("pending", "running", "failed")  # such a version is made next anyway
        if not any(one.step == step and one.state in begun for one in self._store.steps.of(job_id)):
            pending = StepRecord(job_id=job_id, step=step, version=version, state="pending")
            self._store.steps.save(pending, stale=following(step))

    def _settle(self, job_id: str, step: Step) -> None:
        """What the person provides takes the place of a version that failed or was only asked for."""
        for one in self._store.steps.of(job_id):
            if one.step == step and one.state in ("pending", "failed"):
                self._store.steps.set_state(job_id, step, one.version, "skipped", only_from=("pending", "failed"))


def stale_after(changed: Step, steps: Sequence[StepRecord]) -> list[StepRecord]:
    """The steps as they are once ``changed`` is another: what rests on it is stale."""
    rests_on_it = following(changed)
    return [
        dataclasses.replace(step, state="stale") if step.step in rests_on_it and step.state == "done" else step
        for step in steps
    ]


def following(step: Step) -> Sequence[Step]:
    """The steps of the preparation after one."""
    return [later for later in STEPS[STEPS.index(step) + 1 :] if later != "render"]
