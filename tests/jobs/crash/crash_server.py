"""The stand-in for SGLang with moments at which something may happen: in the middle of an upload, of a download…"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.jobs.load.video_server import VideoServer, _Handler, _Listener


@dataclass
class CrashServer(VideoServer):
    """``moments`` are called when they come, once each, in a thread of the server.

    ``upload``: the first kilobyte of a POST is there · ``broken upload``: the same, and no more of it arrives ·
    ``accepted``: its job is taken, the answer not sent · ``listed``, ``asked``: the list, one job is asked for ·
    ``download``: half of a video is sent.
    ``shows_after`` are the seconds for which a taken job does not show in the list.
    """

    moments: dict[str, Callable[[], None]] = field(default_factory=dict)
    shows_after: float = 0.0
    broken_uploads: int = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def start(self) -> None:
        self._http = _Listener(("127.0.0.1", self.port), type("Handler", (_CrashHandler,), {"fake": self}))
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def comes(self, moment: str) -> bool:
        """Let happen what is to happen at a moment; says whether that was anything."""
        happens = self.moments.pop(moment, None)
        if happens:
            happens()
        return happens is not None

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: bytes, kind: str) -> tuple[int, Any]:
        status, answer = super().answer(method, path, query, body, kind)
        if path == "/v1/videos":
            self.comes("accepted" if method == "POST" else "listed")
        elif path.startswith("/v1/videos/") and not path.endswith("/content"):
            self.comes("asked")
        if path == "/v1/videos" and method == "GET":
            hidden = {job.id for job in self.accepted if time.monotonic() - job.arrived < self.shows_after}
            answer["data"] = [job for job in answer["data"] if job["id"] not in hidden]
        return status, answer


class _CrashHandler(_Handler):
    fake: CrashServer

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, 1024))
        if self.command == "POST":
            self.fake.comes("upload")
            if self.fake.comes("broken upload"):
                self.fake.broken_uploads += 1
                self.close_connection = True
                return
        body += self.rfile.read(length - len(body))
        if len(body) < length:  # its sender has died: no server takes half a request
            self.close_connection = True
            return
        address, kind = urlsplit(self.path), self.headers.get("Content-Type", "")
        status, answer = self.fake.answer(self.command, address.path, parse_qs(address.query), body, kind)
        data = answer if isinstance(answer, bytes) else b"" if answer is None else json.dumps(answer).encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        half = len(data) // 2
        self.wfile.write(head.encode() + data[:half])
        if address.path.endswith("/content"):
            self.fake.comes("download")
        self.wfile.write(data[half:])

    do_GET = do_POST = do_DELETE = _handle
