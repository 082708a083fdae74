"""A person's films: their documents, the pictures that they name, and how their shots stand."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import (
    BadFilm,
    FieldUnfit,
    FileMissing,
    FilmChanged,
    NothingToExtend,
    UnknownFilm,
    storage_error,
)
from core.files import atomic_write
from core.messages import gettext_noop
from core.steps import Step
from film.document import Film
from jobs.model.records import JobChanges, JobRecord
from jobs.service.cards import CardService, drawn_from_words, write_zip
from jobs.service.film_drafts import FilmDrafts
from jobs.service.film_of_chain import film_of, with_chain
from jobs.service.film_sounds import FilmSounds
from jobs.service.shot_states import FilmOverview, RecordedShots, ShotState, inputs_of, states_of
from jobs.store.films import FilmCursor, FilmRecord, ShotJob
from jobs.store.response_cache import CachingProvider, ResponseCache, clear_responses
from record.folder import RunFolder

if TYPE_CHECKING:
    from film.document import CastMember, Place
    from jobs.service.chains import Chain
    from jobs.service.context import ServiceContext
    from jobs.service.videos import FinishedVideos

_FRAME: Step = "first_frame"


class FilmService:
    """Raises UnknownFilm for an id that this person has no film of."""

    def __init__(self, context: ServiceContext, videos: FinishedVideos) -> None:
        self._context, self._videos = context, videos
        self._films, self._owner = context.store.films, context.person.name
        person = hashlib.sha256(self._owner.encode()).hexdigest()[:16]
        self._folder = context.settings.output_dir / "films" / person
        self.drafts = FilmDrafts(context, self._folder)
        self.sounds = FilmSounds(self._picture, self._check_room, self._keep)
        self.cards = CardService(self._folder, self.picture, context.folders.storage)

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

    def save(self, film: Film, *, after: int | None = None, with_jobs: Mapping[str, JobChanges] | None = None) -> int:
        """Record a film as its next revision and return its number; the same once more is none.

        Args:
            after: the revision that was edited, 0 for a new film; None takes whatever is the newest.
            with_jobs: changes of jobs that are written with it, by their ids.

        Raises:
            FilmChanged: there is a newer one; nothing was written.
        """
        known = self._films.get(self._owner, film.id)
        before = (known.revision if known else 0) if after is None else after
        document = film.model_dump(mode="json", by_alias=True)
        revision = self._films.save(self._owner, film.id, document, after=before, with_jobs=with_jobs)
        if revision is None:
            raise FilmChanged(film=film.title or film.id)
        if known is None:
            self.drafts.clear()
        return revision

    def jobs_of(self, film_id: str) -> int:
        """How many jobs of a film's shots there are, which stay when the film is deleted; raises UnknownFilm."""
        self.get(film_id)
        return len(self._context.several([one.job_id for _, one in self._films.jobs(self._owner, [film_id])]))

    def delete(self, film_id: str) -> None:
        """Delete a film in all its revisions, and what was joined of it; the jobs of its shots stay.

        Raises:
            UnknownFilm; StorageError: its joined file cannot be removed; nothing else was done.
        """
        self.get(film_id)
        self.remove_joined(film_id)
        self._films.delete(self._owner, film_id)

    def remove_joined(self, film_id: str, *, but: str = "") -> None:
        """Remove what was joined of a film, but for the file of this name.

        Raises:
            StorageError.
        """
        store, folders = self._context.store, self._context.folders
        for job_id in self._context.several([one.job_id for _, one in self._films.jobs(self._owner, [film_id])]):
            for file in store.files.of(job_id):
                if file.kind == "cut" and file.name != but:
                    path = folders.path(job_id) / file.name
                    try:
                        folders.forget_file(job_id, file.name)
                    except OSError as problem:
                        raise storage_error(path.parent, problem) from None

    def page(self, *, limit: int, after: str | None = None) -> tuple[tuple[FilmOverview, ...], str | None]:
        """A page of films, the last edited first, and the cursor of the page after it, None at the end.

        Films that are made, edited or deleted meanwhile neither repeat nor hide another one.

        Raises:
            FieldUnfit: ``after`` is no cursor of such a page.
        """
        cursor = FilmCursor.read(after) if after is not None else None
        if after is not None and cursor is None:
            words = gettext_noop("it is not what the page before gave; begin without it")
            raise FieldUnfit(where="cursor", reason=words)
        found = self.overviews(limit=limit + 1, after=cursor)
        if len(found) <= limit:
            return found, None
        last = found[limit - 1]
        return found[:limit], str(FilmCursor(last.edited, last.film.id))

    def overviews(self, *, limit: int, offset: int = 0, after: FilmCursor | None = None) -> tuple[FilmOverview, ...]:
        """Films with how far they are, the last edited first."""
        records = self._films.all(self._owner, limit=limit, offset=offset, after=after)
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
        self._keep(path)  # also where that failed before
        return digest

    def draw_card(self, one: CastMember | Place) -> str:
        """A picture of a person or a place from the words of their card, kept for films; returns its SHA-256.

        Raises:
            NoProvider: only drafts without a model could be made.
            ProviderError, TextTooLong, PictureError.
        """
        folder = RunFolder(self._folder / "drawn")
        folder.path.mkdir(parents=True, exist_ok=True)
        artist = CachingProvider(
            self._context.artist(), ResponseCache(folder, "card", 1, self._context.folders.storage)
        )
        try:
            return self.add_picture(drawn_from_words(one, artist))
        finally:  # kept, or of no use: another try asks the service again
            clear_responses(folder, self._context.folders.storage)

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
        storage, path = self._context.folders.storage, self._folder / digest
        return storage.bring(path.relative_to(storage.root).as_posix()) or path

    def _keep(self, path: Path) -> None:
        storage = self._context.folders.storage
        storage.keep(path.relative_to(storage.root).as_posix())

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

    def picture(self, digest: str) -> bytes:
        """A picture that a document names.

        Raises:
            FileMissing: it is not kept here.
        """
        try:
            return self._picture(digest).read_bytes()
        except OSError as problem:
            raise FileMissing(name=digest[:12], reason=gettext_noop("the picture is not kept here")) from problem
