"""From a finished video to the same request, over the Create page of an installation that never saw the run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.model.request import JobRequest
from jobs.store.orders import Order
from jobs.worker import Worker
from tests.jobs.load.video_server import FakeJob, VideoServer
from tests.jobs.load.workers import SMALL, environment, in_state, settings_of
from tests.pictures import gradient
from tests.ui.create.test_restored import begun
from tests.ui.still_app import drawn, page, primaries
from tests.waiting import until
from ui import app_context as module
from ui.app_context import AppContext

pytestmark = pytest.mark.long


@contextmanager
def working_app(folder: Path, server: VideoServer) -> Iterator[AppContext]:
    """An installation of its own, which does its work."""
    settings = settings_of(environment(folder, [server]))
    worker = Worker(settings)
    worker.start()
    opened = AppContext(settings, worker, "secret")
    module._contexts[:] = [opened]
    try:
        yield opened
    finally:
        module._contexts.clear()
        worker.stop()


def order(kind: str) -> Order:
    text = 'A cat looks up. It says "hello, 你好". Rain patters.'
    bars = JobRequest(
        mode="simple", text=text, crop_mode="bars", render=replace(SMALL, negative_prompt="", output_quality="low")
    )
    orders = {
        "full, own picture": Order(request=JobRequest(mode="full", text=text, crop_shift=0.7, render=SMALL)),
        "full": Order(request=JobRequest(mode="full", text=text, captions=True, render=SMALL)),
        "simple, bars": Order(request=bars),
        "text only": Order(
            request=JobRequest(
                mode="simple", text=text, white_frame=True, render=replace(SMALL, negative_prompt="blurred, 模糊")
            )
        ),
    }
    return replace(
        orders[kind], picture=gradient(900, 700, "JPEG") if kind in ("full, own picture", "simple, bars") else None
    )


def sent(job: FakeJob) -> tuple[dict[str, str], bytes]:
    """What reached the server, the job's tag aside."""
    return {name: value for name, value in job.fields.items() if name != "model"}, job.frame


@pytest.mark.parametrize("kind", ["full, own picture", "full", "simple, bars", "text only"])
def test_the_request_is_the_same(tmp_path: Path, kind: str) -> None:
    with VideoServer() as server:
        with working_app(tmp_path / "first", server) as first:
            job = first.service.create(order(kind))
            first.service.start(job.id)
            in_state(first.service, job.id, "completed")
            video = (first.service.files.folder(job.id) / "video.mp4").read_bytes()
        with working_app(tmp_path / "elsewhere", server) as elsewhere:
            until(lambda: elsewhere.worker.monitor.server_status(patience=1))
            test = page("create/create.py")
            test.file_uploader(key="restore-files-0").set_value([("a.mp4", video, "video/mp4")])
            test = begun(drawn(test), "render")
            assert primaries(test) == ["Send to GPU"]
            next(one for one in test.button if one.proto.type == "primary").click()
            drawn(test)
            again = elsewhere.service.library.page(size=1).jobs[0]
            in_state(elsewhere.service, again.id, "completed")
        before, after = server.accepted
        assert sent(after) == sent(before)
