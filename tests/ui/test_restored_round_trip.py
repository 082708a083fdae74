"""From a finished video to the same request, over the Create page of an installation that never saw the run."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from jobs.desk import Order
from jobs.wish import Wish
from jobs.worker import Worker
from tests.jobs.load.video_server import FakeJob, VideoServer
from tests.jobs.load.workers import SMALL, environment, in_state, settings_of, until
from tests.ui.still_office import drawn, page, primaries
from tests.ui.test_restored import begun
from ui import office as rooms
from ui.office import Office


@contextmanager
def working_office(folder: Path, server: VideoServer) -> Iterator[Office]:
    """An installation of its own, which does its work."""
    settings = settings_of(environment(folder, [server]))
    worker = Worker(settings)
    worker.start()
    opened = Office(settings, worker, "secret")
    rooms._offices[:] = [opened]
    try:
        yield opened
    finally:
        rooms._offices.clear()
        worker.stop()


def photo() -> bytes:
    written = io.BytesIO()
    Image.radial_gradient("L").resize((900, 700)).convert("RGB").save(written, "JPEG")
    return written.getvalue()


def order(kind: str) -> Order:
    text = 'A cat looks up. It says "hello, 你好". Rain patters.'
    bars = Wish(text=text, crop_mode="bars")
    orders = {
        "full, own picture": Order(mode="full", wish=Wish(text=text, crop_shift=0.7), render=SMALL, line="mova-360p"),
        "full": Order(mode="full", wish=Wish(text=text, captions=True), render=SMALL, line="mova-360p"),
        "simple, bars": Order(mode="simple", wish=bars, render=replace(SMALL, negative_prompt=""), line="mova-360p"),
        "text only": Order(
            mode="simple",
            wish=Wish(text=text, white_frame=True),
            render=replace(SMALL, negative_prompt="blurred, 模糊"),
            line="mova-360p",
        ),
    }
    return replace(orders[kind], picture=photo() if kind in ("full, own picture", "simple, bars") else None)


def sent(job: FakeJob) -> tuple[dict[str, str], bytes]:
    """What reached the server, the job's tag aside."""
    return {name: value for name, value in job.fields.items() if name != "model"}, job.frame


@pytest.mark.parametrize("kind", ["full, own picture", "full", "simple, bars", "text only"])
def test_the_request_is_the_same(tmp_path: Path, kind: str) -> None:
    with VideoServer() as server:
        with working_office(tmp_path / "first", server) as first:
            job = first.desk.create(order(kind))
            first.desk.start(job.id)
            in_state(first.desk, job.id, "completed")
            video = (first.desk.folder(job.id) / "video.mp4").read_bytes()
        with working_office(tmp_path / "elsewhere", server) as elsewhere:
            until(lambda: elsewhere.worker.watch.sight(patience=1), 10)
            test = page("create.py")
            test.file_uploader(key="restore-files-0").set_value([("a.mp4", video, "video/mp4")])
            test = begun(drawn(test), "render")
            assert primaries(test) == ["Send to GPU"]
            next(one for one in test.button if one.proto.type == "primary").click()
            drawn(test)
            again = elsewhere.desk.newest(1)[0]
            in_state(elsewhere.desk, again.id, "completed")
        before, after = server.accepted
        assert sent(after) == sent(before)
