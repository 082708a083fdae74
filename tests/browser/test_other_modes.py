"""Simple Mode, and text alone on a machine where nothing is set up."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.running_app import RunningApp
from tests.browser.samples import PROMPT, photo
from tests.browser.stand_in import StandIn
from tests.browser.visit import Visit


def test_simple_mode_with_a_photo(visit: Visit, server: StandIn) -> None:
    visit.open().choose("From a picture")
    visit.write("Prompt", PROMPT)
    visit.upload(photo(900, 1200))
    visit.sees("352×640 · Portrait")
    expect(visit.page.get_by_role("img", name="Your picture; the bright part is the first frame.")).to_be_visible()
    visit.go("Send to GPU")
    visit.watch()
    (plan,) = server.sent
    assert (plan.width, plan.height, plan.prompt) == (352, 640, PROMPT)


def test_a_picture_is_asked_for_where_it_is_missing(visit: Visit, server: StandIn) -> None:
    visit.open().choose("From a picture")
    visit.write("Prompt", PROMPT)
    visit.primary.click()
    visit.sees("A first frame is missing. Add one, or choose “Without a picture”.")
    assert server.sent == []


def test_text_only_on_a_fresh_machine(visitor: Callable[..., Visit], fresh_machine: RunningApp) -> None:
    visit = visitor(at=fresh_machine).open().choose("Without a picture")
    visit.write("Prompt", PROMPT)
    visit.go("Render preview")
    visit.watch()
    visit.sees("Preview, not MOVA")
