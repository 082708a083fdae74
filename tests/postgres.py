"""A throw-away PostgreSQL on loopback: started by tests and benchmarks, stopped and started again at will."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

WHY_MISSING = "PostgreSQL is not installed: no initdb found (Debian: apt install postgresql)"
_FAST = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200", "-c", "log_min_messages=fatal")


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, the newest one where there are several; None without."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((one.parent for one in folders), key=lambda folder: int(folder.parent.name), default=None)


class Postgres:
    """One server, its data in a temporary folder. ``url`` is that of its empty database ``postgres``."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self._folder, self._binaries = folder, binaries
        self._user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = self.url_of("postgres")

    def url_of(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create(self) -> None:
        if self._user:
            shutil.chown(self._folder, self._user)
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        command = [str(self._binaries / "initdb"), "-D", str(self._folder / "data"), *options]
        subprocess.run(command, user=self._user, check=True, capture_output=True, cwd=self._folder)

    def start(self) -> None:
        """Start, and return once it answers."""
        where = ("-p", str(self.port), "-h", "127.0.0.1", "-k", "")
        command = [str(self._binaries / "postgres"), "-D", str(self._folder / "data"), *where, *_FAST]
        self._process = subprocess.Popen(command, user=self._user, cwd=self._folder, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError("PostgreSQL did not start")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Break all connections and end: in order, or with SIGQUIT at once."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=30)
            self._process = None

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def throwaway_postgres(binaries: Path) -> Iterator[Postgres]:
    """A running server with an empty database, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder), binaries)
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop(signal.SIGQUIT)
