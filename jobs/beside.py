"""Work that takes seconds, beside the pages: one thread each, under a name, with its progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock, Semaphore, Thread

from errors import MovaError

OnStep = Callable[[int, int], None]
_AT_ONCE = 2


@dataclass
class Work:
    """Its thread fills it in: ``percent`` from 0 to 100, what came of it, and the trouble where it failed."""

    percent: int = 0
    result: object = None
    done: bool = False
    trouble: MovaError | None = None


class Beside:
    """What is under way in this process. Asked for twice under one name, it is done once."""

    def __init__(self) -> None:
        self._works: dict[str, Work] = {}
        self._lock, self._room = Lock(), Semaphore(_AT_ONCE)

    def begin(self, name: str, work: Callable[[OnStep], object]) -> Work:
        """Do it in a thread of its own, unless that is under way already."""
        with self._lock:
            known = self._works.get(name)
            if known is not None and not known.done:
                return known
            begun = self._works[name] = Work()
        Thread(target=self._run, args=(begun, work), daemon=True, name=f"beside-{name}").start()
        return begun

    def of(self, name: str) -> Work | None:
        """What was begun last under a name; None where nothing was."""
        return self._works.get(name)

    def _run(self, begun: Work, work: Callable[[OnStep], object]) -> None:
        def on_step(done: int, whole: int) -> None:
            begun.percent = 100 * done // max(whole, 1)

        with self._room:
            try:
                begun.result = work(on_step)
            except MovaError as problem:
                begun.trouble = problem
            except Exception as problem:  # the page that waits must not wait for ever
                begun.trouble = MovaError(type(problem).__name__)
            finally:
                begun.done = True
