"""What makes a process start sooner: less searching for garbage meanwhile, imports while it waits for others, and none
of what a library would only use for something else.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from threading import Lock, Thread, local

_USUAL = gc.get_threshold()
_SELDOM = (50_000, 20, 20)  # the usual one looks through all modules dozens of times while they load
_lock, _begun = Lock(), set[str]()


def collect_seldom() -> None:
    """Search for garbage seldom; for a process that has hardly anything but modules in its memory."""
    gc.set_threshold(*_SELDOM)


def collect_as_usual() -> None:
    """Search as often as Python does, but no more through what was loaded until now: that stays."""
    gc.freeze()
    gc.set_threshold(*_USUAL)


def leave_garbage() -> None:
    """For a process that ends: Python would look through everything once more, only to let the system have it."""
    gc.freeze()


def run_and_leave(main: Callable[[], object]) -> None:
    """Run a script's ``main``, and end the process with its exit code, without taking every module apart first.

    Threads that still work are left as at any end of a script: ours are daemons.
    """
    try:
        main()
        code = 0
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        code = end.code or 0
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or nobody reads it: main() has said so
            stream.flush()
    os._exit(code)


class _NotInstalled(local):
    """Hides modules from one thread. It stays where it is once it is there: who imports at that moment goes through
    the list, and would leave out what moves up in it.
    """

    hidden: frozenset[str] = frozenset()

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name in self.hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


_NOT_INSTALLED = _NotInstalled()


@contextmanager
def without(*modules: str) -> Iterator[None]:
    """Libraries that this thread imports inside the block find these modules not installed, unless they are loaded.

    For what a library imports where it is there, and then uses for things that are not asked of it here. What imports
    them later, or in another thread, finds them.
    """
    with _lock:
        if _NOT_INSTALLED not in sys.meta_path:
            sys.meta_path.insert(0, _NOT_INSTALLED)
    before, _NOT_INSTALLED.hidden = _NOT_INSTALLED.hidden, frozenset(modules)
    try:
        yield
    finally:
        _NOT_INSTALLED.hidden = before


def import_behind(modules: Sequence[str], then: Callable[[], object] = lambda: None) -> Thread | None:
    """Import what is needed soon in a thread, while this one waits for an answer; each module once in a process.

    Returns:
        The thread; None where all of them were asked for before. A module that is not there fails where it is used.
    """
    with _lock:
        new = [name for name in modules if name not in _begun]
        _begun.update(new)
    if not new:
        return None

    def load() -> None:
        for name in new:
            with suppress(ImportError):
                import_module(name)
        then()

    thread = Thread(target=load, name="imports", daemon=True)
    thread.start()
    return thread
