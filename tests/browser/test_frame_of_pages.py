"""What holds for every page: it asks no other host for anything, and axe finds no serious fault of ours."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.browser.visit import Visit

PAGES = ["create", "queue", "settings"]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_no_other_host(visit: Visit, page: str) -> None:
    hosts: set[str | None] = set()
    visit.page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    visit.open(page)
    assert hosts <= {"localhost", None}
