"""A working process: it prepares jobs, sends them, follows them, and takes over what others left when they died.

``python -m jobs.worker`` runs one by itself; the app and the command line have one inside.
"""

from __future__ import annotations

import argparse
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from errors import JobLost, MovaError, ServerError, StorageError, StoreError
from jobs import engine
from jobs.database_errors import in_plain_words
from jobs.desk import Desk
from jobs.dispatch import Dispatch
from jobs.fleet import Fleet
from jobs.folders import Folders
from jobs.names import Names
from jobs.preparing import Preparing
from jobs.records import JobRecord, SlotRecord
from jobs.roster import Roster
from jobs.sending import SETTLE_SECONDS, Sending
from jobs.server_watch import HOLDS, ServerWatch
from jobs.session_keys import LentKeys
from jobs.states import ACTIVE, FINAL
from jobs.store import Store, open_store
from jobs.wish import model_of
from record.folder import make_folder

if TYPE_CHECKING:
    from config import Settings

T = TypeVar("T")

_TURN = 1.0  # seconds between looks at the tables where nothing wakes us
_KEEP_NAME = 1.0
_LOOK_AFTER_OTHERS = 3.0
_LOOK_AT_SLOTS = 5.0
_LOOK_AT_SERVERS = 2.0
_KEEP_HOUSE = 600.0
_BROKEN_AFTER = 10.0  # a run that has just been started is on record before its thread walks it
_DEAD_AFTER = 8.0  # a name on PostgreSQL must be free this long: the database server may just have been restarted
_GRACE = 10.0  # what a stop waits for service calls that are in flight
_LAST_TURNS = 5.0  # and for our own threads, all of them together
_LOG = logging.getLogger("mova.worker")


class Worker:
    """One a process. ``desk`` is what pages and scripts use."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        make_folder(settings.output_dir)
        self.store: Store = open_store(settings.database_address)
        self._names = Names(self.store.database)
        self._wake = threading.Event()
        self._draining, self._stopping = threading.Event(), threading.Event()
        self._calls: set[Future[Any]] = set()
        self._held_by = ""
        self._suspects: dict[str, float] = {}
        self._idle: dict[str, float] = {}
        # Each in a thread of its own: a database that blocks DBOS must not cost us our name, nor a server that hangs
        # hold up the others.
        self._threads = [
            self._thread("dispatcher", self._turn, self._rest),
            self._thread("name", self._names.keep, partial(self._stopping.wait, _KEEP_NAME)),
            self._thread("own", self._look_at_own, partial(self._stopping.wait, _LOOK_AFTER_OTHERS)),
            self._thread("others", self._look_after_others, partial(self._stopping.wait, _LOOK_AFTER_OTHERS)),
            self._thread("slots", self._look_at_slots, partial(self._stopping.wait, _LOOK_AT_SLOTS)),
        ]
        if settings.retention_days:
            self._threads.append(
                self._thread("housekeeping", self._keep_house, partial(self._stopping.wait, _KEEP_HOUSE))
            )
        self._outlook = self._thread("servers", self._look_at_servers, partial(self._stopping.wait, _LOOK_AT_SERVERS))
        self.folders = Folders(settings, self.store)
        self.roster = Roster(settings)
        self.watch = ServerWatch(self.roster, self._wake.set)
        self._lent = LentKeys()
        self.desk = Desk(settings, self.store, self.folders, self._wake, lent=self._lent)

    def start(self, *, working: bool = True) -> None:
        """Begin to work, first on what an earlier process of this name left.

        Args:
            working: False where other processes do the work, and this one only records what is asked for.
        """
        self._working = working
        name = self._names.claim()
        self.fleet = Fleet(self.roster, self.watch, name)
        self.dispatch = Dispatch(self.store, self.fleet)
        self._outlook.start()
        if working:
            self._begin(name)

    def _begin(self, name: str) -> None:
        preparing = Preparing(
            self.store, self.folders, self.settings, self._lent, self._interruptibly, self._persist, self._wake
        )
        sending = Sending(
            self.store,
            self.folders,
            self.fleet,
            self.settings,
            self._interruptibly,
            self._pause,
            self._persist,
            self._wake,
        )
        runs = {"prepare": self._patiently(preparing.advance), "render": self._patiently(sending.advance)}
        engine.launch(self.settings.database_address, name, runs)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop without ending anything early: calls in flight get a moment, everything else is taken up again."""
        self._draining.set()
        deadline = time.monotonic() + _GRACE
        while self._calls and time.monotonic() < deadline:
            time.sleep(0.05)
        self._stopping.set()
        self._wake.set()
        if self._working:
            deadline = time.monotonic() + _LAST_TURNS
            for thread in self._threads:
                thread.join(max(0.0, deadline - time.monotonic()))
            engine.stop()
        self.fleet.close()
        self._names.release()
        self.store.close()

    def _thread(self, name: str, work: Callable[[], object], rest: Callable[[], object]) -> threading.Thread:
        return threading.Thread(target=self._repeat, args=(work, rest), name=name, daemon=True)

    # ---- what runs use -----------------------------------------------------------------------------------------

    def _patiently(self, advance: Callable[[str], bool]) -> Callable[[str], bool]:
        """While the database cannot be used a step waits and begins again; nothing is given up for it."""

        def run(job_id: str) -> bool:
            while True:
                if self._draining.is_set():
                    raise engine.Stopped
                try:
                    goes_on = advance(job_id)
                    if not goes_on:
                        self.folders.settle(job_id)
                    return goes_on
                except (StoreError, StorageError) as problem:
                    self._hold(problem)

        return run

    def _persist(self, write: Callable[[], None]) -> None:
        while True:
            try:
                return write()
            except (StoreError, StorageError) as problem:
                self._hold(problem)

    def _hold(self, problem: MovaError) -> None:
        """Say once what holds us up, and wait a little."""
        if str(problem) != self._held_by:
            _LOG.warning("%s %s Waiting for it…", problem, problem.next_step())
            self._held_by = str(problem)
        self._pause(2)

    def _pause(self, seconds: float) -> None:
        if self._stopping.wait(seconds) or self._draining.is_set():
            raise engine.Stopped

    def _interruptibly(self, work: Callable[[], T]) -> T:
        """Run what may take minutes beside us, so that a stop need not wait for its end."""
        future: Future[T] = Future()

        def call() -> None:
            try:
                future.set_result(work())
            except BaseException as problem:  # handed on to the one who waits
                future.set_exception(problem)
            finally:
                self._calls.discard(future)

        self._calls.add(future)
        threading.Thread(target=call, daemon=True).start()
        while not future.done():
            wait([future], timeout=0.2)
            if self._stopping.is_set() and not future.done():
                raise engine.Stopped
        return future.result()

    # ---- what is done again and again --------------------------------------------------------------------------

    def _repeat(self, work: Callable[[], object], rest: Callable[[], object]) -> None:
        while not self._stopping.is_set():
            try:
                if not self._draining.is_set():
                    with in_plain_words(self.store.database.name):  # the engine's database, too
                        work()
            except MovaError as problem:
                with suppress(engine.Stopped):
                    self._hold(problem)
            except Exception:  # must outlive any one fault
                _LOG.exception("a fault in the worker")
                self._stopping.wait(1)
            rest()

    def _rest(self) -> None:
        self._wake.wait(_TURN)
        self._wake.clear()

    def _turn(self) -> None:
        self._pick_up()
        for job_id in self.dispatch.claimed():
            engine.start("render", job_id)

    def _pick_up(self) -> None:
        """Run every job that should be running and is not: new ones, and those whose process died too early."""
        active = self.store.jobs.in_states(ACTIVE)
        running = engine.unfinished() if active else {}
        for job in active:
            if job.id not in running:
                engine.start("prepare" if job.state == "preparing" else "render", job.id)

    def _look_after_others(self) -> None:
        """Take over the runs of processes whose name is free: they have died."""
        others = {name for name in engine.unfinished().values() if name and name != self._names.mine}
        self._suspects = {name: since for name, since in self._suspects.items() if name in others}
        for name in others:
            with self._names.taken_if_free(name) as free:
                if not free:
                    self._suspects.pop(name, None)
                    continue
                since = self._suspects.setdefault(name, time.monotonic())
                if self.store.database.is_sqlite or time.monotonic() - since >= _DEAD_AFTER:
                    engine.take_over(name)

    def _look_at_own(self) -> None:
        """Go on with runs of our own that broke off where the engine's database could not be written."""
        idle = engine.broken_off(self._names.mine)
        self._idle = {run: self._idle.get(run, time.monotonic()) for run in idle}
        for run, since in self._idle.items():
            if time.monotonic() - since >= _BROKEN_AFTER:
                engine.go_on(run)

    def _look_at_servers(self) -> None:
        """Take up servers that were added to the configuration, and see how all of them are."""
        self.roster.keep()
        self.watch.ask(older_than=HOLDS)

    def _keep_house(self) -> None:
        retired = self.desk.housekeeping().retire(lambda: not self._draining.is_set())
        if retired is not None:  # a warning, for what is deleted is to be seen in every log
            words = "RETENTION_DAYS=%d: %d jobs deleted, %.1f MB came free"
            _LOG.warning(words, self.settings.retention_days, retired.jobs, retired.bytes / 1e6)

    def _look_at_slots(self) -> None:
        for slot in self.store.line.occupied():
            self._look_at(slot)

    def _look_at(self, slot: SlotRecord) -> None:
        """Free the slot of a job that nobody waits for any more, once its GPU is known to be free."""
        job = self.store.jobs.get(slot.job_id)
        if job is not None and job.state in FINAL and self._gpu_is_free(job, slot):
            self.store.line.release(slot.server, job.id)
            if job.deleted:
                self.store.jobs.purge(job.id)
            self._wake.set()

    def _gpu_is_free(self, job: JobRecord, slot: SlotRecord) -> bool:
        try:
            self.fleet.check_own_preview(job)
            client = self.fleet.client(job)
            if job.server_job_id:
                return client.retrieve(job.server_job_id).status in ("completed", "failed")
            found = client.find(f"{model_of(job.model)}#{job.id}.{job.attempts}")
            settled = (job.finished or slot.since).timestamp() + SETTLE_SECONDS < time.time()
            return found.status in ("completed", "failed") if found else settled
        except JobLost:
            return True
        except ServerError:
            return False


@contextmanager
def working(settings: Settings) -> Iterator[Desk]:
    """A worker inside this process for as long as the block lasts; yields its desk."""
    worker = Worker(settings)
    worker.start()
    try:
        yield worker.desk
    finally:
        worker.stop()


@contextmanager
def at_desk(settings: Settings) -> Iterator[Desk]:
    """A desk without a worker: for what only reads, or leaves the work to others."""
    worker = Worker(settings)
    try:
        yield worker.desk
    finally:
        worker.store.close()


def main() -> None:
    """Work until SIGTERM or Ctrl-C."""
    import config
    from command_line import run_script

    def run(options: argparse.Namespace) -> dict[str, object]:
        logging.basicConfig(format="%(asctime)s %(message)s")
        _LOG.setLevel(logging.INFO)
        stopped = threading.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: stopped.set())
        with working(config.load()):
            _LOG.info("working")
            stopped.wait()
            _LOG.info("stopping")
        return {"text": "stopped"}

    parser = argparse.ArgumentParser(prog="python -m jobs.worker", description=__doc__)
    parser.set_defaults(json=False)
    run_script(parser, run)


if __name__ == "__main__":
    main()
