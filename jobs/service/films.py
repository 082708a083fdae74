"""A person's films: their documents, and the jobs that make the frames and the takes of their shots.

A shot is a job of Full Workflow. Its id follows from the film, the shot and all that it is made from, so that a command
that was killed and started again finds the jobs that it has ordered. What changes gives only those shots another job
that it touches, and that job begins with everything of the one before that still fits.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from core.errors import (
    BadFilm,
    FileMissing,
    FilmChanged,
    NothingToExtend,
    ReferenceMissing,
    UnknownFilm,
)
from core.files import atomic_write
from core.messages import gettext_noop
from core.references import Reference
from core.render_settings import TRAINED_FPS, draw_seed, render_settings
from core.steps import Step
from description.text import collapse
from film.composition import description_of
from film.document import Film, Shot, is_after_shot_before, references_of
from jobs.model.records import JobRecord
from jobs.model.request import JobRequest
from jobs.model.states import FINAL, PREPARING, QUEUED, SENT, UNDECIDED
from jobs.service.cards import CardService, drawn_from_words, write_zip
from jobs.service.film_drafts import FilmDrafts
from jobs.service.film_of_chain import film_of, with_chain
from jobs.service.film_sounds import FilmSounds
from jobs.service.shot_states import OWN_JOB, FilmOverview, RecordedShots, ShotState, inputs_of, states_of
from jobs.store.films import FilmRecord, ShotJob
from jobs.store.orders import Order
from jobs.store.response_cache import CachingProvider, ResponseCache, clear_responses
from record.folder import RunFolder

if TYPE_CHECKING:
    from film.document import CastMember, Place
    from jobs.service.chains import Chain
    from jobs.service.context import ServiceContext
    from jobs.service.steps import StepService
    from jobs.service.videos import FinishedVideos

_FRAME: Step = "first_frame"
_TOLD = 200  # letters
SHOT_BEFORE = "the shot before"  # as what a reference is called that is no card's


class _Acts(Protocol):
    """What ``JobService`` does with single jobs."""

    def create(self, order: Order) -> JobRecord: ...

    def approve(self, job_id: str, *, to_end: bool = False) -> bool: ...

    def start(self, job_id: str) -> bool: ...

    def hold(self, job_id: str) -> bool: ...

    def regenerate_step(self, job_id: str, step: Step) -> bool: ...

    def duplicate(
        self,
        job_id: str,
        *,
        seed: int | None = None,
        new_id: str | None = None,
        pictures: Mapping[str, bytes] | None = None,
        shot: tuple[str, str] | None = None,
        **changes: Any,
    ) -> JobRecord: ...


class FilmService:
    """Raises UnknownFilm for an id that this person has no film of."""

    def __init__(self, context: ServiceContext, acts: _Acts, steps: StepService, videos: FinishedVideos) -> None:
        self._context, self._acts, self._steps, self._videos = context, acts, steps, videos
        self._films, self._owner = context.store.films, context.person.name
        person = hashlib.sha256(self._owner.encode()).hexdigest()[:16]
        self._folder = context.settings.output_dir / "films" / person
        self.drafts = FilmDrafts(context, self._folder)
        self.sounds = FilmSounds(self._picture, self._check_room)
        self.cards = CardService(self._folder, self.picture)

    def _check_room(self, incoming: int) -> None:
        if self._context.quota:
            self._context.store.jobs.check_disk(self._owner, self._context.quota, incoming)

    # ---- documents ---------------------------------------------------------------------------------------------------

    def all(self) -> tuple[FilmRecord, ...]:
        """The newest revision of each film, the last edited first."""
        return self._films.all(self._owner)

    def get(self, film_id: str, revision: int | None = None) -> tuple[Film, int]:
        """A revision of a film, the newest where none is named, and its number."""
        record = self._films.get(self._owner, film_id, revision)
        if record is None:
            raise UnknownFilm(film=film_id[:80])
        return Film.model_validate(record.document), record.revision

    def revisions(self, film_id: str, limit: int = 20) -> tuple[tuple[int, datetime], ...]:
        """The numbers of the last revisions of a film and when they were recorded, the newest first."""
        return self._films.revisions(self._owner, film_id, limit)

    def restore(self, film_id: str, revision: int, *, after: int) -> int:
        """Record an earlier revision once more as the next one, so that nothing between them is lost.

        Raises:
            FilmChanged: there is a newer one than ``after``; nothing was written.
        """
        return self.save(self.get(film_id, revision)[0], after=after)

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
        if known is None:
            self.drafts.clear()
        return revision

    def overviews(self, *, limit: int, offset: int = 0) -> tuple[FilmOverview, ...]:
        """Films with how far they are, the last edited first."""
        records = self._films.all(self._owner, limit=limit, offset=offset)
        recorded = self._recorded([record.id for record in records])
        found = []
        for record in records:
            film = Film.model_validate(record.document)
            found.append(FilmOverview(film, record.created, states_of(film, recorded)))
        return tuple(found)

    def count(self) -> int:
        """How many films this person has."""
        return self._films.count(self._owner)

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

    def draw_card(self, one: CastMember | Place) -> str:
        """A picture of a person or a place from the words of their card, kept for films; returns its SHA-256.

        Raises:
            NoProvider: only drafts without a model could be made.
            ProviderError, TextTooLong, PictureError.
        """
        folder = RunFolder(self._folder / "drawn")
        folder.path.mkdir(parents=True, exist_ok=True)
        artist = CachingProvider(self._context.artist(), ResponseCache(folder, "card", 1))
        try:
            return self.add_picture(drawn_from_words(one, artist))
        finally:  # kept, or of no use: another try asks the service again
            clear_responses(folder)

    def frame(self, job_id: str) -> bytes:
        """The first frame of a job as it is rendered from.

        Raises:
            UnknownJob, FileMissing.
        """
        path = self._context.folders.shown_frame(self._context.get(job_id))
        if path is None:
            raise FileMissing(name="first_frame.png", reason=gettext_noop("it does not exist"))
        return path.read_bytes()

    def export_cards(self, film: Film, target: Path) -> Path:
        """The document with its cards and their pictures as a ZIP, for another film or another machine.

        Raises:
            FileMissing, StorageError.
        """
        return write_zip(film, target, self.picture)

    def has_picture(self, digest: str) -> bool:
        """Whether a picture, or a music file, that a document names is kept here."""
        return self._picture(digest).is_file()

    def _picture(self, digest: str) -> Path:
        return self._folder / digest

    def from_chain(self, job_id: str) -> Film:
        """The chain that a job is in as a film: its shots with their takes.

        All that goes on from one first shot is one film: asked for again, it has what was extended since, and the takes
        of the chain of this job; whatever else a person has changed in it stays.

        Raises:
            NothingToExtend: none of it is finished.
            BadFilm: it cannot be one film, or is part of another one.
        """
        chain = self._videos.chain(job_id)
        if not chain.finished:
            raise NothingToExtend(job=job_id)
        film = film_of(chain.finished)
        known = self._films.get(self._owner, film.id)
        if known is not None:
            film = with_chain(Film.model_validate(known.document), film)
        self._record_chain(film, chain)
        for state in self.shots(film):
            if state.chosen is None:
                words = gettext_noop("its take is part of another film")
                raise BadFilm(name=film.title, where=str(state.number), reason=words)
        self.save(film, after=known.revision if known else 0)
        return film

    def _record_chain(self, film: Film, chain: Chain) -> None:
        """Put the jobs of a chain on record as the takes of its film's shots."""
        jobs = {job.id: job for job in chain.finished}
        before: ShotState | None = None
        for number, (scene, shot) in enumerate(film.in_order(), 1):
            inputs, job = inputs_of(film, scene, shot, before), jobs.get(str(shot.take))
            if job is None:
                return
            others = chain.takes.get(str(job.extends), ()) if number > 1 else ()
            for one in (*(other for other in others if other.state == "completed"), job):
                self._films.add_job(self._owner, film.id, ShotJob(shot.id, one.id, str(inputs)))
            before = ShotState(number=number, scene=scene, shot=shot, inputs=inputs, chosen=job)

    # ---- shots -------------------------------------------------------------------------------------------------------

    def shots(self, film: Film) -> tuple[ShotState, ...]:
        """All shots of a film as they stand."""
        return states_of(film, self._recorded([film.id]))

    def _recorded(self, film_ids: Sequence[str]) -> RecordedShots:
        """What is known of the jobs of these films, in a number of queries that does not grow with them."""
        rows = self._films.jobs(self._owner, film_ids)
        jobs = self._context.several([one.job_id for _, one in rows])
        shots: dict[tuple[str, str], list[tuple[str, JobRecord]]] = defaultdict(list)
        for film_id, one in rows:
            if one.job_id in jobs:
                shots[film_id, one.shot].append((one.inputs, jobs[one.job_id]))
        return RecordedShots(shots, self._context.store.steps.with_chosen(jobs, _FRAME, ("done", "skipped")))

    def of_job(self, job_id: str) -> tuple[Film, int] | None:
        """The film that a job renders a shot of, and the shot's number from 1; None where it has none by now."""
        found = self._films.of_job(self._owner, job_id)
        record = self._films.get(self._owner, found[0]) if found else None
        if found is None or record is None:
            return None
        film = Film.model_validate(record.document)
        return next(((film, number) for number, one in enumerate(film.shots, 1) if one.id == found[1]), None)

    def make_frames(self, film: Film, only: Collection[str] | None = None, *, again: bool = False) -> tuple[str, ...]:
        """Order the first frames that are missing or stale; returns the jobs that make them.

        A shot that goes on from another has none of its own.

        Args:
            again: also those that failed before, or were cancelled.
        """
        ordered = []
        for state in self.shots(film):
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
        return next((one for one in self.shots(film) if one.shot.id == shot_id), None)

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
            self._films.add_job(self._owner, film.id, ShotJob(state.shot.id, new_id, str(state.inputs)))
            return self._acts.duplicate(job.id, new_id=new_id, until=_FRAME)
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
        for state in self.shots(film):
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
        self._films.add_job(self._owner, film.id, ShotJob(state.shot.id, job_id, str(state.inputs)))
        return self._acts.duplicate(first.id, seed=draw_seed(), new_id=job_id)

    def _ordered(self, film: Film, state: ShotState) -> JobRecord:
        """The job of a shot as it is now, recorded and created if there is none."""
        if state.job is not None:
            return state.job
        told = json.dumps([self._owner, film.id, state.shot.id, state.inputs])
        job_id = f"film-{hashlib.sha256(told.encode()).hexdigest()[:40]}"
        before = state.begins_with(film)
        self._films.add_job(self._owner, film.id, ShotJob(state.shot.id, job_id, str(state.inputs)))
        text = description_of(film, state.scene, state.shot)
        if before is not None:
            references, pictures = self._references(film, state)
            return self._acts.duplicate(
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
            picture = self.picture(str(shot.frame.picture))
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
                pictures[one.sha256] = self._picture(one.sha256).read_bytes()
            except OSError:
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

    def picture(self, digest: str) -> bytes:
        """A picture that a document names.

        Raises:
            FileMissing: it is not kept here.
        """
        try:
            return self._picture(digest).read_bytes()
        except OSError as problem:
            raise FileMissing(name=digest[:12], reason=gettext_noop("the picture is not kept here")) from problem


def _told(film: Film, shot: Shot) -> tuple[str, str]:
    """What the jobs of a shot are listed under: the film's title, and what happens or is said in it."""
    spoken = " ".join(f"“{one.text}”" for one in shot.utterances)
    return film.title, collapse(f"{shot.action} {spoken}")[:_TOLD]
