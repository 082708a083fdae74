"""A stand-in for SGLang's ``/v1/videos``: jobs in memory, one rendered at a time, every request counted.

    with VideoServer() as server:                     # a job takes ``seconds``; None: until it is told to end
        ...
        server.finish(tag)
        assert server.posts(tag) == 1 and server.most_at_once <= 2

It answers as facts of SGLang 0.5.23 say: an unknown id is 404, in warm-up ``/health`` is 503 with an empty body, a
restart forgets every job. A hundred of them fit into one process: time passes when a question comes, not by itself.
"""

from __future__ import annotations

import json
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.jobs.load.form_data import form_fields, form_files
from tests.jobs.load.tiny_video import tiny_video


@dataclass
class FakeJob:
    """Times are readings of a monotonic clock; ``ends`` of None: when it is told to; ``forgotten`` by a restart."""

    id: str
    tag: str
    fields: dict[str, str]
    arrived: float
    starts: float
    ends: float | None
    status: str = "queued"
    error: str = ""
    frame: bytes = b""
    forgotten: float | None = None

    @property
    def over(self) -> bool:
        return self.status in ("completed", "failed")


@dataclass
class VideoServer:
    """One server on 127.0.0.1, on a port that it keeps when it is stopped and started again."""

    model: str = "mova-360p"
    seconds: float | None = 0.2
    health: Callable[[], tuple[int, Any]] = lambda: (200, {"status": "ok"})
    drop_answer_to_posts: bool = False
    answers_posts_after: float = 0.0
    answered_posts: int = 0
    instead: tuple[int, Any] | None = None  # the answer to every question about jobs
    video: Callable[[FakeJob], bytes] = lambda job: _video(job)
    inference_time_s: float | None = None
    percent: Callable[[FakeJob], int] = lambda job: 100 if job.status == "completed" else 0
    accepted: list[FakeJob] = field(default_factory=list)
    most_at_once: int = 0
    requests: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._jobs: dict[str, FakeJob] = {}
        self._lock = threading.Lock()
        self._http: _Listener | None = None

    def __enter__(self) -> VideoServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        handler = type("Handler", (_Handler,), {"fake": self})
        self._http = _Listener(("127.0.0.1", self.port), handler)
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Refuse every connection and break those that are open; jobs are kept."""
        if self._http:
            self._http.shutdown()
            self._http.break_connections()
            self._http.server_close()
            self._http = None

    def forget_all(self) -> None:
        """What a restart does to the jobs."""
        with self._lock:
            for job in self._jobs.values():
                job.forgotten = time.monotonic()
            self._jobs.clear()

    def finish(self, tag: str = "") -> None:
        """End the jobs of this tag, or all."""
        self._end(tag, "completed", "")

    def fail(self, reason: str, tag: str = "") -> None:
        self._end(tag, "failed", reason)

    def _end(self, tag: str, status: str, error: str) -> None:
        with self._lock:
            for job in self._jobs.values():
                if not job.over and tag in ("", job.tag):
                    job.status, job.error = status, error

    def posts(self, tag: str = "") -> int:
        """How many jobs were accepted, of this tag or at all."""
        with self._lock:
            return sum(tag in ("", job.tag) for job in self.accepted)

    @property
    def running(self) -> list[FakeJob]:
        """What is on the server and not over."""
        with self._lock:
            return self._unfinished()

    # ---- the routes, called by the handler ---------------------------------------------------------------------

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: bytes, kind: str) -> tuple[int, Any]:
        self.requests[f"{method} {path if path.count('/') < 3 else '/v1/videos/ID'}"] += 1
        if path == "/health":
            return self.health()
        if path == "/server_info":
            return 200, {"model_path": f"/models/{self.model}", "served_model_name": self.model, "version": "0.5.23"}
        if method == "POST" and path == "/v1/videos":
            return self._accept(form_fields(body, kind), form_files(body, kind).get("input_reference", b""))
        if self.instead:
            return self.instead
        if not path.startswith("/v1/videos"):
            return 404, {"detail": "Not Found"}
        with self._lock:
            if path == "/v1/videos":
                return self._listed(query)
            job = self._jobs.get(path.split("/")[3])
            if job is None:
                return 404, {"detail": "Video not found"}
            self._look_at_the_clock(job)
            if not path.endswith("/content"):
                return 200, self._shown(job)
            return (
                (200, self.video(job)) if job.status == "completed" else (404, {"detail": "Generation is in-progress"})
            )

    def _accept(self, fields: dict[str, str], frame: bytes) -> tuple[int, Any]:
        with self._lock:
            before = self._unfinished()
            now = time.monotonic()
            starts = max([now, *(job.ends for job in before if job.ends is not None)])
            ends = None if self.seconds is None else starts + self.seconds
            job = FakeJob(str(uuid.uuid4()), fields.get("model", self.model), fields, now, starts, ends, frame=frame)
            self._jobs[job.id] = job
            self.accepted.append(job)
            self.most_at_once = max(self.most_at_once, len(before) + 1)
            return 200, self._shown(job)

    def _unfinished(self) -> list[FakeJob]:
        for job in self._jobs.values():
            self._look_at_the_clock(job)
        return [job for job in self._jobs.values() if not job.over]

    def _look_at_the_clock(self, job: FakeJob) -> None:
        if job.over:
            return
        now = time.monotonic()
        if job.ends is not None and now >= job.ends:
            job.status = "completed"
        elif now >= job.starts:
            job.status = "in_progress"

    def _listed(self, query: dict[str, list[str]]) -> tuple[int, Any]:
        newest = list(reversed(self._jobs.values()))
        after = query.get("after", [""])[0]
        ids = [job.id for job in newest]
        first = ids.index(after) + 1 if after in ids else 0
        for job in newest:
            self._look_at_the_clock(job)
        return 200, {"object": "list", "data": [self._shown(job) for job in newest[first : first + 100]]}

    def _shown(self, job: FakeJob) -> dict[str, Any]:
        return {
            "id": job.id,
            "object": "video",
            "model": job.tag,
            "status": job.status,
            "progress": self.percent(job),
            "inference_time_s": self.inference_time_s if job.status == "completed" else None,
            "error": {"message": job.error} if job.error else None,
        }


def _video(job: FakeJob) -> bytes:
    width, height = map(int, job.fields["size"].split("x"))
    return tiny_video(width, height, int(job.fields["num_frames"]), int(job.fields["fps"]))


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def break_connections(self) -> None:
        for connection in list(self._open):
            self.shutdown_request(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet: connections are broken on purpose."""


class _Handler(BaseHTTPRequestHandler):
    fake: VideoServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        address = urlsplit(self.path)
        kind = self.headers.get("Content-Type", "")
        status, answer = self.fake.answer(self.command, address.path, parse_qs(address.query), body, kind)
        if self.command == "POST":
            time.sleep(self.fake.answers_posts_after)
            self.fake.answered_posts += 1
            if self.fake.drop_answer_to_posts:
                self.close_connection = True
                return
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode() if answer is not None else b""
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        self.wfile.write(head.encode() + data)

    do_GET = do_POST = do_DELETE = _handle

    def log_message(self, *_: Any) -> None:
        """Quiet."""
