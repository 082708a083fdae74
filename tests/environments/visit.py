"""What is tried in one environment, by its own Python: README's first video, then its app."""

from __future__ import annotations

import os
import re
import shlex
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

_COMMAND = re.compile(r"^python (workflow\.py full .+)$", re.MULTILINE)
_HEALTH_SECONDS = 120


def first_video() -> None:
    """Run README's command; SystemExit with what it printed where no video comes."""
    found = _COMMAND.search(Path("README.md").read_text(encoding="utf-8"))
    assert found, "README.md has no first video"
    done = subprocess.run([sys.executable, *shlex.split(found[1])], capture_output=True, text=True)
    video = Path(done.stdout.strip().splitlines()[-1]) if done.stdout.strip() else Path("none")
    if done.returncode or "Traceback" in done.stderr or b"ftyp" not in video.read_bytes()[:12]:
        sys.exit(f"{done.stdout}{done.stderr}\nThe first video failed, exit {done.returncode}.")


def app_is_well() -> None:
    """Start the app by its launch script and wait for its health; SystemExit with what it printed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = ["/bin/bash", "launch_streamlit.sh"]
    settings = {**os.environ, "PORT": str(port), "PYTHON": sys.executable}
    with subprocess.Popen(app, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        well = _healthy(running, port)
        running.terminate()
        printed, _none = running.communicate()
    if not well or "Traceback" in printed:
        sys.exit(f"{printed}\nThe app is not well.")


def _healthy(running: subprocess.Popen[str], port: int) -> bool:
    deadline = time.monotonic() + _HEALTH_SECONDS
    while running.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5) as answer:
                return bool(answer.read() == b"ok")
        except (URLError, OSError):
            time.sleep(0.2)
    return False


if __name__ == "__main__":
    first_video()
    if sys.argv[1:] != ["video"]:
        app_is_well()
    print(f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}")
