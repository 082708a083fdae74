"""The app context of pages that are drawn over jobs which stand still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ui.seen_servers import see
from tests.ui.still_app import still_app
from ui.app_context import AppContext


@pytest.fixture
def app_context() -> Iterator[AppContext]:
    """Nothing runs; every configured server was seen well."""
    with still_app() as opened:
        see(opened)
        yield opened
