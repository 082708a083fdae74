"""README's recording is made of the real pages: what it shows is what a newcomer will see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.browser.running_app import RunningApp
from tests.recording import record_in

_MOST_BYTES = 1_500_000  # what the repository takes


@pytest.fixture
def preview_app(tmp_path: Path) -> Iterator[RunningApp]:
    """As a newcomer has it: no keys, no server."""
    with RunningApp(tmp_path / "app") as running:
        yield running


def test_it_can_be_made_anew(chromium: Browser, preview_app: RunningApp, tmp_path: Path) -> None:
    path = tmp_path / "journey.webp"
    record_in(chromium, preview_app, "en").save(path)
    assert path.stat().st_size < _MOST_BYTES
    with Image.open(path) as made:
        assert made.n_frames > 20  # type: ignore[attr-defined]
