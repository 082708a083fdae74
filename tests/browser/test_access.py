"""The job's page in each of its states, for a keyboard and for axe; one primary button in each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from core.translations import translator
from tests.browser.axe import faults
from tests.browser.samples import WISH, WISH_ZH
from tests.browser.stand_in import StandIn
from tests.browser.visit import PERCENT_50, Visit

_FOCUSED = """() => {
    const one = document.activeElement;
    if (!one.matches('a, button, input, textarea, [role=button], [role=radio]')) return '';
    return (one.getAttribute('aria-label') || one.innerText || '').trim();
}"""


def check(visit: Visit) -> None:
    expect(visit.primary).to_have_count(1)
    found = faults(visit.page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("zh_CN", True)])
def test_every_state_of_a_job(visitor: Callable[..., Visit], server: StandIn, language: str, dark: bool) -> None:
    server.close_gate()
    say, visit = translator(language), visitor(language=language, dark=dark).open()
    visit.write(say("Description"), WISH if language == "en" else WISH_ZH)
    for act in ("Write image prompt", "Make first frame", "Describe frame", "Write video description"):
        visit.go(say(act), say)
    check(visit)
    visit.primary.click()
    visit.sees(PERCENT_50)
    check(visit)
    visit.turn_to(say("Queue"))
    visit.sees(PERCENT_50)
    check(visit)
    visit.page.go_back()
    server.open_gate()
    visit.watch()
    visit.rests(say)
    check(visit)


def test_a_job_that_does_not_exist(visit: Visit) -> None:
    visit.open("job", id="20260101-000000-abcdef").sees("There is no such job. It may have been deleted.")
    check(visit)


def test_the_keyboard_reaches_everything_in_its_order(visit: Visit, server: StandIn) -> None:
    visit.open().sees(re.compile("drafted offline, free"))
    reached = list(_tabs(visit))
    places = [
        next(place for place, name in enumerate(reached) if wanted in name)
        for wanted in ("Description", "More", "Write image prompt")
    ]
    assert places == sorted(places)
    visit.field("Description").focus()
    visit.page.keyboard.type(WISH)
    for _turn in range(60):
        visit.page.keyboard.press("Tab")
        if "Write image prompt" in visit.page.evaluate(_FOCUSED):
            break
    visit.page.keyboard.press("Enter")
    visit.primary_is("Make first frame")


def _tabs(visit: Visit) -> Iterator[str]:
    """What has the focus, one press of Tab after the other."""
    for _turn in range(60):
        visit.page.keyboard.press("Tab")
        yield visit.page.evaluate(_FOCUSED)
