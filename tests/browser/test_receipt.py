"""What is said before anything is spent, and what is spent then: buttons, receipts and times that keep their word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import servers_of
from tests.browser.running_app import RunningApp
from tests.browser.samples import WISH
from tests.browser.stand_in import StandIn
from tests.browser.visit import Visit
from tests.jobs.load.video_server import VideoServer
from tests.providers.fake_services import FakeServices

Visitor = Callable[..., Visit]
_STEPS = ("Write image prompt", "Make first frame", "Describe frame", "Write video description")
_DESCRIBED = 'A cat looks up. A girl says "Come home." Rain patters. This video has no subtitles.'
_NOT_TIMED = "no such render has been timed yet"


def unfold(visit: Visit, line: str | re.Pattern[str]) -> None:
    visit.page.locator("summary").filter(has_text=line).click()
    visit.settle()


def test_an_edit_that_is_undone_leaves_nothing_to_be_made(visit: Visit, server: StandIn) -> None:
    visit.open().write("Description", WISH)
    for act in _STEPS:
        visit.go(act)
    unfold(visit, "1 · Image prompt")
    visit.write("Image prompt", "A dog in the snow.")
    visit.primary_is("Make first frame")
    expect(visit.page.get_by_text("Out of date").filter(visible=True)).to_have_count(3)
    visit.choose("v1").primary_is("Send to GPU")
    visit.does_not_see("Out of date")
    unfold(visit, "1 · Image prompt")
    visit.choose("v2").go("Make first frame")
    visit.primary_is("Describe frame")
    visit.sees("Waiting for you")
    assert server.sent == []


@pytest.fixture
def served(tmp_path: Path, server: StandIn) -> Iterator[tuple[RunningApp, FakeServices]]:
    """An app whose texts and pictures are bought."""
    with FakeServices() as services:
        services.script("gemini.text", _DESCRIBED)
        own = {"SGLANG_SERVERS": servers_of(server), **services.environment("gemini")}
        with RunningApp(tmp_path / "own", **own) as app:
            yield app, services


def test_the_receipt_of_an_edited_copy_is_what_is_bought(
    visitor: Visitor, served: tuple[RunningApp, FakeServices], server: StandIn
) -> None:
    app, services = served
    visit = visitor(at=app).open()
    visit.write("Description", WISH)
    visit.press("Run to the end")
    visit.watch()
    films = len(server.sent)
    visit.turn_to("Queue")
    visit.press("Pause sending")
    visit.sees("Resume sending")
    visit.page.go_back()
    visit.settle()
    services.reset()
    services.script("gemini.text", _DESCRIBED.replace("A cat", "A grey cat"))
    visit.press("Edit and run")
    visit.primary_is("Send to GPU")
    receipt = visit.page.locator(".st-key-receipt")
    expect(receipt).to_contain_text("buys 1 hearing at most")
    expect(receipt).not_to_contain_text("text")
    visit.sees("Sending is paused: running jobs finish, no new ones start.")
    unfold(visit, re.compile("Description.*An orange cat"))
    visit.write("Description", WISH.replace("orange", "grey"))
    visit.primary_is("Write image prompt")
    expect(receipt).to_contain_text("buys 3 to 4 texts + 1 picture")
    receipt.get_by_role("button").click()
    told = visit.page.get_by_text(re.compile(r"\d to \d requests")).inner_text()
    least, most = map(int, re.findall(r"(\d) to (\d) requests", told)[0])
    visit.page.keyboard.press("Escape")
    assert services.count() == 0
    visit.press("Run to the end")
    visit.sees("Number 1 of 1 in the queue for mova-360p")
    assert services.count("gemini.image") == 1
    assert least <= services.count() <= most
    assert len(server.sent) == films


def test_times_of_previews_are_never_promised_for_mova(visitor: Visitor, tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("")
    with RunningApp(tmp_path / "own", MOVA_ENV_FILE=str(env)) as app, VideoServer(seconds=None) as mova:
        visit = visitor(at=app).open()
        receipt = visit.page.locator(".st-key-receipt")
        visit.write("Description", WISH)
        visit.press("Run to the end")
        visit.watch()
        visit.open()
        expect(receipt).to_contain_text("preview, not MOVA, ready ≈")  # how long a preview takes is known now
        env.write_text(f"SGLANG_360P_URL={mova.url}\n")
        visit.open("settings").press("Reload the servers")
        visit.sees(mova.url.removeprefix("http://"))
        visit.open().write("Description", WISH)
        expect(receipt).to_contain_text("mova-360p")
        expect(receipt).not_to_contain_text("ready")
        receipt.get_by_role("button").click()
        visit.sees(re.compile(_NOT_TIMED))
        visit.page.keyboard.press("Escape")
        visit.press("Run to the end")
        visit.sees("Rendering")
        visit.does_not_see(re.compile(r"\d measured|about \S+ left"))
