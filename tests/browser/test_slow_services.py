"""While a service works on a step: a reload comes back to it, and a cancel says what it costs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser.conftest import servers_of
from tests.browser.running_app import RunningApp
from tests.browser.samples import WISH
from tests.browser.stand_in import StandIn
from tests.browser.visit import Visit
from tests.pictures import picture
from tests.providers.fake_services import FakeServices, Received, Reply

_RUNNING = {
    "Write image prompt": "Writing the image prompt…",
    "Make first frame": "Making the first frame…",
    "Describe frame": "Describing the frame…",
    "Write video description": "Writing the video description…",
}


@dataclass
class Slow:
    """Services that answer once ``gate`` is open."""

    services: FakeServices
    gate: threading.Event
    app: RunningApp

    def holds(self, answer: Reply) -> Callable[[Received], Reply]:
        def held(call: Received) -> Reply:
            self.gate.wait(120)
            return answer

        return held


@pytest.fixture
def slow(tmp_path: Path, server: StandIn) -> Iterator[Slow]:
    with FakeServices() as services:
        app = RunningApp(tmp_path / "own", SGLANG_SERVERS=servers_of(server), **services.environment("gemini"))
        app.start()
        found = Slow(services, threading.Event(), app)
        services.script("gemini.text", found.holds('A cat looks up. A girl says "Come home." Rain patters.'))
        services.script("gemini.image", found.holds(picture(1280, 720)))
        services.script("gemini.vision", found.holds("A cat sits on the left."))
        yield found
        found.gate.set()
        app.stop()


def test_a_reload_in_the_middle_of_each_step(visitor: Callable[..., Visit], slow: Slow) -> None:
    visit = visitor(at=slow.app).open()
    visit.write("Description", WISH)
    acts = list(_RUNNING)
    for act, following in zip(acts, [*acts[1:], "Send to GPU"], strict=True):
        slow.gate.clear()
        visit.primary_is(act)
        visit.primary.click()
        visit.sees(_RUNNING[act])
        visit.reload()
        visit.sees(_RUNNING[act])
        slow.gate.set()
        visit.primary_is(following)
    assert [slow.services.count(f"gemini.{kind}") for kind in ("image", "vision")] == [1, 1]
    assert slow.services.count("gemini.text") in (2, 3)  # at most one correction of the description


def test_a_cancel_while_a_service_works(visitor: Callable[..., Visit], slow: Slow, server: StandIn) -> None:
    visit = visitor(at=slow.app).open()
    visit.write("Description", WISH)
    visit.press("Run to the end")
    visit.sees(_RUNNING["Write image prompt"])
    visit.press("Cancel the job")
    visit.sees("Cancel? What was made is kept; a request that a service already has may still be billed.")
    visit.settle()
    visit.press("Cancel the job")
    visit.sees("Cancelled")
    slow.gate.set()
    visit.settle()
    visit.primary_is("Write image prompt")
    assert slow.services.count("gemini.image") == 0
    assert server.sent == []
