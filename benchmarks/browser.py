"""A Chromium for measuring."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, sync_playwright

_FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@contextmanager
def chromium() -> Iterator[BrowserContext]:
    """A new visitor in a new browser.

    Raises:
        RuntimeError: there is no Chromium.
    """
    program = shutil.which("chromium")
    if program is None:
        raise RuntimeError("Chromium is not installed (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
        browser.close()
