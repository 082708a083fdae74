"""A film in a real browser: from a script to shots, their first frames on one sheet, and one of them made anew."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.axe import faults
from tests.browser.visit import Visit

SCRIPT = """Title: The Lamp

INT. LIGHTHOUSE - NIGHT

An old keeper trims the wick of a brass lamp.

EXT. SEA - DAWN

A small boat turns toward the harbour.
"""
FRAMES = "[class*='st-key-frame-shot-'] img"


def drafted(visit: Visit, *, field: str = "Script", act: str = "Make the shots") -> str:
    """A film of the script; returns its id."""
    visit.open("films", new="script")
    visit.write(field, SCRIPT)
    visit.press(act)
    visit.page.wait_for_url("**/film?*")
    visit.settle()
    return visit.query["film"]


def pictures(visit: Visit) -> list[str]:
    return [str(one.get_attribute("src")) for one in visit.page.locator(FRAMES).all()]


def test_from_a_script_to_a_sheet_with_one_frame_made_anew(visitor: Callable[..., Visit]) -> None:
    visit = visitor().open("films")
    visit.primary_is("New film")
    film = drafted(visit)
    visit.sees("no model has read it")
    visit.sees(re.compile("An old keeper trims the wick"))
    assert faults(visit.page) == []
    visit.press("To the sheet")
    visit.page.wait_for_url("**stage=sheet*")
    visit.primary_is("Make the frames (2)")
    visit.press("Make the frames (2)")
    visit.sees("frames 2 of 2", seconds=90)
    visit.primary_is("Render the approved ones (2)")
    expect(visit.page.locator(FRAMES)).to_have_count(2)
    before = pictures(visit)
    visit.button("Make anew").first.click(delay=60)
    expect(visit.page.locator(FRAMES).first).not_to_have_attribute("src", before[0], timeout=60_000)
    assert pictures(visit)[1] == before[1]
    visit.reload()
    assert (visit.query["film"], visit.query["stage"]) == (film, "sheet")
    assert faults(visit.page) == []
    visit.press("Change…")
    expect(visit.page.get_by_role("dialog")).to_contain_text("First frame of shot 1")
    assert faults(visit.page) == []
    visit.page.keyboard.press("Escape")
    expect(visit.page.get_by_role("dialog")).to_have_count(0)
    visit.turn_to("Films")
    expect(visit.page.locator("article.card")).to_contain_text(["The Lamp"])


def test_two_tabs_of_one_film_lose_nothing(visitor: Callable[..., Visit]) -> None:
    first = visitor()
    film = drafted(first)
    second = visitor(beside=first).open("film", film=film, stage="script", shot="shot-1")
    first.open("film", film=film, stage="script", shot="shot-1")
    first.write("What happens", "The keeper lights a match.")
    first.press("Save the shot", exact=False)
    second.write("What happens", "The keeper waits.")
    second.press("Save the shot", exact=False)
    second.sees(re.compile("was changed elsewhere"))
    expect(second.field("What happens")).to_have_value("The keeper waits.")
    second.press("Save mine on top")
    second.sees("Saved on top of the newer version.")
    first.sees(re.compile("was changed elsewhere"))


@pytest.mark.parametrize(("language", "field", "act", "sheet"), [("zh_CN", "剧本", "生成镜头列表", "前往首帧总览")])
def test_on_a_phone_in_chinese(visitor: Callable[..., Visit], language: str, field: str, act: str, sheet: str) -> None:
    visit = visitor(language=language, wide=False, dark=True)
    drafted(visit, field=field, act=act)
    visit.press(sheet)
    visit.page.wait_for_url("**stage=sheet*")
    visit.settle()
    wide = visit.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    assert faults(visit.page) == []
