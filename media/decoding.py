"""Decoding whole films: more at once than there are cores end later, all of them, and take more memory."""

from __future__ import annotations

import os
from threading import BoundedSemaphore, Lock
from typing import Literal


class Decoding:
    """``with DECODING:`` around work that reads a film from its first to its last frame; not around a service's answer.

    Args:
        most: films that are decoded at once; who comes then waits.
    """

    def __init__(self, most: int) -> None:
        self._room, self._lock, self._films = BoundedSemaphore(most), Lock(), 0

    def __enter__(self) -> None:
        self._room.acquire()
        with self._lock:
            self._films += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._films -= 1
        self._room.release()

    @property
    def thread_type(self) -> Literal["AUTO", "NONE"]:
        """How FFmpeg is to decode a film that is begun now: in threads of its own only where it is the only one.

        Beside others they take a fifth more CPU, and on a large machine dozens of threads a film.
        """
        return "AUTO" if self._films <= 1 else "NONE"


DECODING = Decoding(os.cpu_count() or 1)
