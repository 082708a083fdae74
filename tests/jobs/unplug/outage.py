"""A worker that prepares, sends and renders while its database, or its disk, is taken away for a while."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from jobs.model.request import JobRequest
from jobs.service.service import JobService
from jobs.store.orders import Order
from tests.jobs.load.video_server import VideoServer
from tests.jobs.load.workers import (
    SMALL,
    WorkerProcess,
    environment,
    in_state,
    service_at,
    settings_of,
    white_order,
    worker,
)
from tests.providers.fake_services import FakeServices, Received
from tests.waiting import until

HELD = "held at the service"
SECONDS = 60.0  # for DBOS may pause for as long as the trouble lasted


@dataclass
class Outage:
    """What is on its way when the plug is pulled: the ids of the jobs, by what they are doing."""

    service: JobService
    gpu: VideoServer
    services: FakeServices
    worker: WorkerProcess
    answer: threading.Event
    jobs: dict[str, str] = field(default_factory=dict)

    def begin(self) -> None:
        """One job renders, one is queued behind it, one is at a service, one waits for its person."""
        for what in ("rendering", "queued"):
            self.jobs[what] = self._started(white_order())
            in_state(self.service, self.jobs[what], what, seconds=SECONDS)
        self.jobs["waiting"] = self._started(_full("A cat purrs.", ask=True))
        in_state(self.service, self.jobs["waiting"], "waiting", seconds=SECONDS)
        before = self.services.count()
        self.jobs["preparing"] = self._started(_full(f"A cat sleeps, {HELD}."))
        until(lambda: self.services.count() > before, SECONDS)

    def _started(self, order: Order) -> str:
        job = self.service.create(order).id
        assert self.service.start(job)
        return job

    def things_happen(self) -> None:
        """The render ends, the service answers: results that cannot be recorded now."""
        self.gpu.finish()
        self.answer.set()

    def is_said(self, words: str, seconds: float) -> None:
        """The worker says what holds it up, in these words, and goes on living for some seconds."""
        until(lambda: words in self.worker.words, SECONDS)
        time.sleep(seconds)
        assert self.worker.process.poll() is None
        assert "Traceback" not in self.worker.words

    def all_goes_on(self) -> None:
        """Every job ends well by itself; nothing was sent or bought twice."""
        self.gpu.seconds = 0.1
        in_state(self.service, self.jobs["rendering"], "completed", seconds=SECONDS)
        in_state(self.service, self.jobs["queued"], "completed", seconds=SECONDS)
        in_state(self.service, self.jobs["preparing"], "completed", seconds=SECONDS)
        assert self.service.approve(self.jobs["waiting"], to_end=True)
        in_state(self.service, self.jobs["waiting"], "completed", seconds=SECONDS)
        assert Counter(job.tag for job in self.gpu.accepted) == Counter(
            f"mova-360p#{job}.0" for job in self.jobs.values()
        )
        # Two jobs make their texts and pictures, each its own: the fake service's answers are the same for both.
        asked = Counter((call.route, *call.texts, *call.pictures) for call in self.services.received("openai"))
        expected = {("openai.text", 1), ("openai.image", 2), ("openai.vision", 2)}
        assert {(key[0], n) for key, n in asked.items()} == expected
        assert "Traceback" not in self.worker.words


@contextmanager
def outage(folder: Path, **more: str) -> Iterator[Outage]:
    """All of it, up to the moment before the plug is pulled."""
    answer = threading.Event()

    def text(call: Received) -> str:
        if HELD in " ".join(call.texts):
            answer.wait(SECONDS)
        return f"A cat on a chair, told in {len(call.texts)} texts."

    with ExitStack() as stack:
        gpu = stack.enter_context(VideoServer(seconds=None))
        services = stack.enter_context(FakeServices())
        services.script("openai.text", text)
        variables = environment(folder, [gpu]) | services.environment("openai") | more
        service, _ = stack.enter_context(service_at(settings_of(variables)))
        log = folder.with_name(f"{folder.name}-log")
        running = stack.enter_context(worker(log, variables))
        scene = Outage(service, gpu, services, running, answer)
        stack.callback(answer.set)
        scene.begin()
        yield scene


def _full(text: str, *, ask: bool = False) -> Order:
    return Order(request=JobRequest(mode="full", text=text, render=SMALL, review_each_step=ask), owner="ann")
