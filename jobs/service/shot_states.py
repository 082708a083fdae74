"""A film's shots as they stand: what each is made from, its jobs, its takes, and the take that is chosen."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from film.document import Film, Scene, Shot, is_after_shot_before, shot_hash
from jobs.model.records import JobRecord
from jobs.model.states import FINAL, PREPARING
from jobs.model.takes import chosen_take

# A job of a shot, and its further ones that were given another first frame; its takes end with a number alone.
OWN_JOB = re.compile(r"film-[0-9a-f]{40}(?:-frame-[0-9]++)?+")


@dataclass(frozen=True, kw_only=True)
class ShotState:
    """A shot as it stands. ``number`` counts from 1.

    ``inputs`` is the hash of what it is made from; None where it goes on from a shot that has no take yet. ``job`` is
    the one that has its frame now, ``jobs`` are all of these inputs, ``takes`` the finished ones of any, oldest first.
    ``latest`` is the newest job, whatever it was made from; ``follows`` the take that the shot goes on from;
    ``awaits``: the take that it goes on from gives way to another one. ``drawn_after`` is the job whose first frame is
    one of the pictures that its own is drawn after.
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
    latest: JobRecord | None = None
    follows: JobRecord | None = None
    drawn_after: JobRecord | None = None
    awaits: bool = False

    @property
    def job(self) -> JobRecord | None:
        return own_job(self.jobs)

    @property
    def is_framed(self) -> bool:
        """Whether its first frame is there and nothing makes another one at present."""
        return self.has_frame and self.job is not None and self.job.state not in PREPARING

    @property
    def is_stale(self) -> bool:
        """Whether it was made before from something else, and not yet from what it is now."""
        return self.others > 0 and not self.jobs

    @property
    def is_coming(self) -> bool:
        """Whether its chosen take is of what it was before, and gives way to one of what it is now."""
        take, shot = self.chosen, self.shot
        is_kept = take is None or take.id == shot.take or shot.held
        return not is_kept and (self.awaits or take not in self.jobs)

    @property
    def is_moving(self) -> bool:
        """Whether a job of what it is now has not ended, be it that it waits for a person."""
        return any(job.state not in FINAL for job in self.jobs)

    def begins_with(self, film: Film) -> JobRecord | None:
        """The job that another one of this shot would begin with the results of; None where it begins anew."""
        before = self.latest
        if before is None or self.shot.frame.source != "made" or before.request.source_picture:
            return None
        is_alike = (before.model, before.request.orientation) == (film.model, film.orientation)
        return before if is_alike else None


@dataclass(frozen=True)
class FilmOverview:
    """A film as a list shows it; ``edited`` is when its newest revision was recorded, in UTC."""

    film: Film
    edited: datetime
    shots: tuple[ShotState, ...]

    @property
    def frames(self) -> int:
        """How many shots have a first frame, or a video already."""
        return sum(1 for one in self.shots if one.has_frame or one.chosen)

    @property
    def takes(self) -> int:
        """How many shots have a video of what they are now."""
        return sum(1 for one in self.shots if one.chosen in one.jobs)

    @property
    def poster(self) -> JobRecord | None:
        """The first job with a picture of the film."""
        pictures = (one.chosen or (one.job if one.has_frame else None) for one in self.shots)
        return next((one for one in pictures if one), None)


def own_job(jobs: Sequence[JobRecord]) -> JobRecord | None:
    """The newest job with a frame of its own; further takes have the frame of another one."""
    return next((one for one in reversed(jobs) if OWN_JOB.fullmatch(one.id)), jobs[0] if jobs else None)


@dataclass(frozen=True)
class RecordedShots:
    """The jobs of shots, by film and shot, each with what it was made from, oldest first; and which have a frame."""

    shots: Mapping[tuple[str, str], Sequence[tuple[str, JobRecord]]]
    framed: frozenset[str]


def states_of(film: Film, recorded: RecordedShots) -> tuple[ShotState, ...]:
    states: list[ShotState] = []
    for number, (scene, shot) in enumerate(film.in_order(), 1):
        before = states[-1] if states else None
        inputs = inputs_of(film, scene, shot, before)
        known = recorded.shots.get((film.id, shot.id), ())
        jobs = tuple(job for made_from, job in known if made_from == inputs)
        takes = tuple(job for _, job in known if job.state == "completed")
        state = ShotState(
            number=number,
            scene=scene,
            shot=shot,
            inputs=inputs,
            jobs=jobs,
            takes=takes,
            others=len(known) - len(jobs),
            chosen=chosen_take(shot.take, takes, {job.id for job in jobs}),
            has_frame=(own := own_job(jobs)) is not None and own.id in recorded.framed,
            latest=known[-1][1] if known else None,
            follows=before.chosen if before and shot.frame.source == "last" else None,
            awaits=before is not None and shot.frame.source == "last" and before.is_coming,
            drawn_after=before.job if before and is_after_shot_before(film, shot) else None,
        )
        states.append(state)
    return tuple(states)


def inputs_of(film: Film, scene: Scene, shot: Shot, before: ShotState | None) -> str | None:
    """What a shot is made from; with the take that it goes on from, or the job whose frame it is drawn after."""
    own = shot_hash(film, scene, shot)
    if before is None or not (shot.frame.source == "last" or is_after_shot_before(film, shot)):
        return own
    job = before.chosen if shot.frame.source == "last" else before.job if before.has_frame else None
    return hashlib.sha256(f"{own} {job.id}".encode()).hexdigest()[:32] if job else None
