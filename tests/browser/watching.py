"""What a running app must not give away: its processes' arguments, its connections, what its pages receive."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, WebSocket

# Goes into every Python process that the app starts, before anything else does.
_AUDIT = """
import os, sys
_log = os.environ["SOCKET_LOG"]

def _hook(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        words = arguments[1:] if event in ("socket.connect", "socket.sendto") else arguments[:2]
        with open(_log, "a") as file:
            file.write(f"{event} {words!r}\\n")

sys.addaudithook(_hook)
"""


def audited(folder: Path) -> dict[str, str]:
    """Variables with which an app notes every connection in ``sockets.log`` of the folder."""
    (folder / "audit").mkdir(parents=True)
    (folder / "audit" / "sitecustomize.py").write_text(_AUDIT)
    return {"PYTHONPATH": str(folder / "audit"), "SOCKET_LOG": str(folder / "sockets.log")}


class Frames:
    """Everything that a page's websockets and its document have brought to the browser."""

    def __init__(self, page: Page) -> None:
        self.received: list[bytes] = []
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._keep)

    def _keep(self, data: str | bytes) -> None:
        self.received.append(data.encode() if isinstance(data, str) else data)


@contextmanager
def arguments_of_processes(every: float = 0.1) -> Iterator[set[bytes]]:
    """The command lines of all processes of this machine, looked at again and again while the block lasts."""
    seen: set[bytes] = set()
    done = threading.Event()

    def look() -> None:
        while not done.wait(every):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(path.read_bytes())
                except OSError:
                    continue

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    yield seen
    done.set()
    watcher.join(5)
