"""What holds for every page: it asks no other host for anything, and axe finds no serious fault of ours."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.axe import faults
from tests.browser.visit import Visit

PAGES = ["", "queue", "settings"]


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("zh_CN", True)])
def test_every_page(visitor: Callable[..., Visit], language: str, dark: bool) -> None:
    visit, hosts = visitor(language=language, dark=dark), set[str | None]()
    visit.page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    for page in PAGES:
        expect(visit.open(page).primary).to_have_count(1)
        found = faults(visit.page)
        assert not found, "\n".join([page, *found])
    assert hosts <= {"localhost", None}
