"""Bad files through the browser's upload: each gets its message on the page, and the app lives.

Of the corpus, which tests/hostile/test_uploads.py reads whole, every thirteenth file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Locator, TimeoutError

from config import Settings
from core.errors import NotAPicture, PictureError, VideoWithoutFrame
from core.translations import translator
from media.frames import taken_picture
from tests.browser.running_app import RunningApp
from tests.browser.visit import Visit
from tests.hostile.corpus import corpus
from tests.hostile.open_all import opened
from tests.hostile.test_uploads import MESSAGES, PICTURE

EVERY = 13
PEAK_MB = 900  # of the app's process, with everything of Streamlit in it
_COUNT_RUNS = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    window.runs = 0;
    new MutationObserver(() => {
        if (app.getAttribute('data-test-script-state') === 'notRunning') window.runs += 1;
    }).observe(app, {attributes: true, attributeFilter: ['data-test-script-state']});
}"""


def pattern(template: str) -> re.Pattern[str]:
    """A message with anything in the place of its facts."""
    return re.compile(re.sub(r"\\{\w+\\}", ".+", re.escape(template)))


PATTERNS = {message: pattern(message) for message in (*MESSAGES, VideoWithoutFrame.what)}


def outcome_expected(data: bytes) -> str:
    """What becomes of a file in the field of the first frame, which takes films too."""
    try:
        return opened(taken_picture(data, "file", Settings())[0], Settings())
    except PictureError as problem:
        return problem.what


def outcome_of(visit: Visit, name: str, data: bytes, expected: str) -> str:
    """What the page says of a file once its script has run over it.

    A page that lags behind is waited for; an upload that met the field while it was redrawn is done again.
    """
    for _ in range(3):
        _give(visit, {"name": name, "mimeType": "application/octet-stream", "buffer": data})
        for _ in range(40):
            visit.settle()
            if (said := _said(visit)) == expected:
                return said
            visit.page.wait_for_timeout(100)
    return said


def _field(visit: Visit) -> Locator:
    """The first frame's; runs are restored by another one below it."""
    return visit.page.locator("input[type=file]").first


def _give(visit: Visit, file: dict[str, object]) -> None:
    before: int = visit.page.evaluate("window.runs")
    _field(visit).set_input_files(file)  # type: ignore[arg-type]
    with suppress(TimeoutError):  # a run that is over in no time is not seen as one
        visit.page.wait_for_function("before => window.runs > before", arg=before, timeout=4_000)


def _said(visit: Visit) -> str:
    text = visit.page.get_by_role("main").or_(visit.page.locator("section.stMain")).first.inner_text()
    found = [message for message, words in PATTERNS.items() if words.search(text)]
    return found[0] if found else PICTURE


def plain_name(number: int, name: str) -> str:
    """A browser hands on no folders."""
    return f"{number:03}-{name.replace('/', '_')}"


def peak_mb(app: RunningApp) -> int:
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{app.pid}/status").read_text())
    assert found
    return int(found[1]) // 1024


def test_each_file_gets_its_message(visit: Visit, app: RunningApp) -> None:
    files = dict(list(corpus().items())[::EVERY])
    visit.open()
    visit.page.evaluate(_COUNT_RUNS)
    expected = {name: outcome_expected(data) for name, data in files.items()}
    found = {
        name: outcome_of(visit, plain_name(number, name), data, expected[name])
        for number, (name, data) in enumerate(files.items())
    }
    assert {name: said for name, said in found.items() if said != expected[name]} == {}
    assert len(found) > 20
    assert len(set(found.values())) >= 5
    assert peak_mb(app) < PEAK_MB


def test_a_refusal_is_said_in_chinese_and_the_next_file_is_taken(visitor: Callable[..., Visit]) -> None:
    visit = visitor(language="zh_CN").open()
    visit.page.evaluate(_COUNT_RUNS)
    drawing = {"name": "drawing.svg", "mimeType": "image/svg+xml", "buffer": corpus()["drawing.svg"]}
    _field(visit).set_input_files(drawing)  # type: ignore[arg-type]
    visit.sees(translator("zh_CN")(NotAPicture.what))
    visit.sees(translator("zh_CN")(NotAPicture.advice))
    assert outcome_of(visit, "photo.txt", corpus()["photo.txt"], PICTURE) == PICTURE
    visit.does_not_see(translator("zh_CN")(NotAPicture.what))
