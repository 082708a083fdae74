"""A report in Chromium: each line has a sign and a word, and a click plays the video from where it was said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from listening.comparison import compare
from listening.report import TakeReport
from providers.base import HeardAnswer, HeardWords
from tests.browser.axe import faults
from tests.browser.finished_videos import put_finished_videos
from tests.browser.running_app import RunningApp
from tests.browser.visit import Visit
from tests.jobs.load.workers import service_at, settings_of

LINES = ("The light must not go out.", "Then let me help you carry the oil.", "灯塔的光不能熄灭。")
HEARD = (HeardWords(text="the light must not go out", start=0.2, end=0.8),)
HALF = (HeardWords(text="then let me help", start=1.2, end=1.8),)
WORDS = {
    "en": ("Said", "Partly said", "Not said", "Play from 1.2 s", "line not said"),
    "zh_CN": ("已说出", "只说出一部分", "没有说出", "从 1.2 秒处播放", "台词没有说出"),
}


@pytest.fixture(scope="module")
def job_id(app: RunningApp) -> str:
    (job,) = put_finished_videos(app, ["A lighthouse at dusk"])
    comparison = compare(LINES, HEARD + HALF)
    answer = HeardAnswer(words=HEARD + HALF, provider="openai", model="whisper", seconds=0.1)
    report = TakeReport(lines=LINES, heard=answer, comparison=comparison).as_json()
    variables = {"OUTPUT_DIR": str(app.folder / "outputs"), "MOVA_ENV_FILE": "/dev/null"}
    with service_at(settings_of(variables)) as (_, store):
        store.jobs.update(job.id, report=report, heard="not_said")
    return job.id


@pytest.mark.parametrize(("language", "wide", "dark"), [("en", True, False), ("zh_CN", False, True)])
def test_the_lines_and_a_click(
    visitor: Callable[..., Visit], job_id: str, language: str, wide: bool, dark: bool
) -> None:
    visit = visitor(language=language, wide=wide, dark=dark).open("job", id=job_id)
    said, partly, missing, play, mark = WORDS[language]
    lines = visit.page.locator(".st-key-heard-lines")
    for word in (said, partly, missing, *LINES):
        expect(lines.get_by_text(word).first).to_be_visible()
    for sign in ("check_circle", "error", "cancel"):  # beside each word, for who sees no colours
        expect(lines.get_by_role("img", name=sign)).to_be_visible()
    button = lines.get_by_role("button", name=play)
    button.scroll_into_view_if_needed()
    button.click()
    visit.settle()
    moved = "() => document.querySelector('.st-key-screen video').currentTime >= 1.19"
    visit.page.wait_for_function(moved)
    paused = visit.page.evaluate("document.querySelector('.st-key-screen video').paused")
    assert paused is False
    visit.open("library", line="not-said")
    card = visit.page.locator("article.card")
    expect(card).to_have_count(1)
    expect(card).to_contain_text(mark)
    assert visit.problems == []
    visit.open("job", id=job_id)
    expect(lines).to_be_visible()
    assert faults(visit.page) == []
