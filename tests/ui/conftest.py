"""The app context of pages that are drawn over jobs which stand still."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner

from tests.ui.seen_servers import see
from tests.ui.still_app import still_app
from ui.app_context import AppContext


@pytest.fixture(scope="session", autouse=True)
def _packages_read_once() -> Iterator[None]:
    """AppTest looks through all installed packages for components each time, which takes longer than most pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture
def app_context() -> Iterator[AppContext]:
    """Nothing runs; every configured server was seen well."""
    with still_app() as opened:
        see(opened)
        yield opened
