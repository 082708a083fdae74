"""A worker process: it prepares jobs, sends them, follows them, and continues those of workers that died.

``python -m jobs.worker`` runs one by itself; the app and the command line have one inside.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from core.file_access import keep_private
from core.kept_secret import WEBHOOKS
from jobs.database.state import file_of
from jobs.database.wake_up import WakeUp
from jobs.execution import engine
from jobs.execution.dispatch import Dispatch
from jobs.execution.followed import FollowedRenders, Follower
from jobs.execution.lease import WorkerLease
from jobs.execution.poller import Poller
from jobs.execution.prepare import PrepareStage
from jobs.execution.render import RenderStage
from jobs.execution.runs import Runs
from jobs.execution.slot_watch import SlotWatch
from jobs.execution.supervisor import Supervisor
from jobs.execution.webhooks import WebhookSender, utc_now
from jobs.model.own_jobs import OwnJobs
from jobs.model.people import Person
from jobs.model.session_keys import LentKeys
from jobs.servers.monitor import HOLDS, ServerMonitor
from jobs.servers.pool import ServerPool
from jobs.servers.registry import ServerRegistry
from jobs.service.context import ServiceContext
from jobs.service.forms import tidy_forms
from jobs.service.service import JobService
from jobs.store.bucket_folders import folders_of
from jobs.store.store import Store, open_store
from record.folder import make_folder

if TYPE_CHECKING:
    from config import Settings


_TURN = 3.0  # seconds between polls of the tables while nothing wakes the worker
_HEAR_AGAIN = 1.0
_KEEP_NAME = 1.0
_LOOK_AFTER_OTHERS = 3.0
_LOOK_AT_SLOTS = 5.0
_LOOK_AT_SERVERS = 2.0
_LOOK_AT_FILMS = 3.0
_KEEP_HOUSE = 600.0
_CATCH_UP, _DROP_COPIES = 5.0, 3600.0
_MESSAGES_KEPT = timedelta(days=30)
_FIRST_LOOK = 3.0  # what a person's act waits for the first look at servers that nobody configured
_LAST_TURNS = 5.0  # what a stop waits for our own threads, all of them together
_LOG = logging.getLogger("mova.worker")


class Worker:
    """One a process. ``service`` is what pages and scripts use.

    With ``own_only`` it works on those jobs alone that were made or taken up by this service.
    """

    def __init__(self, settings: Settings, *, own_only: bool = False) -> None:
        self.settings = settings
        keep_private(settings.file_access)
        make_folder(settings.output_dir)
        self.store: Store = open_store(settings.database_address)
        self._names = WorkerLease(self.store.database, own_only=own_only)
        self._calls_of_others = WakeUp(self.store.database)
        self._wake = self._calls_of_others.mine
        self._supervisor = supervisor = Supervisor(self.store.database.name)
        self._own = OwnJobs() if own_only else None
        self._runs = Runs(
            self.store,
            self._names,
            self._own,
            lambda job: self._preparing.missing(job),
            lambda: self._rendering.room_to_save,
            lambda job_id: job_id in self._rendering.turned_away,
        )
        self.folders = folders_of(settings, self.store)
        self._sends = WorkerLease(self.store.database, own_only=True)
        self.webhooks = WebhookSender(
            self.store.webhooks,
            partial(self.folders.storage.secret, WEBHOOKS),
            settings.webhook_allow,
            partial(self._sends.has_role, "webhooks"),
            supervisor.stopping,
        )
        self._threads = self._turns(own_only)
        self._outlook = supervisor.thread("servers", self._look_at_servers, _LOOK_AT_SERVERS)
        self._copies = supervisor.thread("copies", self._look_after_copies, _CATCH_UP)
        self._copies_dropped, self._owes_left = -math.inf, False
        self.registry = ServerRegistry(settings)
        self.monitor = ServerMonitor(self.registry, self._wake.set)
        self.pool = ServerPool(self.registry, self.monitor)
        self._follower = Follower(self._names, WorkerLease(self.store.database, own_only=True), self._own)
        renders = FollowedRenders(
            *(self.store, self.folders, self.pool, settings, self._calls_of_others, self._follower)
        )
        self._poller = Poller(renders, supervisor.persist, supervisor.stopping.is_set)
        self._threads.append(supervisor.thread("renders", self._follow_renders, 1.0))
        self._lent = LentKeys()
        self.service = self._service()

    def _service(self) -> JobService:
        return JobService(
            ServiceContext(
                settings=self.settings,
                store=self.store,
                folders=self.folders,
                wake=self._calls_of_others,
                lent=self._lent,
                own=self._own,
                servers=lambda: self.monitor.server_status(),
                previews=self._preview_stands_in,
                holds_up=self.pool.holds_up,
            )
        )

    def _turns(self, own_only: bool) -> list[threading.Thread]:
        """What is done again and again.

        Each in a thread of its own: a database that blocks DBOS must not cost us the lease, nor a server that hangs
        hold up the others.
        """

        thread = self._supervisor.thread
        turns = [
            thread("dispatcher", self._turn, self._rest),
            thread("name", self._names.keep, _KEEP_NAME),
            thread("calls", self._hear_others, _HEAR_AGAIN),
            thread("own", self._runs.look_at_own, _LOOK_AFTER_OTHERS),
            thread("others", self._runs.look_after_others, _LOOK_AFTER_OTHERS),
            thread("slots", self._look_at_slots, _LOOK_AT_SLOTS),
            thread("housekeeping", self._keep_house, _KEEP_HOUSE),
        ]
        if own_only:  # such a run ends with its jobs: what waits here is sent by who stays
            return turns
        return [
            *turns,
            thread("webhooks", self.webhooks.turn, self.webhooks.rest),
            thread("films", self._go_on_with_films, _LOOK_AT_FILMS),
        ]

    def start(self, *, working: bool = True) -> None:
        """Start working, first on what an earlier process of this name left.

        Args:
            working: False where other processes do the work, and this one only records what is asked for.
        """
        self._working = working
        name = self._names.claim()
        self.pool.name = name
        self.dispatch = Dispatch(self.store, self.pool, self._own, self._names)
        self.slots = SlotWatch(self.store, self.folders, self.pool)
        if self._own is not None:
            self._own.run = name
            self.slots = SlotWatch(self.store, self.folders, self.pool, self._runs.is_others, self._runs.is_left)
        if working:
            self._lent.worker = name
        self._outlook.start()
        if self.settings.storage_url:
            self._copies.start()
        if working:
            self._begin(name)

    def _begin(self, name: str) -> None:
        supervisor = self._supervisor
        interruptibly, persist = supervisor.interruptibly, supervisor.persist
        self._preparing = preparing = PrepareStage(
            self.store, self.folders, self.settings, self._lent, interruptibly, persist, self._wake
        )
        self._rendering = rendering = RenderStage(
            self.store,
            self.folders,
            self.pool,
            self.settings,
            interruptibly,
            supervisor.pause,
            persist,
            self._wake,
            self._own,
            keys=self._lent.overrides,
            sent=self._poller.wake,
        )
        steps = {"prepare": preparing.advance, "render": rendering.advance}
        runs = {run: supervisor.patiently(self._settled(step)) for run, step in steps.items()}
        engine.launch(self.settings.database_address, name, runs, briefly=self._own is not None)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop without ending any job: calls in flight get a moment, the next worker continues the rest."""
        self._supervisor.stop()
        self._poller.wake()
        self._wake.set()
        if self._working:
            deadline = time.monotonic() + _LAST_TURNS
            for thread in self._threads:
                thread.join(max(0.0, deadline - time.monotonic()))
            done = self._own is not None and self._runs.left_nothing()
            engine.stop()
        else:
            done = False
        self.pool.close()
        self._names.release(done=done)
        for role in (self._sends, self._follower.role):
            role.release()
        self.store.close()

    def _settled(self, advance: Callable[[str], bool]) -> Callable[[str], bool]:
        """The same step of a run; after the last one the job is on record as it ended, and its place is free."""

        def run(job_id: str) -> bool:
            goes_on = advance(job_id)
            if not goes_on:
                self.folders.settle(job_id)
                self._wake.set()
            return goes_on

        return run

    # ---- what is done again and again --------------------------------------------------------------------------

    def _rest(self) -> None:
        self._wake.wait(_TURN)
        self._wake.clear()

    def _hear_others(self) -> None:
        """Listen to calls of other processes; one that works on its own jobs only has all that calls it inside."""
        if self._own is None:
            self._calls_of_others.listen(self._names.mine, self._supervisor.stopping.is_set)
        else:
            self._supervisor.stopping.wait()

    def _turn(self) -> None:
        self._runs.pick_up()
        for job_id in self.dispatch.claimed():
            engine.start("render", job_id)

    def _preview_stands_in(self) -> bool:
        """Whether a job that goes now goes to the preview engine, as no server is configured and none is there."""
        if not self.registry.settings.servers_are_defaults:
            return False
        status = self.monitor.server_status(patience=_FIRST_LOOK)
        return status is not None and status.preview

    def _look_at_servers(self) -> None:
        """Read servers that were added to the configuration, and check the health of all of them."""
        self.registry.keep()
        self.monitor.ask(older_than=HOLDS)

    def _follow_renders(self) -> None:
        with suppress(engine.Stopped):
            self._poller.run()

    def _keep_house(self) -> None:
        for error in self.folders.finish_deletes():
            _LOG.warning("%s %s", error, error.next_step())
        tidy_forms(self.settings, self.store, self.folders.storage)
        self.store.webhooks.forget(utc_now() - _MESSAGES_KEPT)
        retired = self.service.files.housekeeping().retire(lambda: self._supervisor.goes_on)
        if retired is not None:  # a warning, for what is deleted is to be seen in every log
            words = "RETENTION_DAYS=%d: %d jobs deleted, %.1f MB came free"
            _LOG.warning(words, self.settings.retention_days, retired.jobs, retired.bytes / 1e6)

    def _look_after_copies(self) -> None:
        if not self._owes_left:
            self.service.files.housekeeping().owe_left()
            self._owes_left = True
        self.folders.storage.catch_up()
        if time.monotonic() - self._copies_dropped > _DROP_COPIES:
            freed = self.service.files.housekeeping().drop_copies()
            self._copies_dropped = time.monotonic()
            if freed:
                _LOG.info("STORAGE_COPY_DAYS=%d: %.1f MB came free", self.settings.storage_copy_days, freed / 1e6)

    def _go_on_with_films(self) -> None:
        """Order what people have ordered of their films as soon as the shot before it is there."""
        for owner in self.store.films.with_orders():
            self.service.of(Person(name=owner)).film_orders.go_on()

    def _look_at_slots(self) -> None:
        if self.slots.look():
            self._wake.set()


@contextmanager
def working(settings: Settings, *, own_only: bool = False) -> Iterator[JobService]:
    """A worker inside this process for as long as the block lasts; yields its service.

    With ``own_only`` it works only on jobs that were created or continued through this service.
    """
    worker = Worker(settings, own_only=own_only)
    worker.start()
    try:
        yield worker.service
    finally:
        worker.stop()


@contextmanager
def service_without_worker(settings: Settings) -> Iterator[JobService]:
    """A service without a worker: for callers that only read, or leave the work to others."""
    worker = Worker(settings)
    try:
        yield worker.service
    finally:
        worker.store.close()


@contextmanager
def planning(settings: Settings) -> Iterator[JobService]:
    """A service to plan with; where there is no database yet, over an empty one, so that nothing is created."""
    file = file_of(settings.database_address)
    if file is None or file.is_file():
        with service_without_worker(settings) as service:
            yield service
        return
    with TemporaryDirectory() as folder:
        empty = settings.model_copy(update={"output_dir": Path(folder), "database_url": None})
        with service_without_worker(empty) as service:
            yield service


if __name__ == "__main__":
    import runpy

    runpy.run_module("cli.worker", run_name="__main__")
