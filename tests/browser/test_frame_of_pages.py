"""What holds for every page: it asks no other host for anything, and axe finds no serious fault of ours."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.axe import faults
from tests.browser.visit import Visit

PAGES = ["", "queue", "settings"]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_no_other_host(visit: Visit, page: str) -> None:
    hosts: set[str | None] = set()
    visit.page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    visit.open(page)
    assert hosts <= {"localhost", None}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_one_primary_button(visit: Visit, page: str) -> None:
    expect(visit.open(page).primary).to_have_count(1)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_no_serious_fault(visitor: Callable[..., Visit], page: str, language: str, dark: bool) -> None:
    visit = visitor(language=language, dark=dark).open(page)
    found = faults(visit.page)
    assert not found, "\n".join(found)
