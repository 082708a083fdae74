"""Work that takes seconds, while pages go on: one thread each, under a name, with its progress."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock, Semaphore, Thread
from typing import Any

from core.errors import MovaError

OnStep = Callable[[int, int], None]
_AT_ONCE = 2
_LOG = logging.getLogger("mova.background")


@dataclass
class BackgroundTask:
    """Its thread fills it in: ``steps`` done ``of`` how many, what came of it and when (UTC), and why it failed."""

    steps: int = 0
    of: int = 0
    result: Any = None
    ended: datetime | None = None
    error: MovaError | None = None

    @property
    def done(self) -> bool:
        return self.ended is not None

    @property
    def percent(self) -> int:
        return 100 * self.steps // max(self.of, 1)


class BackgroundTasks:
    """What is under way in this process. Asked for twice under one name, it is done once. Thread-safe."""

    def __init__(self) -> None:
        self._tasks: dict[str, BackgroundTask] = {}
        self._ended: dict[str, BackgroundTask] = {}
        self._lock, self._room = Lock(), Semaphore(_AT_ONCE)

    def begin(self, name: str, work: Callable[[OnStep], object], *, of: int = 0) -> BackgroundTask:
        """Do it in a thread of its own, unless that is under way already.

        Args:
            of: how many steps it has, where that is known before.
        """
        with self._lock:
            known = self._tasks.get(name)
            if known is not None and not known.done:
                return known
            if known is not None:
                self._ended[name] = known
            begun = self._tasks[name] = BackgroundTask(of=of)
        Thread(target=_run, args=(begun, work, self._room), daemon=True, name=f"background-{name}").start()
        return begun

    def of(self, name: str) -> BackgroundTask | None:
        """What was begun last under a name; None where nothing was."""
        return self._tasks.get(name)

    def is_running(self, name: str) -> bool:
        """Whether something is under way under a name."""
        task = self._tasks.get(name)
        return task is not None and not task.done

    def last_ended(self, name: str) -> BackgroundTask | None:
        """What ended last under a name, also while the next is under way."""
        task = self._tasks.get(name)
        return task if task is not None and task.done else self._ended.get(name)


def in_background(name: str, work: Callable[[OnStep], object]) -> BackgroundTask:
    """Do what belongs to one session alone, at once."""
    begun = BackgroundTask()
    Thread(target=_run, args=(begun, work, nullcontext()), daemon=True, name=f"background-{name}").start()
    return begun


def _run(begun: BackgroundTask, work: Callable[[OnStep], object], room: Any) -> None:
    def on_step(done: int, whole: int) -> None:
        begun.steps, begun.of = done, whole

    with room:
        try:
            begun.result = work(on_step)
        except MovaError as problem:
            begun.error = problem
        except Exception as problem:  # a page must not wait for ever; a library's message may hold a key, its kind not
            # Where it happened is for the log: without the words, of which the frames have none.
            where = "".join(traceback.format_tb(problem.__traceback__))
            _LOG.error("a fault of ours in the background: %s\n%s", type(problem).__name__, where)
            begun.error = MovaError(type(problem).__name__)
        finally:
            begun.ended = datetime.now(UTC)
