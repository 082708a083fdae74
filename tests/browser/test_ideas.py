"""Create as a hand uses it: a picture dropped on the words, Ctrl+Enter; four seeds on one page, one of them kept."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.axe import faults
from tests.browser.samples import PROMPT, WISH, photo
from tests.browser.stand_in import StandIn
from tests.browser.visit import Visit

_DROP = """async bytes => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], "dropped.jpg", { type: "image/jpeg" }));
    const field = document.querySelector(".st-key-create-text textarea");
    ["dragover", "drop"].forEach(name => field.dispatchEvent(
        new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true })));
}"""
_MUTED = "videos => videos.map(video => video.muted)"


def test_control_and_enter_in_the_description_is_the_primary_act(visit: Visit, server: StandIn) -> None:
    visit.open().field("Description").fill(WISH)
    visit.page.keyboard.press("Control+Enter")
    visit.primary_is("Make first frame")
    visit.sees("Waiting for you")


def test_a_picture_dropped_on_the_words_is_what_there_is(visit: Visit, server: StandIn) -> None:
    visit.open().choose("Without a picture")
    visit.write("Prompt", PROMPT)
    visit.page.evaluate(_DROP, list(bytes(photo(900, 1200)["buffer"])))  # type: ignore[call-overload]
    visit.sees("352×640 · Portrait")
    expect(visit.page.get_by_role("radio", name="From a picture")).to_be_checked()
    expect(visit.field("Prompt")).to_have_value(PROMPT)


def test_four_seeds_fill_a_page_and_one_is_kept(visit: Visit, server: StandIn) -> None:
    visit.open().write("Description", WISH)
    visit.press("Run to the end")
    visit.watch()
    server.close_gate()
    visit.page.locator(".st-key-finished-more button").first.click()
    visit.press("Run again with four other seeds")
    visit.page.wait_for_url("**/compare?*")
    expect(visit.page.locator("figure")).to_have_count(4)
    expect(visit.page.locator("figure video")).to_have_count(0)
    server.open_gate()
    expect(visit.page.locator("figure video")).to_have_count(4, timeout=120_000)
    expect(visit.page.get_by_role("button", name="Play all")).to_be_enabled()
    visit.page.locator("figure").nth(2).hover()
    assert visit.page.locator("figure video").evaluate_all(_MUTED) == [True, True, False, True]
    visit.sees("What differs")
    assert not faults(visit.page)
    visit.press("Keep this one: C")
    visit.page.wait_for_url("**/job?*")
    visit.sees(re.compile("It is a favourite now"))
    expect(visit.button("No longer a favourite")).to_be_visible()
