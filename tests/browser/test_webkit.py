"""The first minute in WebKit, the engine of Safari: from an empty page to a playing video, without a key or a GPU."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import (
    JavascriptException,
    StaleElementReferenceException,
    TimeoutException,
    WebDriverException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from tests.browser.running_app import RunningApp
from tests.browser.samples import WISH

_DRIVER, _SCREEN = "WebKitWebDriver", "Xvfb"
_BROWSERS = Path("/usr/lib")
_SECONDS = 90  # for each of three waits; on an idle machine all of them take 20
_FADING = (JavascriptException, StaleElementReferenceException)
# It runs as root in a container, and has neither a graphics card nor a desktop there.
_ENVIRONMENT = {
    "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
    "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
    "LIBGL_ALWAYS_SOFTWARE": "1",
    "NO_AT_BRIDGE": "1",
}


def _browser() -> Path | None:
    """WebKitGTK's small browser, which Debian does not put on the path."""
    return next(iter(sorted(_BROWSERS.glob("*/webkit*gtk-*/MiniBrowser"), reverse=True)), None)


def _missing() -> str:
    there = {"webkit2gtk-driver": shutil.which(_DRIVER) and _browser(), "xvfb": shutil.which(_SCREEN)}
    names = [name for name, found in there.items() if not found]
    return f"not installed (Debian: apt install {' '.join(names)} gstreamer1.0-libav)" if names else ""


@contextmanager
def _display() -> Iterator[str]:
    """A screen that nobody sees; Xvfb takes a free number and says which."""
    reading, writing = os.pipe()
    command = [_SCREEN, "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as screen:
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        try:
            yield f":{number}"
        finally:
            screen.terminate()


@pytest.fixture
def webkit(tmp_path: Path) -> Iterator[webdriver.WebKitGTK]:
    options = Options()
    options.binary_location = str(_browser())
    options.add_argument("--automation")
    with ExitStack() as opened:
        environment = {**os.environ, **_ENVIRONMENT, "HOME": str(tmp_path), "DISPLAY": opened.enter_context(_display())}
        browser = webdriver.WebKitGTK(options=options, service=Service(shutil.which(_DRIVER) or "", env=environment))
        opened.callback(browser.quit)
        browser.set_window_size(1280, 900)
        yield browser


def _until(browser: webdriver.WebKitGTK, done: Callable[[webdriver.WebKitGTK], object]) -> object:
    """What ``done`` finds at last; what Streamlit draws anew while it is looked at is looked at again."""
    wait = WebDriverWait(browser, _SECONDS, 0.2, ignored_exceptions=[WebDriverException, *_FADING])
    try:
        return wait.until(done)
    except TimeoutException:
        seen = browser.execute_script(_SEEN)
        raise AssertionError(f"it did not come; at {browser.current_url}:\n{seen}") from None


_AT_REST = "return document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
_SEEN = """
    const facts = ["src", "error", "readyState", "networkState", "paused", "currentTime", "duration"];
    const videos = [...document.querySelectorAll("video")].map(one => facts.map(fact => [fact, String(one[fact])]));
    return JSON.stringify(videos) + document.body.innerText;
"""
_PLAYED = """
    const video = document.querySelector("video");
    if (!video) return 0;
    video.muted = true;
    video.loop = true;
    if (video.paused) video.play();
    return video.currentTime;
"""


@pytest.mark.skipif(bool(_missing()), reason=_missing())
def test_a_video_from_a_text_plays(webkit: webdriver.WebKitGTK, fresh_machine: RunningApp) -> None:
    webkit.get(fresh_machine.address)
    _until(webkit, lambda page: _written(page, WISH))
    _until(webkit, _is_at_rest)  # the text is taken, and no button moves any more
    _until(webkit, lambda page: _pressed(page, "Run to the end"))
    _until(webkit, lambda page: page.execute_script("return document.querySelector('video') !== null"))
    assert _until(webkit, _plays), "the video moves"
    assert "Preview, not MOVA" in webkit.execute_script("return document.body.innerText")
    assert "Traceback" not in fresh_machine.words


def _written(page: webdriver.WebKitGTK, text: str) -> bool:
    """Type the description and leave the field, which is when Streamlit takes it."""
    field = page.find_element(By.CSS_SELECTOR, "textarea[aria-label=Description]")
    field.clear()
    field.send_keys(text)
    page.execute_script("arguments[0].blur()", field)
    return field.get_attribute("value") == text


def _plays(page: webdriver.WebKitGTK) -> bool:
    """Whether the video moves within ten seconds. WebKitGTK, seen without a sound card, stalls on some starts at the
    first frame: then the page is loaded anew, as a person would do.
    """
    for _ in range(50):
        if page.execute_script(_PLAYED) > 0.1:
            return True
        time.sleep(0.2)
    page.refresh()
    return False


def _is_at_rest(page: webdriver.WebKitGTK) -> bool:
    """Whether nothing runs for a second: what was typed reaches the server a moment after it was typed."""
    for _ in range(5):
        time.sleep(0.2)
        if not page.execute_script(_AT_REST):
            return False
    return True


def _pressed(page: webdriver.WebKitGTK, name: str) -> bool:
    button = page.find_element(By.XPATH, f"//button[contains(., '{name}') and not(@disabled)]")
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    return True
