"""A person's films: their documents, and the jobs that make the frames and the takes of their shots.

A shot is a job of Full Workflow. Its id follows from the film, the shot and all that it is made from, so that a command
that was killed and started again finds the jobs that it has ordered. What changes gives only those shots another job
that it touches, and that job begins with everything of the one before that still fits.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from core.errors import FileMissing, FilmChanged, FilmIncomplete, UnknownFilm
from core.files import atomic_write
from core.messages import gettext_noop
from core.render_settings import TRAINED_FPS, draw_seed, render_settings
from core.steps import Step
from film.composition import description_of
from film.document import Film, Scene, Shot, shot_hash
from jobs.model.records import JobRecord
from jobs.model.request import JobRequest
from jobs.model.states import FINAL, UNDECIDED
from jobs.store.films import FilmRecord, ShotJob
from jobs.store.orders import Order
from media.joining import Clip

if TYPE_CHECKING:
    from jobs.service.context import ServiceContext
    from jobs.service.steps import StepService
    from jobs.service.videos import FinishedVideos, OnFrame

_FRAME: Step = "first_frame"


class _Acts(Protocol):
    """What ``JobService`` does with single jobs."""

    def create(self, order: Order) -> JobRecord: ...

    def approve(self, job_id: str, *, to_end: bool = False) -> bool: ...

    def duplicate(
        self, job_id: str, *, seed: int | None = None, new_id: str | None = None, **changes: Any
    ) -> JobRecord: ...


@dataclass(frozen=True, kw_only=True)
class ShotState:
    """A shot as it stands. ``number`` counts from 1.

    ``inputs`` is the hash of what it is made from; None where it goes on from a shot that has no take yet. ``job`` is
    the first job of these inputs, ``jobs`` are all of them, ``takes`` the finished ones of any inputs, oldest first.
    """

    number: int
    scene: Scene
    shot: Shot
    inputs: str | None
    jobs: tuple[JobRecord, ...] = ()
    takes: tuple[JobRecord, ...] = ()
    others: int = 0
    chosen: JobRecord | None = None
    has_frame: bool = False

    @property
    def job(self) -> JobRecord | None:
        return self.jobs[0] if self.jobs else None

    @property
    def is_stale(self) -> bool:
        """Whether it was made before from something else, and not yet from what it is now."""
        return self.others > 0 and not self.jobs


class FilmService:
    """Raises UnknownFilm for an id that this person has no film of."""

    def __init__(self, context: ServiceContext, acts: _Acts, steps: StepService, videos: FinishedVideos) -> None:
        self._context, self._acts, self._steps, self._videos = context, acts, steps, videos
        self._films, self._owner = context.store.films, context.person.name

    # ---- documents ---------------------------------------------------------------------------------------------------

    def all(self) -> tuple[FilmRecord, ...]:
        """The newest revision of each film, the last edited first."""
        return self._films.all(self._owner)

    def get(self, film_id: str) -> tuple[Film, int]:
        """The newest revision of a film, and its number."""
        record = self._films.get(self._owner, film_id)
        if record is None:
            raise UnknownFilm(film=film_id[:80])
        return Film.model_validate(record.document), record.revision

    def save(self, film: Film, *, after: int | None = None) -> int:
        """Record a film as its next revision and return its number; the same once more is none.

        Args:
            after: the revision that was edited, 0 for a new film; None takes whatever is the newest.

        Raises:
            FilmChanged: there is a newer one; nothing was written.
        """
        known = self._films.get(self._owner, film.id)
        before = (known.revision if known else 0) if after is None else after
        document = film.model_dump(mode="json", by_alias=True)
        revision = self._films.save(self._owner, film.id, document, after=before)
        if revision is None:
            raise FilmChanged(film=film.title or film.id)
        return revision

    def add_picture(self, picture: bytes) -> str:
        """Keep a picture for films; returns its SHA-256, by which a document names it.

        Raises:
            PictureError: it is none.
        """
        from media.frames import open_source

        open_source(picture, self._context.settings)
        digest = hashlib.sha256(picture).hexdigest()
        path = self._picture(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic_write(path, picture)
        return digest

    def _picture(self, digest: str) -> Path:
        person = hashlib.sha256(self._owner.encode()).hexdigest()[:16]
        return self._context.settings.output_dir / "films" / person / digest

    # ---- shots -------------------------------------------------------------------------------------------------------

    def shots(self, film: Film) -> tuple[ShotState, ...]:
        """All shots of a film as they stand."""
        recorded: dict[str, list[ShotJob]] = defaultdict(list)
        for one in self._films.jobs(self._owner, film.id):
            recorded[one.shot].append(one)
        states: list[ShotState] = []
        for number, (scene, shot) in enumerate(film.in_order(), 1):
            before = states[-1] if states else None
            states.append(self._state(film, scene, shot, recorded[shot.id], before, number))
        return tuple(states)

    def _state(
        self, film: Film, scene: Scene, shot: Shot, recorded: list[ShotJob], before: ShotState | None, number: int
    ) -> ShotState:
        inputs = _inputs(film, scene, shot, before)
        known = [(one, job) for one in recorded if (job := self._context.known(one.job_id))]
        jobs = tuple(job for one, job in known if one.inputs == inputs)
        takes = tuple(job for _, job in known if job.state == "completed")
        return ShotState(
            number=number,
            scene=scene,
            shot=shot,
            inputs=inputs,
            jobs=jobs,
            takes=takes,
            others=len(known) - len(jobs),
            chosen=_chosen(shot, takes, jobs),
            has_frame=bool(jobs) and self._has_frame(jobs[0]),
        )

    def _has_frame(self, job: JobRecord) -> bool:
        frame = self._context.store.steps.chosen(job.id).get(_FRAME)
        return frame is not None and frame.state in ("done", "skipped")

    def make_frames(self, film: Film, only: Collection[str] | None = None) -> tuple[str, ...]:
        """Order the first frames that are missing or stale; returns the jobs that make them.

        A shot that goes on from another has none of its own.
        """
        ordered = []
        for state in self.shots(film):
            if only is not None and state.shot.id not in only:
                continue
            if state.shot.frame.source == "last" or state.inputs is None or state.has_frame:
                continue
            job = self._ordered(film, state)
            if job.state in UNDECIDED:
                self._acts.approve(job.id)
            ordered.append(job.id)
        return tuple(ordered)

    def render(self, film: Film, *, takes: int = 1) -> tuple[str, ...]:
        """Order the takes that are missing and can be ordered by now; returns the jobs that have not ended yet.

        Called again until none is left: a further take begins with the frame of the first, and a shot that goes on
        from another waits for that one's take.
        """
        running: list[str] = []
        for state in self.shots(film):
            if state.shot.held or state.inputs is None:
                continue
            for job in self._takes_to_come(film, state, takes):
                if job.state in UNDECIDED and job.error is None:
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
        self._films.add_job(self._owner, film.id, ShotJob(state.shot.id, job_id, str(state.inputs)))
        return self._acts.duplicate(first.id, seed=draw_seed(), new_id=job_id)

    def _ordered(self, film: Film, state: ShotState) -> JobRecord:
        """The job of a shot as it is now, recorded and created if there is none."""
        if state.job is not None:
            return state.job
        told = json.dumps([self._owner, film.id, state.shot.id, state.inputs])
        job_id = f"film-{hashlib.sha256(told.encode()).hexdigest()[:40]}"
        before = self._latest(film, state.shot.id)
        self._films.add_job(self._owner, film.id, ShotJob(state.shot.id, job_id, str(state.inputs)))
        text = description_of(film, state.scene, state.shot)
        same = before is not None and (before.model, before.request.orientation) == (film.model, film.orientation)
        if before is not None and same and state.shot.frame.source == "made" and not before.request.source_picture:
            return self._acts.duplicate(before.id, new_id=job_id, text=text, until=_FRAME)
        return self._acts.create(self._order(film, state, text, job_id))

    def _latest(self, film: Film, shot_id: str) -> JobRecord | None:
        """The newest job of a shot, whatever it was made from."""
        ids = [one.job_id for one in self._films.jobs(self._owner, film.id) if one.shot == shot_id]
        return next((job for job in map(self._context.known, reversed(ids)) if job is not None), None)

    def _order(self, film: Film, state: ShotState, text: str, job_id: str) -> Order:
        settings, shot = self._context.settings, state.shot
        render, _ = render_settings(
            model=film.model,
            orientation=film.orientation,
            num_frames=film.shot_frames,
            fps=TRAINED_FPS,
            guidance_scale=settings.guidance_scale,
            num_inference_steps=settings.num_inference_steps,
            seed=0,
        )
        before = self.shots(film)[state.number - 2].chosen if shot.frame.source == "last" else None
        request = JobRequest(
            mode="full", text=text, render=render, model=film.model, orientation=film.orientation, until=_FRAME
        )
        picture = None
        if shot.frame.source == "own":
            picture = self._own_picture(str(shot.frame.picture))
        elif before is not None:
            picture, _ = self._videos.clean_last_frame(before.id)
        return Order(request=request, picture=picture, id=job_id, extends=before.id if before else None)

    def _own_picture(self, digest: str) -> bytes:
        try:
            return self._picture(digest).read_bytes()
        except OSError as problem:
            raise FileMissing(name=digest[:12], reason=gettext_noop("the picture is not kept here")) from problem

    # ---- the cut -----------------------------------------------------------------------------------------------------

    def trimmed(self, film: Film) -> Film:
        """The film with what flashes or blurs before a shot that goes on trimmed away: the next one begins before it.

        Raises:
            VideoUnplayable
        """
        states = self.shots(film)
        ends = {
            before.shot.id: self._videos.clean_last_frame(before.chosen.id)[1]
            for before, after in pairwise(states)
            if after.shot.frame.source == "last" and before.chosen is not None
        }
        shots = {
            state.shot.id: state.shot.trim.model_copy(
                update={"end": max(state.shot.trim.end, ends.get(state.shot.id, 0))}
            )
            for state in states
        }
        return film.with_trims(shots)

    def clips(self, film: Film) -> list[Clip]:
        """The chosen takes as they are joined.

        Raises:
            FilmIncomplete: a shot has no finished video.
        """
        clips = []
        for state in self.shots(film):
            take = state.chosen
            if take is None:
                raise FilmIncomplete(shot=state.number)
            shot = state.shot
            overlap = {"cut": 0, "continue": 1, "dissolve": shot.join.frames}[shot.join.kind]
            clips.append(
                Clip(
                    path=self._videos.file(take.id),
                    start=shot.trim.start,
                    end=shot.trim.end,
                    overlap=overlap,
                    blends=shot.join.kind == "dissolve",
                )
            )
        return clips

    def join(self, film: Film, target: Path, on_frame: OnFrame) -> Path:
        """The whole film as one file, with its document inside.

        Raises:
            FilmIncomplete, ShotsDiffer, FileMissing, VideoUnplayable, StorageError.
        """
        takes = [state.chosen for state in self.shots(film) if state.chosen]
        document = film.model_dump(mode="json", by_alias=True)
        return self._videos.joined(self.clips(film), takes, document, target, on_frame)


def _inputs(film: Film, scene: Scene, shot: Shot, before: ShotState | None) -> str | None:
    """What a shot is made from; with the take that it goes on from, if it does."""
    own = shot_hash(film, scene, shot)
    if shot.frame.source != "last":
        return own
    take = before.chosen if before else None
    return hashlib.sha256(f"{own} {take.id}".encode()).hexdigest()[:32] if take else None


def _chosen(shot: Shot, takes: tuple[JobRecord, ...], current: tuple[JobRecord, ...]) -> JobRecord | None:
    """The take that a person picked, else the newest without a finding, if possible of the shot as it is now."""
    ids = {job.id for job in current}
    ranked = sorted(takes, key=lambda job: (job.id == shot.take, job.id in ids, not job.look, job.number))
    return ranked[-1] if ranked else None
