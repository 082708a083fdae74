"""A person's earlier jobs: page by page, searched, counted, and which of their results a new job may reuse."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from core.errors import NothingToReuse
from core.messages import gettext_noop
from core.steps import Step
from jobs.model.records import BatchRecord, JobChanges, JobFilter, JobMonth, JobPage, JobRecord, StepRecord
from jobs.model.states import JobState
from jobs.model.takes import take_of
from jobs.store.pages import PAGE_SIZE
from jobs.store.writes import number_of
from listening.choice import known_then
from listening.gates import ranked
from pipeline import PREPARATION, hash_of, words_of
from providers.offline import NAME as OFFLINE
from record.folder import moment_in, now

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from core.render_settings import Orientation
    from jobs.service.context import ServiceContext
    from jobs.store.orders import Order

_ALL = JobFilter()
_NEAR = timedelta(seconds=2)  # within which a job is on record once it has its id
_LOOKED_AT, _OFFERED = 20, 3  # jobs with the same text


@dataclass(frozen=True)
class MadeBefore:
    """A job, and its ``steps`` that a new one with the same text may reuse."""

    job: JobRecord
    steps: tuple[StepRecord, ...]

    @property
    def made(self) -> tuple[object, ...]:
        """Identifies these results: a copy of a job has the same value."""
        return tuple((one.step, one.created, one.output) for one in self.steps)


class JobLibrary:
    """A person sees their own jobs; an administrator and the program itself see all."""

    def __init__(self, context: ServiceContext) -> None:
        self._context, self._store = context, context.store

    def page(
        self,
        wanted: JobFilter = _ALL,
        *,
        size: int = PAGE_SIZE,
        older_than: int | None = None,
        newer_than: int | None = None,
        oldest: bool = False,
    ) -> JobPage:
        """The newest page (with ``oldest`` the oldest one), or the one before or after a cursor."""
        pages, mine = self._store.pages, self._mine(wanted)
        return pages.page(mine, size=size, older_than=older_than, newer_than=newer_than, oldest=oldest)

    def cursor_after(self, job_id: str, *, oldest_first: bool = False) -> int | None:
        """The cursor of the page after a job, also where it was deleted meanwhile: its id tells the second in which it
        was made, and of that second all are shown once more. None where it is no id that the program gives.
        """
        if (job := self._context.known(job_id)) is not None:
            return job.number
        if (second := moment_in(job_id)) is None:
            return None
        return number_of(second) - 1 if oldest_first else number_of(second + _NEAR)

    def count(self, wanted: JobFilter = _ALL, *, at_most: int | None = None) -> int:
        """How many jobs there are, counted up to ``at_most``."""
        return self._store.pages.count(self._mine(wanted), at_most=at_most)

    def months(self, wanted: JobFilter, zone: ZoneInfo) -> tuple[JobMonth, ...]:
        """The newest months in which there are jobs, where the reader's time zone is."""
        return self._store.pages.months(self._mine(wanted), zone)

    def states_of(self, job_ids: Collection[str]) -> dict[str, JobState]:
        """The states of many jobs at once; jobs that are not this person's are left out."""
        return self._store.jobs.states(job_ids, owner=self._context.person.only)

    def batch_rows(self, job_ids: Collection[str]) -> dict[str, BatchRecord]:
        """How the deleted jobs of a batch's rows had ended; other ids are left out."""
        return self._store.batches.done(job_ids, owner=self._context.person.only)

    def mark_favourite(self, job_id: str, *, favourite: bool) -> bool:
        """Mark a job as a favourite, or no longer; of several takes it is its person's pick.

        What the reports of all takes say now is kept with a new pick, whatever other takes come later.
        """
        job = self._context.get(job_id)
        return job.favourite == favourite or self._store.jobs.update(job.id, **self._pick(job, favourite, None))

    def pick_for(self, film_id: str, job_id: str, *, favourite: bool) -> JobChanges:
        """What makes a job the pick of a film, or no longer; nothing where it stays as it is.

        Only a choice among several makes a favourite, and only one that this film made is taken back.
        """
        job = self._context.get(job_id)
        changes = self._pick(job, favourite, film_id)
        is_its_own = (changes["pick"] or job.pick or {}).get("film") == film_id
        return changes if is_its_own and job.favourite != favourite else {}

    def _pick(self, job: JobRecord, favourite: bool, film_id: str | None) -> JobChanges:
        takes = [take_of(one) for one in self._finished(job.id).values()] if favourite else []
        pick = known_then(take_of(job), takes, now(), film_id) if favourite else None
        return {"favourite": favourite, "pick": pick}

    def takes(self, job_id: str) -> tuple[JobRecord, ...]:
        """The jobs with the same text that one was copied from or to, with it, oldest first."""
        mine = first = self._context.get(job_id)
        while first.parent and (before := self._context.known(first.parent)):
            if before.request.text != first.request.text:
                break
            first = before
        found = {first.id: first}
        for one in self._store.jobs.copies(first.id, first.owner):
            if one.parent in found and one.request.text == first.request.text:
                found[one.id] = one
        return tuple(found.values()) if mine.id in found else (mine,)

    def best_takes(self, job_id: str) -> list[list[JobRecord]]:
        """The finished takes of a job, the best first; those of one list are tied. A favourite is its person's pick."""
        jobs = self._finished(job_id)
        found = ranked([dataclasses.replace(take_of(one), picked=one.favourite) for one in jobs.values()])
        return [[jobs[take.id] for take in tied] for tied in found]

    def _finished(self, job_id: str) -> dict[str, JobRecord]:
        return {job.id: job for job in self.takes(job_id) if job.state == "completed"}

    def made_before(self, text: str, orientation: Orientation) -> tuple[MadeBefore, ...]:
        """Results of this person's newest jobs with exactly the same text, as far as a service made them."""
        words = hash_of("image_prompt", words_of(text, orientation))
        ids = self._store.steps.jobs_from("image_prompt", words, self._context.person.name, _LOOKED_AT)
        jobs = (self._context.known(job_id) for job_id in ids)
        found = (MadeBefore(job, _reusable(self._store.steps.chosen(job.id))) for job in jobs if job)
        each = {one.made: one for one in found if any(step.state == "done" for step in one.steps)}
        return tuple(each.values())[:_OFFERED]

    def reusing(self, order: Order, job_id: str) -> Order:
        """The order with the reusable results of a job that has the same text; the rest is made as usual.

        Raises:
            UnknownJob, NothingToReuse.
        """
        job = self._context.get(job_id)
        request, wanted = job.request, order.request
        if (request.mode, request.text, request.orientation) != (wanted.mode, wanted.text, wanted.orientation):
            raise NothingToReuse(
                job=job.id, reason=gettext_noop("it was made from a different text or for another orientation")
            )
        steps = _reusable(self._store.steps.chosen(job.id))
        if not any(one.state == "done" for one in steps):
            raise NothingToReuse(job=job.id, reason=gettext_noop("none of it was made by a service"))
        names = [one.output for one in steps if one.step == "first_frame" and one.output]
        folders = self._context.folders
        try:
            files = {name: (folders.here(job.id, name) or folders.path(job.id) / name).read_bytes() for name in names}
        except OSError:
            raise NothingToReuse(job=job.id, reason=gettext_noop("its picture no longer exists")) from None
        taken = ("crop_mode", "crop_shift", "source_picture")
        wanted = wanted.model_copy(update={name: getattr(request, name) for name in taken})
        return dataclasses.replace(order, request=wanted, steps=steps, files=files, parent=job.id)

    def _mine(self, wanted: JobFilter) -> JobFilter:
        """The filter, restricted to this person's own jobs."""
        only = self._context.person.only
        return wanted if only is None else dataclasses.replace(wanted, owner=only)


def _reusable(chosen: Mapping[Step, StepRecord]) -> tuple[StepRecord, ...]:
    """The results up to the first that is missing, out of date or a draft without a model: those cost nothing."""
    found: list[StepRecord] = []
    for step in PREPARATION:
        one = chosen.get(step)
        if one is None or one.state not in ("done", "skipped") or one.output is None or one.provider == OFFLINE:
            break
        found.append(dataclasses.replace(one, kept=True))
    return tuple(found)
