"""A video dropped on Create: the same run again, on a machine that never saw it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import servers_of
from tests.browser.running_app import RunningApp
from tests.browser.samples import WISH, photo
from tests.browser.stand_in import StandIn
from tests.browser.visit import Visit

FOLD, FIELD = "Restore a run", "A video or job.json made by this program"


@pytest.fixture
def elsewhere(tmp_path: Path, server: StandIn) -> Iterator[RunningApp]:
    """Another machine with the same server, on which text and image services would fail."""
    broken = {"OPENAI_BASE_URL": "http://127.0.0.1:9", "OPENAI_TEXT_MODEL": "t", "OPENAI_VISION_MODEL": "v"}
    with RunningApp(tmp_path / "elsewhere", SGLANG_SERVERS=servers_of(server), **broken) as running:
        yield running


def drop(visit: Visit, name: str, data: bytes) -> None:
    visit.page.get_by_text(FOLD, exact=True).click()
    kind = "video/mp4" if name.endswith("mp4") else "application/json"
    field = visit.page.locator("[data-testid=stFileUploader]").filter(has_text=FIELD).locator("input[type=file]")
    field.set_input_files({"name": name, "mimeType": kind, "buffer": data})


def test_a_video_is_enough(visitor: Callable[..., Visit], server: StandIn, elsewhere: RunningApp) -> None:
    first = visitor().open()
    first.write("Description", WISH)
    first.upload(photo())
    first.primary_is("Describe frame")  # a click while the picture is being taken would be lost
    first.settle()
    first.press("Run to the end")
    first.watch()
    video = first.app.folder / "outputs" / first.job / "video.mp4"

    visit = visitor(at=elsewhere).open()
    visit.sees("garage")  # until the servers were looked at for the first time, a line above the button is missing
    drop(visit, "found on a disk.mp4", video.read_bytes())
    visit.sees("From an idea · 640x352 · 17 frames")
    visit.press("Fill the form")
    visit.sees("Restored from")
    expect(visit.field("Description")).to_have_value(WISH)
    visit.go("Send to GPU")
    visit.watch()
    before, after = server.sent
    assert after == before
    assert server.frames[0] == server.frames[1]


def test_a_foreign_file_is_text(visit: Visit) -> None:
    drop(visit.open(), "theirs.json", b'{"prompt": "<img src=x onerror=alert(1)>", "seed": 5}')
    visit.sees("theirs.json cannot be restored: it contains no run of this program.")
    expect(visit.page.locator("img[src='x']")).to_have_count(0)
    visit.primary_is("Write image prompt")
