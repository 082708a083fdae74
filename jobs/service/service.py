"""Everything that pages and scripts can do with jobs; they call nothing else of ``jobs``.

Each act is a compare-and-set on the store, so a double click, a second tab or another process does it once. The service
needs no worker in its own process: ``wake`` only wakes one if there is one.

A service belongs to a person (``JobService.of``), and every act begins by looking the job up as that person may see
it. A new act must do so, too; a test calls them all with the id of somebody else's job.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.errors import PlanChanged, QuotaReached, StorageError, UnknownJob
from core.steps import Step
from jobs.model.ordered import ordered_from
from jobs.model.records import Bookkeeping, JobRecord
from jobs.model.states import ON_SERVER, PREPARING, QUEUED, Act, allowing
from jobs.service.api_keys import ApiKeyService
from jobs.service.context import ServiceContext
from jobs.service.copies import CopyService
from jobs.service.cuts import CutService
from jobs.service.files import JobFiles
from jobs.service.film_assembly import FilmAssembly
from jobs.service.film_files import FilmFiles
from jobs.service.film_orders import FilmOrders
from jobs.service.film_sheet import FilmSheets
from jobs.service.films import FilmService
from jobs.service.forms import FormService
from jobs.service.hand_over import HandOver
from jobs.service.library import JobLibrary
from jobs.service.plans import PlanService
from jobs.service.queue import QueueService
from jobs.service.shots import ShotService
from jobs.service.steps import StepService
from jobs.service.videos import FinishedVideos
from jobs.service.webhooks import WebhookService
from jobs.store.orders import JobCreation, Order

if TYPE_CHECKING:
    from jobs.model.people import Person
    from jobs.model.session_keys import SessionKeys

_ENDED = allowing("retry")


class JobService:
    """One person's jobs, from creation to end; its parts do the rest.

    Raises BadId or UnknownJob for an id that is not theirs, StoreError for the database.
    """

    def __init__(self, context: ServiceContext) -> None:
        self._context = context
        self._store, self._folders = context.store, context.folders
        self._creation = JobCreation(context.settings, context.store, context.folders)
        self.copies = CopyService(context, self, self._creation)
        self.plans = PlanService(context)
        self.steps = StepService(context, self.plans)
        self.queue = QueueService(context)
        self.library = JobLibrary(context)
        self.forms = FormService(context)
        self.files = JobFiles(context)
        self.videos = FinishedVideos(context)
        self.films = FilmService(context, self.videos)
        self.shots = ShotService(context, self, self.copies, self.steps, self.videos, self.films)
        self.assembly = FilmAssembly(self.films, self.videos)
        self.hand_over = HandOver(context, self.films, self.assembly, self.videos)
        self.film_orders = FilmOrders(context, self.films, self.shots)
        self.film_files = FilmFiles(context, self.films)
        self.cuts = CutService(context, self, self.copies, self.films, self.assembly, self.videos, self.library)
        self.sheets = FilmSheets(context, self.films, self.shots, self.plans)
        self.api_keys = ApiKeyService(context)
        self.webhooks = WebhookService(context)
        self.person, self.get, self.known = context.person, context.get, context.known

    def of(self, person: Person, keys: SessionKeys | None = None) -> JobService:
        """The service as this person may use it: with their own jobs only, unless they are an administrator.

        Args:
            keys: keys entered in their session, used for the steps that are asked for through this service.
        """
        if person.formerly:
            self._store.owners.take_over(person.formerly, person.name)
        return JobService(dataclasses.replace(self._context, person=person, keys=keys))

    # ---- start and continue --------------------------------------------------------------------------------------

    def create(self, order: Order) -> JobRecord:
        """Record a job with its picture; nothing runs yet.

        Raises:
            PictureError, StorageError, QuotaReached: nothing was recorded.
        """
        self._check_order(order)
        noted = Bookkeeping(
            name=order.name,
            shot=order.shot,
            run=self._context.own.run if self._context.own else "",
            makers=ordered_from(self._context.makers_now(order.request)) if order.request.mode == "full" else None,
        )
        job = self._creation.create(order, owner=self._owner_of(order), bookkeeping=noted, quota=self._context.quota)
        self.work_on(job.id)
        return job

    def start(self, job_id: str) -> bool:
        """Start a job, or continue it after a wait or an end without a video. Returns whether it happened."""
        return self.retry_from(job_id) if self.get(job_id).state in _ENDED else self.approve(job_id)

    def approve(self, job_id: str, *, to_end: bool = False, expected: Step | None = None) -> bool:
        """Accept what is there and continue with the next step; ``to_end`` does not ask again.

        Args:
            expected: the step that the person was told would be made.

        Raises:
            PlanChanged: another step would be made by now; nothing was done.
        """
        job = self.get(job_id)
        if not self._may(job, "approve"):
            return False
        self._check_expected(job, expected)
        if to_end:
            self._store.jobs.update(job_id, request={"review_each_step": False, "until": None})
        self._let_go_on(job_id)
        with self._undone_if_refused(job):
            return self._enqueued(job) if self._is_prepared(job_id) else self._woken(self._to_preparation(job))

    def send(self, job_id: str) -> bool:
        """Put a new job that has all its render needs straight into the queue. Returns whether it happened."""
        job = self.get(job_id)
        if not self._may(job, "approve"):
            return False
        self._let_go_on(job_id)
        with self._undone_if_refused(job):
            return self._enqueued(job)

    def regenerate_step(self, job_id: str, step: Step) -> bool:
        """Make one step again as a new version, and continue from there. Returns whether it happened."""
        if not self._may(self.get(job_id), "regenerate"):
            return False
        self.steps.keep_before(job_id, step)
        self.steps.ask_for(job_id, step)
        self._let_go_on(job_id)
        return self._woken(self._to_preparation(self.get(job_id)))

    def hold(self, job_id: str) -> bool:
        """Take a job out of the queue to change it before it is sent; a preparation stops after the current step."""
        job = self.get(job_id)
        making = self.plans.steps_of(job).next_step
        if self._store.jobs.update(
            job.id, only_in=PREPARING, request={"review_each_step": True}, bookkeeping={"approved": making}
        ):
            return True
        return self._store.jobs.move_to(job_id, "waiting", only_from=QUEUED, stage="render")

    def work_on(self, job_id: str) -> None:
        """Add a job to this process's own, if it works on its own jobs only."""
        job, own = self.get(job_id), self._context.own
        if own is not None:
            own.add(job.id)
            if job.bookkeeping.run != own.run:
                self._store.jobs.update(job.id, bookkeeping={"run": own.run})
            self._context.forget_missing(job)
            self._context.wake.set()

    # ---- once more -----------------------------------------------------------------------------------------------

    def retry(self, job_id: str) -> bool:
        """Continue a job that ended without a video: fetch the video if only that failed, otherwise render again."""
        job = self.get(job_id)
        if job.video_on_server:
            return self._woken(self._store.jobs.fetch_again(job.id))
        return self.retry_from(job.id)

    def retry_from(self, job_id: str, step: Step = "render", *, expected: Step | None = None) -> bool:
        """Continue a job that failed, was cancelled, abandoned or lost, with the stored results before ``step``.

        Refused as long as it holds a slot: its GPU may be busy with it. ``expected`` is as in ``approve``.
        """
        job = self.get(job_id)
        if not self._may(job, "retry"):
            return False
        self._check_expected(job, expected)
        if step != "render" and step in self._store.steps.chosen(job_id):
            self.steps.ask_for(job_id, step)
        if step == "render" and job.sent:  # exactly the same is sent once more, whoever would make it now
            self._store.steps.keep_makers(job_id)
        self._let_go_on(job_id)
        if job.mode == "simple":
            return self._woken(self._store.queue.enqueue(job_id, retry=True, quota=self._context.quota))
        self.steps.lend_keys(job)
        self.steps.order_makers(job_id)
        # A render that was sent had been confirmed: nobody is asked again.
        stage = step if step == "render" and job.sent else None
        return self._woken(self._store.jobs.reopen(job_id, "preparing", stage=stage, quota=self._context.quota))

    def words_only(self, job_id: str) -> bool:
        """Continue a job without the pictures of its cards. Returns whether it happened."""
        return self.steps.words_only(job_id) and self.start(job_id)

    def send_again(self, job_id: str, *, anywhere: bool = False) -> str | None:
        """Render a job again with the same seed, although its server failed, does not answer or seems stuck.

        A server that does not answer, or has not confirmed it, may still be rendering it: the job is abandoned, and a
        copy is sent in its place, unless its GPU is known to be free.

        Args:
            anywhere: by any server of its model, even if it was meant for one only.

        Returns:
            The id of the job that is sent; None if there is nothing to send again.
        """
        job = self.get(job_id)
        server = None if anywhere else job.wanted_server
        if not self._may(job, "send_again"):
            return None
        is_well = not job.unreachable_since and not self.plans.is_stalled(job)
        if job.state in ON_SERVER and is_well:  # pressed twice: it is already on a ready server
            return None
        if job.state not in QUEUED | _ENDED:
            self.stop_waiting(job_id)
        moved = self._store.jobs.update(job_id, only_in=QUEUED | _ENDED, request={"wanted_server": server})
        if job.state in QUEUED or self.retry_from(job_id):
            return job_id if self._woken(moved) else None
        return self.copies.in_place_of(job_id, server).id if self.get(job_id).state == "abandoned" else None

    # ---- ends ----------------------------------------------------------------------------------------------------

    def cancel(self, job_id: str) -> bool:
        """Cancel a job of which nothing was sent: free, and what was made is kept. Returns whether it happened."""
        job = self.get(job_id)
        return self._over(job.id, self._store.jobs.move_to(job.id, "cancelled", only_from=allowing("cancel")))

    def stop_waiting(self, job_id: str) -> bool:
        """Stop waiting for a job that a server has. The GPU continues, and the slot stays taken until it is free."""
        job, given_up = self.get(job_id), allowing("stop_waiting")
        if job.on_own_preview and job.state != "saving":  # on our own preview engine, which takes no GPU
            return self._over(job_id, self._store.jobs.move_to(job_id, "cancelled", only_from=given_up))
        # Without an error: only what the program gave up by itself is fetched by itself.
        return self._over(job_id, self._store.jobs.move_to(job_id, "abandoned", only_from=given_up, error=None))

    def wait_on(self, job_id: str) -> bool:
        """Wait on for a job that seems stuck: nothing is asked about it until as long has passed once more."""
        job, waiting = self.get(job_id), allowing("wait_on")
        return self._store.jobs.update(job.id, only_in=waiting, waits_on=datetime.now(UTC))

    def look_again(self, job_id: str) -> bool:
        """Search the server again for a job that may or may not have arrived there."""
        return self._woken(self._store.jobs.look_again(self.get(job_id).id))

    def delete(self, job_id: str) -> int | None:
        """Delete a job that nothing works on, and its files; returns the bytes freed, None if refused.

        A slot that it holds stays taken until its GPU is known to be free.

        Raises:
            FilesNotRemoved: it is deleted, but not all of its files; they are removed as soon as that is possible.
        """
        return self._deleted(self.get(job_id))

    # ---- helpers -------------------------------------------------------------------------------------------------

    def _deleted(self, job: JobRecord, *, never_was: bool = False) -> int | None:
        return self._folders.finish_delete(job) if self._store.jobs.delete(job.id, never_was=never_was) else None

    def _owner_of(self, order: Order) -> str:
        return (order.owner if self.person.is_admin else None) or self.person.name

    def _check_order(self, order: Order) -> None:
        """Check before anything is written that the quota has room and that the jobs it names are the person's."""
        for other in (order.parent, order.extends):
            if other and not self.person.is_admin:
                self.get(other)
        if order.id and (there := self._store.jobs.get(order.id)) and not self.person.may_see(there):
            raise UnknownJob(job=order.id[:80])
        if self._context.quota:
            self._store.jobs.check_new(self._owner_of(order), self._context.quota, order.size)

    def _check_expected(self, job: JobRecord, expected: Step | None) -> None:
        """Make sure that the next step is still the one that the person was told; raises PlanChanged."""
        step = self.plans.steps_of(job).next_step
        if expected not in (None, step):
            raise PlanChanged(job=job.id, step=step.replace("_", " "))

    def _let_go_on(self, job_id: str) -> None:
        """Record up to where a person lets a job continue, and whether the preview engine may render it now."""
        job = self.get(job_id)
        now = (self.plans.steps_of(job).next_step, self._context.previews())
        if (job.bookkeeping.approved, job.bookkeeping.may_preview) != now:
            self._store.jobs.update(job_id, bookkeeping={"approved": now[0], "may_preview": now[1]})

    def _is_prepared(self, job_id: str) -> bool:
        """Whether a job that waits before its render has all it needs, with no open question."""
        job = self.get(job_id)
        if job.mode == "simple":
            return True
        plan = self.plans.steps_of(job)
        stays = all(one.action == "keep" for one in plan.steps)
        return job.state == "waiting" and stays and plan.until is None and not plan.questions

    def _may(self, job: JobRecord, act: Act) -> bool:
        """Whether a job's state allows an act; the store checks again when it is carried out."""
        free = job.state not in _ENDED or act not in ("retry", "regenerate") or not self._store.queue.holds(job.id)
        return job.state in allowing(act) and free

    def _to_preparation(self, job: JobRecord) -> bool:
        self.steps.lend_keys(job)
        self.steps.order_makers(job.id)
        if job.state in _ENDED:
            return self._store.jobs.reopen(job.id, "preparing", quota=self._context.quota)
        quota = self._context.quota if job.state == "draft" else None
        before = allowing("regenerate") - _ENDED
        return self._store.jobs.move_to(job.id, "preparing", only_from=before, quota=quota, error=None)

    def _enqueued(self, job: JobRecord) -> bool:
        quota = self._context.quota if job.state == "draft" else None
        return self._woken(self._store.queue.enqueue(job.id, quota=quota))

    @contextmanager
    def _undone_if_refused(self, job: JobRecord) -> Iterator[None]:
        """Delete a new draft if there is no room for it, so that it is not left behind unseen."""
        try:
            yield
        except QuotaReached:
            if job.state == "draft":
                self._deleted(job, never_was=True)
            raise

    def _over(self, job_id: str, happened: bool) -> bool:
        """Write to job.json, too, that a job has ended; a full disk does not undo the end."""
        if happened:
            with suppress(StorageError):
                self._folders.settle(job_id)
        return self._woken(happened)

    def _woken(self, happened: bool) -> bool:
        return self._context.woken(happened)
