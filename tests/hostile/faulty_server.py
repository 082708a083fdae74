"""The stand-in for SGLang, with places at which it misbehaves on the wire, and with videos that are none."""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal, Self, get_args
from urllib.parse import parse_qs, urlsplit

from tests.hostile.faults import Fault, Proper
from tests.jobs.load.video_server import VideoServer, _Handler, _Listener

QueuePosition = Literal["health", "info", "submit", "list", "status", "content"]
PLACES: tuple[QueuePosition, ...] = get_args(QueuePosition)


@dataclass
class FaultyServer(VideoServer):
    """``faults`` take the place of proper answers; ``takes`` says whether a POST that is answered so was taken.

    ``file`` is what is sent as every video; ``shown`` changes what is told of a job.
    """

    faults: dict[QueuePosition, Fault] = field(default_factory=dict)
    takes: bool = False
    file: bytes | None = None
    shown: dict[str, Any] = field(default_factory=dict)
    seen: Counter[QueuePosition] = field(default_factory=Counter)

    def __enter__(self) -> Self:
        self.start()
        return self

    def start(self) -> None:
        self._http = _Listener(("127.0.0.1", self.port), type("Handler", (_FaultyHandler,), {"fake": self}))
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def heal(self) -> None:
        """Behave from now on."""
        self.faults, self.file, self.shown = {}, None, {}

    def answered(self, method: str, path: str, query: dict[str, list[str]], body: bytes, kind: str) -> tuple[int, Any]:
        """The proper answer, with what is to be told of jobs."""
        status, answer = self.answer(method, path, query, body, kind)
        if path.startswith("/v1/videos/") and path.endswith("/content"):
            return (status, self.file) if self.file is not None and status == 200 else (status, answer)
        if isinstance(answer, dict) and "id" in answer:
            answer = {**answer, **self.shown}
        return status, answer


def place_of(method: str, path: str) -> QueuePosition:
    if path in ("/health", "/server_info"):
        return "health" if path == "/health" else "info"
    if path == "/v1/videos":
        return "submit" if method == "POST" else "list"
    return "content" if path.endswith("/content") else "status"


class _FaultyHandler(_Handler):
    fake: FaultyServer

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        address = urlsplit(self.path)
        place = place_of(self.command, address.path)
        fault = self.fake.faults.get(place)
        self.fake.seen[place] += 1
        status, answer = 200, dict[str, Any]()
        if fault is None or place != "submit" or self.fake.takes:
            kind = self.headers.get("Content-Type", "")
            status, answer = self.fake.answered(self.command, address.path, parse_qs(address.query), body, kind)
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        kind = "video/mp4" if isinstance(answer, bytes) else "application/json"
        if fault:
            self.close_connection = True
            return fault.send(self.connection, Proper(status, kind, data))
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n"
        self.wfile.write(head.encode() + data)
        return None

    do_GET = do_POST = do_DELETE = _handle
