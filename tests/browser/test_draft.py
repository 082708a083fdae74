"""A draft, looked at, and its final by one click."""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.samples import PROMPT
from tests.browser.stand_in import StandIn
from tests.browser.visit import Visit


def _shot(visit: Visit, name: str) -> None:
    """For somebody who wants to look: SHOTS=folder."""
    if folder := os.environ.get("SHOTS"):
        visit.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_draft_and_its_final(visit: Visit, server: StandIn) -> None:
    visit.open().choose("Without a picture")
    visit.write("Prompt", PROMPT)
    visit.page.get_by_text("Final · 4 steps").filter(visible=True).first.click()
    _shot(visit, "chip")
    visit.choose("Draft · 4 steps")
    visit.page.keyboard.press("Escape")
    visit.settle()
    visit.go("Send to GPU")
    visit.watch()
    visit.sees("Draft video")
    draft = visit.job
    _shot(visit, "draft")
    visit.primary_is("Render the final")
    visit.primary.click(delay=60)
    expect(visit.page).not_to_have_url(re.compile(draft))
    visit.settle()
    visit.watch()
    visit.does_not_see("Draft video")
    _shot(visit, "final")
    first, last = server.sent
    assert (first.prompt, first.seeds) == (last.prompt, last.seeds)
    visit.press("Show its draft")
    expect(visit.page).to_have_url(re.compile(draft))
    visit.sees("Draft video")
    expect(visit.button("Render the final")).to_have_count(0)
    expect(visit.button("Show its final")).to_be_visible()
    visit.open("library")
    visit.sees("Draft video")
    _shot(visit, "library")
