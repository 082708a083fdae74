"""Runs the work of a process in threads: repeats it, waits while the database cannot be used, and ends it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from core.errors import MovaError, StorageError, StoreError
from jobs.database.errors import in_plain_words
from jobs.execution.engine import Stopped

T = TypeVar("T")

_GRACE = 10.0  # seconds that a stop waits for service calls that are in flight
_LOG = logging.getLogger("mova.worker")


class Supervisor:
    """``database`` is its name in messages. ``stopping`` is set once nothing is waited for any more.

    What waits here raises Stopped where the process stops.
    """

    def __init__(self, database: str) -> None:
        self._database = database
        self.stopping = threading.Event()
        self._draining = threading.Event()
        self._calls: set[Future[Any]] = set()
        self.held_by = ""

    def stop(self) -> None:
        """Begin nothing new, give calls in flight a moment, then end all that waits."""
        self._draining.set()
        deadline = time.monotonic() + _GRACE
        while self._calls and time.monotonic() < deadline:
            time.sleep(0.05)
        self.stopping.set()

    @property
    def goes_on(self) -> bool:
        return not self._draining.is_set()

    def thread(
        self, name: str, work: Callable[[], object], rest: float | Callable[[], object] = 0.0
    ) -> threading.Thread:
        """A thread that does something again and again; ``rest`` is what it waits in between, in seconds."""
        pause = rest if callable(rest) else partial(self.stopping.wait, rest)
        return threading.Thread(target=self._repeat, args=(work, pause), name=name, daemon=True)

    def _repeat(self, work: Callable[[], object], rest: Callable[[], object]) -> None:
        while not self.stopping.is_set():
            try:
                if self.goes_on:
                    with in_plain_words(self._database):  # the engine's database, too
                        work()
            except MovaError as problem:
                with suppress(Stopped):
                    self._hold(problem)
            except Exception:  # must outlive any one fault
                _LOG.exception("a fault in the worker")
                self.stopping.wait(1)
            rest()

    def patiently(self, advance: Callable[[str], bool]) -> Callable[[str], bool]:
        """While the database cannot be used, a step waits and starts again; no job fails because of it."""

        def run(job_id: str) -> bool:
            while True:
                if not self.goes_on:
                    raise Stopped
                try:
                    return advance(job_id)
                except (StoreError, StorageError) as problem:
                    self._hold(problem)

        return run

    def persist(self, write: Callable[[], None]) -> None:
        """Repeat a write until it succeeds."""
        while True:
            try:
                return write()
            except (StoreError, StorageError) as problem:
                self._hold(problem)

    def _hold(self, problem: MovaError) -> None:
        """Log once what holds the worker up, and wait a little."""
        if str(problem) != self.held_by:
            _LOG.warning("%s %s Waiting for it…", problem, problem.next_step())
            self.held_by = str(problem)
        self.pause(2)

    def pause(self, seconds: float) -> None:
        if self.stopping.wait(seconds) or not self.goes_on:
            raise Stopped

    def interruptibly(self, work: Callable[[], T]) -> T:
        """Run work that may take minutes in the background, so that a stop need not wait for its end."""
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
            if self.stopping.is_set() and not future.done():
                raise Stopped
        return future.result()
