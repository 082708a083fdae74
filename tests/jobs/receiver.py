"""A receiver of webhooks on this machine, which checks every signature with the library of Standard Webhooks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import standardwebhooks.webhooks as library
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

START = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A time that passes only when it is told to; the library goes by it as well."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def set_library_clock(monkeypatch: pytest.MonkeyPatch, clock: Callable[[], datetime]) -> None:
    """Let the library compare timestamps with another clock."""

    class Moment(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return clock()

    monkeypatch.setattr(library, "datetime", Moment)


@dataclass
class Receiver:
    """``secrets`` are those that it accepts; ``answers`` is the status of each request, the last one for ever."""

    server: HTTPServer
    secrets: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=lambda: [204])
    bodies: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.server.url_for("/hook")

    def states(self) -> list[tuple[str, str]]:
        """Job and event of what was accepted, in the order of arrival."""
        return [(body["data"]["id"], body["type"]) for body in self.bodies]

    def receive(self, request: Request) -> Response:
        status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.ids.append(request.headers["webhook-id"])
        self._check(request)
        if 200 <= status < 300:
            self.bodies.append(json.loads(request.data))
        return Response(status=status, headers={"Location": self.url} if 300 <= status < 400 else None)

    def _check(self, request: Request) -> None:
        for secret in self.secrets:
            try:
                library.Webhook(secret).verify(request.data, dict(request.headers))
            except library.WebhookVerificationError as problem:
                self.wrong.append(str(problem))


@contextmanager
def receiver() -> Iterator[Receiver]:
    with HTTPServer("127.0.0.1", 0, threaded=True) as server:
        opened = Receiver(server)
        server.expect_request("/hook", method="POST").respond_with_handler(opened.receive)
        yield opened
