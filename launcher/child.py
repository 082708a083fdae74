"""One server process: its own session, its log passed on, and nothing of it left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from launcher.server_log import ServerLog

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Child:
    """A process in a session of its own, so that a Ctrl-C reaches it once, from us, and its workers can be ended too.

    Args:
        prefix: stands before each line of its log, where there are several servers.
        out: where its log goes; our stdout where it is None.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        prefix: str = "",
        out: BinaryIO | None = None,
    ) -> None:
        self._prefix, self._out = prefix.encode(), out or sys.stdout.buffer
        self.log = ServerLog()
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_parent if _LIBC else None,
        )
        self._reader = threading.Thread(target=self._pass_on, daemon=True)

    def listen(self) -> None:
        """Begin to pass the log on; after all servers have been started, since a fork and threads do not mix."""
        self._reader.start()

    @property
    def status(self) -> int | None:
        """None while it runs; then its exit status as a shell gives it, 128 + N after a signal N."""
        code = self._process.poll()
        return 128 - code if code is not None and code < 0 else code

    def signal(self, number: int) -> None:
        """Pass a signal on to the server itself, which sees to its workers."""
        if self._process.poll() is None:
            self._process.send_signal(number)

    def clear_up(self, patience: float) -> None:
        """End what is left of its session, the hard way after so many seconds; returns when its log has been read."""
        self._signal_all(signal.SIGTERM)
        ends = time.monotonic() + patience
        while self._alive() and time.monotonic() < ends:
            time.sleep(0.1)
        self._signal_all(signal.SIGKILL)
        self._process.wait()
        self._reader.join(5)

    def _alive(self) -> bool:
        self._process.poll()  # a process that has ended is there until somebody asks
        return self._signal_all(0)

    def _signal_all(self, number: int) -> bool:
        """Whether there was anybody to get it."""
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def _pass_on(self) -> None:
        pipe, rest = self._process.stdout, b""
        # By lines and by states of a progress bar, which end with a carriage return.
        while pipe and (chunk := os.read(pipe.fileno(), 1 << 16)):
            *lines, rest = re.split(rb"(?<=\n)|(?<=\r)(?!\n)", rest + chunk)
            for line in lines:
                self._take(line)
        self._take(rest)

    def _take(self, line: bytes) -> None:
        if line.strip() and not line.endswith(b"\r"):
            self.log.take(line.rstrip().decode(errors="replace"))
        with contextlib.suppress(OSError):  # nobody reads our stdout any more: the server need not care
            self._out.write(self._prefix + line if line else b"")
            self._out.flush()


def _end_with_parent() -> None:
    """Have the kernel end this process where the launcher is killed outright."""
    if _LIBC:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
