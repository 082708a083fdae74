"""What only a hand at a real browser meets: a click right after typing, a pasted picture, a sound, a title."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.samples import WISH, photo
from tests.browser.stand_in import StandIn
from tests.browser.visit import Visit

_PASTE = """async bytes => {
    const picture = new File([new Uint8Array(bytes)], "pasted.png", { type: "image/png" });
    const data = new DataTransfer();
    data.items.add(picture);
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
}"""
_COUNT_SOUNDS = """
window.soundsHeard = 0;
const Real = window.AudioContext;
window.AudioContext = class extends Real { constructor() { super(); window.soundsHeard += 1; } };
"""


@pytest.mark.parametrize("held", [20, 400])
def test_a_click_right_after_typing_counts(visit: Visit, server: StandIn, held: int) -> None:
    """Leaving the field draws the page anew while the button is held down."""
    visit.open().field("Description").fill(WISH)
    visit.button("Write image prompt").click(delay=held)
    visit.primary_is("Make first frame")
    visit.field("Image prompt").fill("A dog in the rain.")
    visit.button("Make first frame").click(delay=held)
    visit.primary_is("Describe frame")
    visit.page.get_by_text("1 · Image prompt").click()
    expect(visit.field("Image prompt")).to_have_value("A dog in the rain.")


def test_a_picture_is_pasted(visit: Visit, server: StandIn) -> None:
    visit.open()
    visit.page.evaluate(_PASTE, list(bytes(photo(900, 1200)["buffer"])))  # type: ignore[call-overload]
    expect(visit.page.get_by_role("img", name="Your picture; the bright part is the first frame.")).to_be_visible()
    visit.sees("352×640 · Portrait")


def test_an_end_is_heard_and_seen_on_another_page(visit: Visit, server: StandIn) -> None:
    server.close_gate()
    visit.page.add_init_script(_COUNT_SOUNDS)
    visit.open().write("Description", WISH)
    visit.press("Run to the end")
    visit.sees("Sound when a video is ready")
    visit.page.get_by_text("Sound when a video is ready").click()
    expect(visit.page.get_by_role("switch", name="Sound when a video is ready")).to_be_checked()
    visit.settle()
    visit.turn_to("Settings")
    expect(visit.page).to_have_title("(1) Settings · MOVA")
    server.open_gate()
    visit.sees(re.compile("The video is ready. An orange cat"))
    expect(visit.page).to_have_title("Settings · MOVA")
    visit.page.wait_for_function("window.soundsHeard === 1")


def test_create_has_an_address_of_its_own(visit: Visit) -> None:
    visit.open("create", lang="zh_CN")
    visit.sees("创建")
    assert visit.query == {"lang": "zh_CN"}
