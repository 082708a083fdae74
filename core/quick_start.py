"""What makes a process start sooner: less searching for garbage meanwhile, and imports while it waits for others."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from threading import Lock, Thread

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
