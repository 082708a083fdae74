"""The frames and takes of a film's shots, each made by a job.

A shot is a job of Full Workflow. Its id follows from the film, the shot and all that it is made from, so that a command
that was killed and started again finds the jobs that it has ordered. What changes gives only those shots another job
that it touches, and that job begins with everything of the one before that still fits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from core.errors import FileMissing, ReferenceMissing
from core.references import Reference
from core.render_settings import TRAINED_FPS, draw_seed, render_settings
from core.steps import Step
from description.text import collapse
from film.composition import description_of
from film.document import Film, Shot, is_after_shot_before, references_of
from jobs.model.records import JobRecord
from jobs.model.request import JobRequest
from jobs.model.states import FINAL, PREPARING, QUEUED, SENT, UNDECIDED
from jobs.service.shot_states import OWN_JOB, ShotState
from jobs.store.films import ShotJob
from jobs.store.orders import Order

if TYPE_CHECKING:
    from jobs.service.context import JobActs, ServiceContext
    from jobs.service.copies import CopyService
    from jobs.service.films import FilmService
    from jobs.service.steps import StepService
    from jobs.service.videos import FinishedVideos

_FRAME: Step = "first_frame"
_TOLD = 200  # letters
SHOT_BEFORE = "the shot before"  # as what a reference is called that is no card's


class ShotService:
    """Orders frames and takes; raises what the acts on single jobs raise."""

    def __init__(
        self,
        context: ServiceContext,
        acts: JobActs,
        copies: CopyService,
        steps: StepService,
        videos: FinishedVideos,
        films: FilmService,
    ) -> None:
        self._context, self._acts, self._copies, self._films = context, acts, copies, films
        self._steps, self._videos = steps, videos
        self._owner = context.person.name

    def make_frames(self, film: Film, only: Collection[str] | None = None, *, again: bool = False) -> tuple[str, ...]:
        """Order the first frames that are missing or stale; returns the jobs that make them.

        A shot that goes on from another has none of its own.

        Args:
            again: also those that failed before, or were cancelled.
        """
        ordered = []
        for state in self._films.shots(film):
            if only is not None and state.shot.id not in only:
                continue
            if state.shot.frame.source == "last" or state.inputs is None or state.is_framed:
                continue
            job = self._ordered(film, state)
            if job.state in UNDECIDED:
                self._acts.start(job.id) if again else self._acts.approve(job.id)
            ordered.append(job.id)
        return tuple(ordered)

    def remake_frame(self, film: Film, shot_id: str) -> bool:
        """Make a shot's first frame anew from the same prompt; returns whether that happens."""
        state = self._state(film, shot_id)
        if state is None or state.job is None or not state.has_frame:
            return bool(self.make_frames(film, {shot_id}, again=True))
        job = self._changeable(film, state)
        return job is not None and self._acts.regenerate_step(job.id, _FRAME)

    def reword_frame(self, film: Film, shot_id: str, prompt: str | None) -> bool:
        """Make it from another prompt: a person's own, or where there is none, one that is written anew.

        Raises:
            EmptyText, TextTooLong: of the prompt.
        """
        state = self._state(film, shot_id)
        if state is None or state.job is None or not state.has_frame:
            return False
        job = self._changeable(film, state)
        if job is None:
            return False
        if prompt is None:
            return self._acts.regenerate_step(job.id, "image_prompt")
        self._steps.edit(job.id, "image_prompt", prompt)
        return self._acts.start(job.id)

    def _state(self, film: Film, shot_id: str) -> ShotState | None:
        return next((one for one in self._films.shots(film) if one.shot.id == shot_id), None)

    def _changeable(self, film: Film, state: ShotState) -> JobRecord | None:
        """A shot's job as long as nothing was sent, which stops after its frame; else a copy of it. None while a step
        is being made.
        """
        job = state.job
        if job is None or job.state in PREPARING:
            return None
        if job.state in QUEUED:
            self._acts.hold(job.id)
        if job.state in SENT:
            base = job.id.partition("-frame-")[0]
            number = 1 + sum(OWN_JOB.fullmatch(one.id) is not None for one in state.jobs)
            new_id = f"{base}-frame-{number}"
            self._context.store.films.add_job(self._owner, film.id, ShotJob(state.shot.id, new_id, str(state.inputs)))
            return self._copies.duplicate(job.id, new_id=new_id, until=_FRAME)
        self._steps.change(job.id, until=_FRAME)
        return job

    def render(
        self, film: Film, only: Collection[str] | None = None, *, takes: int = 1, again: bool = False
    ) -> tuple[str, ...]:
        """Order the takes that are missing and can be ordered by now; returns the jobs that have not ended yet.

        Called again until none is left: a further take begins with the frame of the first, and a shot that goes on
        from another waits for that one's take.

        Args:
            again: also those that ended without a video.
        """
        running: list[str] = []
        for state in self._films.shots(film):
            if state.shot.held or state.inputs is None or state.awaits:
                continue
            if only is not None and state.shot.id not in only:
                continue
            for job in self._takes_to_come(film, state, takes):
                if again and job.state in FINAL - {"completed"}:
                    self._steps.change(job.id, until=None)
                    self._acts.start(job.id)
                elif job.state in UNDECIDED and (job.error is None or again):
                    self._steps.change(job.id, until=None)
                    self._acts.approve(job.id, to_end=True)
                if job.state not in FINAL and job.error is None:
                    running.append(job.id)
        return tuple(running)

    def _takes_to_come(self, film: Film, state: ShotState, takes: int) -> Iterator[JobRecord]:
        first = state.job or self._ordered(film, state)
        yield first
        if takes > 1 and (first.state in FINAL or first.queued is not None):
            known = {job.id: job for job in state.jobs}
            for number in range(2, takes + 1):
                job_id = f"{first.id}-{number}"
                yield known.get(job_id) or self._another(film, state, first, job_id)

    def _another(self, film: Film, state: ShotState, first: JobRecord, job_id: str) -> JobRecord:
        self._context.store.films.add_job(self._owner, film.id, ShotJob(state.shot.id, job_id, str(state.inputs)))
        return self._copies.duplicate(first.id, seed=draw_seed(), new_id=job_id)

    def _ordered(self, film: Film, state: ShotState) -> JobRecord:
        """The job of a shot as it is now, recorded and created if there is none."""
        if state.job is not None:
            return state.job
        told = json.dumps([self._owner, film.id, state.shot.id, state.inputs])
        job_id = f"film-{hashlib.sha256(told.encode()).hexdigest()[:40]}"
        before = state.begins_with(film)
        self._context.store.films.add_job(self._owner, film.id, ShotJob(state.shot.id, job_id, str(state.inputs)))
        text = description_of(film, state.scene, state.shot)
        if before is not None:
            references, pictures = self._references(film, state)
            return self._copies.duplicate(
                before.id,
                new_id=job_id,
                pictures=pictures,
                shot=_told(film, state.shot),
                text=text,
                until=_FRAME,
                references=references,
            )
        return self._acts.create(self._order(film, state, text, job_id))

    def _order(self, film: Film, state: ShotState, text: str, job_id: str) -> Order:
        shot, before = state.shot, state.follows
        picture = None
        if shot.frame.source == "own":
            picture = self._films.picture(str(shot.frame.picture))
        elif before is not None:
            picture, _ = self._videos.clean_last_frame(before.id)
        references, pictures = self._references(film, state)
        request = self.request(film, text).changed(references=references)
        extends = before.id if before else None
        name, told = _told(film, shot)
        return Order(
            request=request,
            picture=picture,
            id=job_id,
            name=name,
            shot=told,
            extends=extends,
            references=pictures,
        )

    def request(self, film: Film, text: str) -> JobRequest:
        """What a job of this film asks for, with this description; it stops after its first frame."""
        settings = self._context.settings
        render, _ = render_settings(
            model=film.model,
            orientation=film.orientation,
            num_frames=film.shot_frames,
            fps=TRAINED_FPS,
            guidance_scale=settings.guidance_scale,
            num_inference_steps=settings.num_inference_steps,
            seed=0,
        )
        return JobRequest(
            mode="full", text=text, render=render, model=film.model, orientation=film.orientation, until=_FRAME
        )

    def _references(self, film: Film, state: ShotState) -> tuple[tuple[Reference, ...], dict[str, bytes]]:
        """The pictures that a shot's first frame is drawn after, and their bytes by SHA-256.

        Raises:
            ReferenceMissing: one is not kept here.
        """
        references, pictures = references_of(film, state.scene, state.shot), dict[str, bytes]()
        for one in references:
            try:
                pictures[one.sha256] = self._films.picture(one.sha256)
            except FileMissing:
                raise ReferenceMissing(name=one.name) from None
        if is_after_shot_before(film, state.shot) and state.number > 1:
            frame = self._context.folders.shown_frame(state.drawn_after) if state.drawn_after else None
            if frame is None:
                raise ReferenceMissing(name=SHOT_BEFORE)
            data = frame.read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            references += (Reference(name=SHOT_BEFORE, role="shot", strength="whole", sha256=digest),)
            pictures[digest] = data
        return references, pictures


def _told(film: Film, shot: Shot) -> tuple[str, str]:
    """What the jobs of a shot are listed under: the film's title, and what happens or is said in it."""
    spoken = " ".join(f"“{one.text}”" for one in shot.utterances)
    return film.title, collapse(f"{shot.action} {spoken}")[:_TOLD]
