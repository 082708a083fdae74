"""The cut of a film: which takes it is made of, where each lies, more takes of a shot, and the joined file.

Every change is made to the revision that a person has seen; where there is a newer one, they are told and nothing is
written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from core.background import BackgroundTask, BackgroundTasks
from core.errors import FilmChanged, FilmEditRefused, ShotNotReady
from core.messages import Message, gettext_noop
from core.render_settings import TRAINED_FPS, draw_seed
from film.document import Film, Shot
from film.edits import with_take
from jobs.service.export import CUT
from jobs.service.film_assembly import level_notes, trim_notes
from jobs.store.films import ShotJob

if TYPE_CHECKING:
    from pathlib import Path

    from jobs.model.records import JobChanges, JobRecord
    from jobs.service.context import JobActs, ServiceContext
    from jobs.service.copies import CopyService
    from jobs.service.film_assembly import FilmAssembly
    from jobs.service.films import FilmService
    from jobs.service.library import JobLibrary
    from jobs.service.shot_states import ShotState
    from jobs.service.videos import FinishedVideos, OnFrame

SEEDS_AT_ONCE = 4


@dataclass(frozen=True, kw_only=True)
class CutShot:
    """A shot as it lies in the film. ``frames`` are those that the film has of it, ``overlap`` how many of them lie on
    the shot before, and ``begins`` where the first of them lies; all count from 0. ``rendered`` are those of its take,
    or those that it will have.
    """

    state: ShotState
    rendered: int
    frames: int
    overlap: int
    begins: int

    @property
    def shot(self) -> Shot:
        return self.state.shot

    @property
    def take(self) -> JobRecord | None:
        return self.state.chosen

    @property
    def is_old(self) -> bool:
        """Whether its take was made from something else than what the shot is now."""
        return self.take is not None and self.take not in self.state.jobs


@dataclass(frozen=True)
class Cut:
    """All shots in their order."""

    shots: tuple[CutShot, ...]

    @property
    def num_frames(self) -> int:
        return max((one.begins + one.frames for one in self.shots), default=0)

    @property
    def seconds(self) -> float:
        return self.num_frames / TRAINED_FPS

    @property
    def missing(self) -> tuple[int, ...]:
        """The numbers of the shots that have no take yet."""
        return tuple(one.state.number for one in self.shots if one.take is None)


@dataclass(frozen=True)
class Joined:
    """A joined film: the job in whose folder it lies, and its name there; ``notes`` say what was trimmed for it, and
    what was done to its sound.
    """

    job_id: str
    name: str
    notes: tuple[Message, ...] = field(default=(), compare=False)


class CutService:
    """Raises UnknownFilm for an id that this person has no film of."""

    def __init__(
        self,
        context: ServiceContext,
        acts: JobActs,
        copies: CopyService,
        films: FilmService,
        assembly: FilmAssembly,
        videos: FinishedVideos,
        library: JobLibrary,
    ) -> None:
        self._context, self._acts, self._copies, self._films = context, acts, copies, films
        self._assembly, self._videos, self._library = assembly, videos, library
        self._owner = context.person.name

    # ---- changes -----------------------------------------------------------------------------------------------------

    def change(
        self,
        film_id: str,
        change: Callable[[Film], Film],
        *,
        after: int,
        with_jobs: Mapping[str, JobChanges] | None = None,
    ) -> int:
        """Change the film as a person has seen it, and jobs with it; returns the number of its newest revision.

        Raises:
            FilmChanged: there is a newer revision than ``after``; nothing was written.
            FilmEditRefused: the film cannot be changed like that.
        """
        film, revision = self._films.get(film_id)
        if revision != after:
            raise FilmChanged(film=film.title or film.id)
        return self._films.save(change(film), after=after, with_jobs=with_jobs)

    def choose_take(self, film_id: str, shot_id: str, job_id: str | None, *, after: int) -> int:
        """Choose one of a shot's finished takes; None stands for the newest good one, whichever that comes to be.

        It is its person's pick in the library as well, in the place of the one that they chose here before.

        Raises:
            FilmChanged; FilmEditRefused: it is none of them.
        """

        def chosen(film: Film) -> Film:
            takes = next((one.takes for one in self._films.shots(film) if one.shot.id == shot_id), ())
            if job_id is not None and job_id not in [take.id for take in takes]:
                raise FilmEditRefused(reason=gettext_noop("this is no finished take of the shot"))
            return with_take(film, shot_id, job_id)

        film, _ = self._films.get(film_id)
        before = next((shot.take for shot in film.shots if shot.id == shot_id), None)
        picks = {}
        if before is not None and before != job_id and self._context.known(before):
            picks[before] = self._library.pick_for(film_id, before, favourite=False)
        if job_id is not None and self._context.known(job_id):
            picks[job_id] = self._library.pick_for(film_id, job_id, favourite=True)
        return self.change(film_id, chosen, after=after, with_jobs=picks)

    def may_have_more(self, state: ShotState) -> bool:
        """Whether a shot has all its texts and its frame, so that a further take costs nothing but its render."""
        return self._ready(state) is not None

    def more_takes(self, film_id: str, shot_id: str, *, latest: str, count: int = SEEDS_AT_ONCE) -> tuple[str, ...]:
        """Send further takes of a shot as it is now, each with a seed of its own; returns their ids.

        Args:
            latest: the shot's newest job as the person saw it; where there is another one by now, as after a double
                click, nothing is sent.

        Raises:
            ShotNotReady: it has no frame and texts yet.
            QuotaReached: there is no room for all of them; none was made.
        """
        film, _ = self._films.get(film_id)
        state = next((one for one in self._films.shots(film) if one.shot.id == shot_id), None)
        first = self._ready(state) if state is not None else None
        if state is None or first is None:
            raise ShotNotReady(shot=state.number if state else shot_id)
        if state.latest is None or state.latest.id != latest:
            return ()
        if self._context.quota:
            self._context.store.jobs.check_new(self._owner, self._context.quota, incoming=0, jobs=count)
        names = self._next_names(film, state, count)
        for name in names:
            self._context.store.films.add_job(self._owner, film.id, ShotJob(shot_id, name, str(state.inputs)))
            copy = self._copies.duplicate(first.id, seed=draw_seed(), new_id=name)
            self._acts.approve(copy.id, to_end=True)
        return names

    def _ready(self, state: ShotState) -> JobRecord | None:
        """The newest job of a shot as it is now that was ready for its render."""
        return next((job for job in reversed(state.jobs) if job.queued is not None), None)

    def _next_names(self, film: Film, state: ShotState, count: int) -> tuple[str, ...]:
        """Ids that follow from those that were recorded, so that one act asked for twice makes the same jobs."""
        rows = self._context.store.films.jobs(self._owner, [film.id])
        known = [one.job_id for _, one in rows if (one.shot, one.inputs) == (state.shot.id, state.inputs)]
        return tuple(f"{known[0]}-{number}" for number in range(len(known) + 1, len(known) + 1 + count))

    # ---- the film as it plays ----------------------------------------------------------------------------------------

    def of(self, film: Film) -> Cut:
        """Where each shot lies in the film."""
        shots: list[CutShot] = []
        for state in self._films.shots(film):
            shot, take = state.shot, state.chosen
            rendered = take.render.num_frames if take else film.shot_frames
            overlap = {"cut": 0, "continue": 1, "dissolve": shot.join.frames}[shot.join.kind] if shots else 0
            begins = shots[-1].begins + shots[-1].frames - overlap if shots else 0
            frames = max(1, rendered - shot.trim.start - shot.trim.end)
            shots.append(CutShot(state=state, rendered=rendered, frames=frames, overlap=overlap, begins=begins))
        return Cut(tuple(shots))

    # ---- the joined file ---------------------------------------------------------------------------------------------

    def joined(self, film: Film, cut: Cut) -> Joined | None:
        """The file of the film as it is now; None where it was not joined like that yet."""
        takes = [one.take for one in cut.shots if one.take is not None]
        if not takes or cut.missing:
            return None
        name = _name(film, takes)
        return self._recorded(takes[-1].id, name) if self._context.folders.has(takes[-1].id, name) else None

    def _recorded(self, job_id: str, name: str) -> Joined:
        """A joined file with what was said when it was made, whenever and by whichever process that was."""
        files = self._context.store.files.of(job_id)
        return Joined(job_id, name, next((one.notes for one in files if one.name == name), ()))

    def joining(self, background: BackgroundTasks, film_id: str) -> BackgroundTask | None:
        """How the last joining goes; None where none was begun, or where the film was edited since it ended."""
        task = background.of(self._task(film_id))
        if task is None or not task.done:
            return task
        ((_revision, edited),) = self._films.revisions(film_id, 1)
        return task if task.ended is not None and task.ended >= edited else None

    def begin_join(self, background: BackgroundTasks, film_id: str, *, after: int) -> BackgroundTask:
        """Join the film in the background, unless that is under way.

        Raises:
            FilmIncomplete: a shot has no video; nothing was begun.
            EmptyText: it has no shots.
        """
        film, _ = self._films.get(film_id)
        self._assembly.clips(film)
        frames = self.of(film).num_frames
        return background.begin(
            self._task(film_id), lambda on_frame: self.join(film_id, on_frame, after=after), of=frames
        )

    def _task(self, film_id: str) -> str:
        return f"cut-{self._owner}-{film_id}"

    def file(self, joined: Joined) -> Path:
        """The joined file."""
        folders = self._context.folders
        return folders.here(joined.job_id, joined.name) or folders.path(joined.job_id) / joined.name

    def join(self, film_id: str, on_frame: OnFrame, *, after: int) -> Joined:
        """Join the film, with its document inside; what flashes or blurs before a shot that continues is trimmed first.

        The file takes the place of an earlier one of the same film.

        Raises:
            FilmChanged: there is a newer revision than ``after``.
            FilmIncomplete, ShotsDiffer, FileMissing, BadMusic, VideoUnplayable, StorageError, DiskQuota.
        """
        film, revision = self._films.get(film_id)
        if revision != after:
            raise FilmChanged(film=film.title or film.id)
        self._assembly.clips(film)  # whether all of them are there
        trimmed = self._assembly.trimmed(film)
        notes = trim_notes(film, trimmed)
        if trimmed != film:
            revision = self._films.save(trimmed, after=after)
        takes = [state.chosen for state in self._films.shots(trimmed) if state.chosen is not None]
        name = _name(trimmed, takes)

        def join(target: Path) -> None:
            of_sound = level_notes(self._assembly.join(trimmed, target, on_frame))
            notes.extend([*of_sound[-1:], *of_sound[:-1]])  # the film before its shots: of many the first are shown

        self._videos.cut(
            takes,
            name,
            join,
            lambda file: self._context.store.films.completed(
                self._owner, film_id, revision, replace(file, notes=tuple(notes))
            ),
        )
        self._films.remove_joined(film_id, but=name)
        return self._recorded(takes[-1].id, name)


def _name(film: Film, takes: Sequence[JobRecord]) -> str:
    """The joined file's name; it differs where the film, a take, or a take's video differs."""
    usual = {"subtitle_mode"} if film.subtitle_mode == "track" else set[str]()  # such films keep the name that they had
    told = json.dumps(
        [film.model_dump(mode="json", exclude=usual), [[take.id, take.attempts] for take in takes]], ensure_ascii=False
    )
    return f"{CUT}{hashlib.sha256(told.encode()).hexdigest()[:16]}.mp4"
