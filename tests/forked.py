"""``Forked``: a ``subprocess.Popen`` that takes a forked copy for a command of ours, in place of a new interpreter.

It has a process id and takes signals as any other. What is about interpreters, encodings, or what is imported when,
takes ``subprocess`` itself.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[1]
NAMES = ("workflow", "sglang_client", "generate_first_frame", "qwen_vl_api", "prompt_rewriter_with_image")
SCRIPTS = {str(REPO / f"{name}.py") for name in NAMES}
READ_AT_START = ("PYTHON", "LC_")  # what a new interpreter takes from its environment
address: str | None = None  # of the server that a copy came from
_servers: list[subprocess.Popen[bytes]] = []


@lru_cache(maxsize=1)
def _server() -> str:
    """The address of this process's server, which ends with it."""
    path = Path(tempfile.mkdtemp(prefix="forks-")) / "socket"
    server = subprocess.Popen(
        [sys.executable, REPO / "tests/fork_server.py", path],
        cwd=REPO,
        env={"PATH": os.environ["PATH"], "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert server.stdout
    assert server.stdout.readline() == b"ready\n", "no copies can be made"
    _servers.append(server)  # its standard input stays open for as long as this process lives
    return str(path)


def _is_ours(words: list[str], environment: dict[str, str]) -> bool:
    if words[:3] == [sys.executable, "-m", "preview"]:
        return True  # whatever its interpreter is told
    started = any(name.startswith(READ_AT_START) for name in environment)
    started |= environment.get("MOVA_ENV_FILE") != os.devnull  # config.py reads it as it is imported
    encoded = not environment.get("LANG", ".UTF-8").endswith(".UTF-8")
    ours = words[:1] == [sys.executable] and (words[1] in SCRIPTS or words[1:] == ["-m", "jobs.worker"])
    return ours and not started and not encoded


class Forked(subprocess.Popen[Any]):
    """As ``subprocess.Popen``; a command that is none of ours, or that sets its interpreter, is one in truth."""

    _line: socket.socket | None = None  # on which the server tells the process id, then the status of the end

    def _execute_child(self, args: Any, executable: Any, preexec_fn: Any, close_fds: Any, pass_fds: Any, cwd: Any,
                       env: Any, startupinfo: Any, creationflags: Any, shell: Any, p2cread: int, p2cwrite: int,
                       c2pread: int, c2pwrite: int, errread: int, errwrite: int, *more: Any) -> None:  # fmt: skip
        environment = dict(os.environ if env is None else env)
        words = [] if isinstance(args, str) else list(map(str, args))
        if not _is_ours(words, environment):
            super()._execute_child(  # type: ignore[misc]
                args, executable, preexec_fn, close_fds, pass_fds, cwd, env, startupinfo, creationflags, shell,
                p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, *more,
            )  # fmt: skip
            return
        self._line = socket.socket(socket.AF_UNIX)
        self._line.connect(address or _server())
        streams = [own if given == -1 else given for own, given in enumerate((p2cread, c2pwrite, errwrite))]
        *_, start_new_session, _ = more
        folder = str(Path(cwd or ".").absolute())
        asked = {"words": words[1:], "environment": environment, "folder": folder, "session": start_new_session}
        socket.send_fds(self._line, [b" "], streams)
        self._line.sendall(json.dumps(asked).encode() + b"\n")
        self.pid = self._told()
        self._child_created = True
        self._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)  # type: ignore[attr-defined]

    def _told(self) -> int:
        assert self._line
        told: int = struct.unpack("i", self._line.recv(4, socket.MSG_WAITALL))[0]
        return told

    def _internal_poll(self, *args: Any, **options: Any) -> int | None:
        if self._line is None:
            polled: int | None = super()._internal_poll(*args, **options)  # type: ignore[misc]
            return polled
        if self.returncode is None and select.select([self._line], [], [], 0)[0]:
            self._handle_exitstatus(self._told())  # type: ignore[attr-defined]
        return self.returncode

    def _try_wait(self, wait_flags: int) -> tuple[int, int]:
        if self._line is None:
            waited: tuple[int, int] = super()._try_wait(wait_flags)  # type: ignore[misc]
            return waited
        if wait_flags & os.WNOHANG and not select.select([self._line], [], [], 0)[0]:
            return 0, 0
        return self.pid, self._told()


def run(command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """As ``subprocess.run`` for what ends by itself; stdout and stderr are captured as text."""
    with Forked(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options) as process:
        try:
            out, err = process.communicate(timeout=120)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)
