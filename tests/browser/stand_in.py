"""A server of SGLang's video API whose renders wait at a gate, and which remembers what it was sent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import uvicorn

from preview.animatic import render
from preview.app import create_app
from preview.plan import Plan
from preview.sizes import MODELS
from preview.worker import RenderFailed
from tests.browser.running_app import free_port


class StandIn:
    """``close_gate`` holds every render at its middle, ``fail_next`` fails one.

    ``sent`` are the renders asked for, ``frames`` the first frames that came with them.
    """

    def __init__(self) -> None:
        self.address = f"http://127.0.0.1:{free_port()}"
        self.sent: list[Plan] = []
        self.frames: list[bytes] = []
        self._gate = threading.Event()
        self._reason = ""
        self.open_gate()

    def open_gate(self) -> None:
        self._gate.set()

    def close_gate(self) -> None:
        self._gate.clear()

    def fail_next(self, reason: str) -> None:
        self._reason = reason

    def render(self, plan: Plan, picture: Path, video: Path, progress: Callable[[int, int], None]) -> None:
        """In the place of the engine's own."""
        self.sent.append(plan)
        self.frames.append(picture.read_bytes())
        while not self._gate.wait(0.1):
            progress(1, 2)
        reason, self._reason = self._reason, ""
        if reason:
            raise RenderFailed(reason)
        render(plan, picture, video, progress)


@contextmanager
def stand_in(server: StandIn) -> Iterator[StandIn]:
    """Serve it for as long as the block lasts; again at the same address where it is opened twice."""
    port = int(server.address.rsplit(":", 1)[1])
    with mock.patch("preview.engine.render", server.render):
        app = create_app(MODELS["mova-360p"])
        config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=1)
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, daemon=True)
        thread.start()
        while not running.started:
            assert thread.is_alive()
            time.sleep(0.02)
    try:
        yield server
    finally:
        running.should_exit = True
        thread.join(15)
