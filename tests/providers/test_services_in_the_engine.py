"""A service that misbehaves in one step of a job: the job fails with the reason, and what was made before is kept.

Every cell is a job, all in one worker. Then the service is healed and the job retried: it goes on from what was kept,
and nothing that was paid for is bought again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from core.messages import as_written
from core.steps import Step
from core.translations import translator
from jobs.model.records import JobRecord, StepRecord
from jobs.model.request import JobRequest
from jobs.model.states import FINAL
from jobs.store.orders import Order
from jobs.worker import Worker
from tests.hostile.faults import ELSEWHERE, FAULTS
from tests.jobs.load.workers import SMALL, environment, in_state, settings_of
from tests.pictures import picture
from tests.providers.asking import SERVICES
from tests.providers.fake_services import FakeServices, Received, Reply

pytestmark = pytest.mark.long

GONE, LATE, BUSY = "ProviderUnreachable", "ProviderTimeout", "ProviderBusy"
UNCLEAR, REFUSED = "ProviderAnswerUnclear", "ProviderRefused"
FAILURES = {
    "resets": GONE,
    "silent": LATE,
    "drips": LATE,
    "breaks off": GONE,
    "10 GB announced": UNCLEAR,
    "gzip bomb": UNCLEAR,
    "page": UNCLEAR,
    "deep JSON": UNCLEAR,
    "other shape": UNCLEAR,
    "redirects": UNCLEAR,
    "refuses": REFUSED,
    "broken": BUSY,
}
BEFORE: dict[Step, list[Step]] = {
    "image_prompt": [],
    "first_frame": ["image_prompt"],
    "visual_elements": ["image_prompt", "first_frame"],
}
ROUTE = {"image_prompt": "text", "first_frame": "image", "visual_elements": "vision"}
TABLE = [(step, fault, kind) for step in BEFORE for fault, kind in FAILURES.items()]


class Sick:
    """A service with one fault a job and step; the job is told by its number, which every prompt carries on."""

    def __init__(self, services: FakeServices, service: str) -> None:
        self._services, self._healed = services, set[int]()
        self.calls: dict[tuple[int, str], int] = {}
        for kind in ("text", "image", "vision"):
            services.script(f"{service}.{kind}", partial(self._answer, kind))

    def heal(self, number: int) -> None:
        self._healed.add(number)

    def _answer(self, kind: str, call: Received) -> Reply:
        found = re.search(r"number (\d+)", " ".join(call.texts))
        number = int(found[1]) if found else self._seen_in(call)
        self.calls[number, kind] = self.calls.get((number, kind), 0) + 1
        step, fault, _ = TABLE[number]
        if ROUTE[step] == kind and number not in self._healed:
            return FAULTS[fault]
        return f"A cat sits on street number {number}." if kind != "image" else self._frame(number, call)

    def _frame(self, number: int, call: Received) -> bytes:

        return picture(640, 352, f"#{number:02x}8040")

    def _seen_in(self, call: Received) -> int:
        """A picture carries the number in its red."""
        import io

        from PIL import Image

        red = Image.open(io.BytesIO(call.pictures[0])).convert("RGB").getpixel((9, 9))
        assert isinstance(red, tuple)
        return int(red[0])


@contextmanager
def _worker(folder: Path, services: FakeServices, service: str) -> Iterator[Worker]:
    variables = environment(folder, []) | services.environment(service) | {"PROVIDER_ATTEMPTS": "1"}
    variables["SGLANG_SERVERS"] = '[{"name": "none", "base_url": "http://127.0.0.1:9", "model": "mova-360p"}]'
    settings = settings_of(variables).model_copy(update={"text_timeout": 1.5, "image_timeout": 1.5})
    worker = Worker(settings)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def _played(worker: Worker, sick: Sick, number: int) -> tuple[JobRecord, tuple[StepRecord, ...], JobRecord]:
    """The job as it failed with its steps, and as it is once the service was healed and it was retried."""
    service, step = worker.service, TABLE[number][0]
    text = f"An orange cat on street number {number}."
    request = JobRequest(mode="full", text=text, until=step, render=SMALL)
    job = service.create(Order(request=request)).id
    assert service.start(job)
    failed = in_state(service, job, *FINAL, "waiting", seconds=60, every=0.2)
    steps = service.steps.of(job)
    sick.heal(number)
    service.retry_from(job, step)
    return failed, steps, in_state(service, job, *FINAL, "waiting", seconds=60, every=0.2)


@pytest.mark.parametrize("service", SERVICES)
def test_each_step_and_each_fault(service: str, fake: FakeServices, tmp_path: Path, subtests: pytest.Subtests) -> None:
    sick = Sick(fake, service)
    with _worker(tmp_path / "outputs", fake, service) as worker, ThreadPoolExecutor(8) as pool:
        played = list(pool.map(partial(_played, worker, sick), range(len(TABLE))))
    for number, (failed, steps, healed) in enumerate(played):
        step, fault, kind = TABLE[number]
        with subtests.test(f"{service}-{step}-{fault}"):
            assert (failed.state, failed.error and failed.error.kind) == ("failed", kind)
            assert [one.step for one in steps if one.state == "done"] == BEFORE[step]
            assert [(one.step, one.state) for one in steps][-1] == (step, "failed")
            assert failed.error
            for translate in (as_written, translator("zh_CN")):
                assert "{" not in failed.error.rebuilt().message(translate)
            assert (healed.state, healed.error) == ("waiting", None)
            bought = {route: sick.calls.get((number, route), 0) for route in ("text", "image", "vision")}
            expected = {ROUTE[before]: 1 for before in BEFORE[step]} | {ROUTE[step]: 2}
            assert bought == {"text": 0, "image": 0, "vision": 0} | expected
    assert not ELSEWHERE.visited
