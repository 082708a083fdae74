"""README's recording, from a description to a video, as an animated WebP: ``python -m tests.recording OUT_DIR``."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from core.translations import translator
from tests.browser.running_app import RunningApp
from tests.browser.samples import WISH, WISH_ZH
from tests.browser.visit import Visit
from tests.screenshots import LOCALES, into_folder

WISHES = {"en": WISH, "zh_CN": WISH_ZH}
_VIEW, _WIDTH = (1100, 760), 825  # CSS pixels of the window, pixels of the recording
_QUALITY = 62
_SHORT, _LONG = 160, 1500  # milliseconds for which a picture stays
_PLAYED = 14


@dataclass
class Recording:
    """Pictures of one tab, each with the milliseconds for which it stays."""

    visit: Visit
    pictures: list[Image.Image] = field(default_factory=list)
    durations: list[int] = field(default_factory=list)

    def shoot(self, stays: int) -> None:
        shot = Image.open(io.BytesIO(self.visit.page.screenshot())).convert("RGB")
        self.pictures.append(shot.resize((_WIDTH, round(shot.height * _WIDTH / shot.width)), Image.Resampling.LANCZOS))
        self.durations.append(stays)

    def save(self, path: Path) -> None:
        first, *rest = self.pictures
        first.save(path, save_all=True, append_images=rest, duration=self.durations, loop=0, quality=_QUALITY, method=6)


def record(visit: Visit, language: str) -> Recording:
    """Type a description, look at every step, render, and watch."""
    say, recording = translator(language), Recording(visit)
    visit.open("", lang=language)
    _type(recording, visit, say("Description"), WISHES[language])
    visit.press(say("Write image prompt"))
    visit.page.wait_for_url("**/job?*")
    visit.rests(say)
    for act in ("Make first frame", "Describe frame", "Write video description"):
        _settle(recording)
        visit.go(say(act), say)
    _settle(recording)
    visit.primary.click(delay=60)
    while not visit.page.locator("video").count():
        recording.shoot(_SHORT)
        visit.page.wait_for_timeout(300)
    visit.watch()
    for _ in range(_PLAYED):
        recording.shoot(_SHORT)
        visit.page.wait_for_timeout(200)
    recording.shoot(_LONG)
    return recording


def _type(recording: Recording, visit: Visit, label: str, text: str) -> None:
    recording.shoot(_LONG)
    box = visit.field(label)
    for at in range(0, len(text), max(1, len(text) // 12)):
        box.fill(text[:at])
        recording.shoot(_SHORT)
    visit.write(label, text)
    recording.shoot(_LONG)


def _settle(recording: Recording) -> None:
    """What waits for a look is looked at."""
    recording.visit.settle()
    recording.visit.page.wait_for_timeout(800)  # pictures arrive
    recording.shoot(_LONG)


def record_in(browser: Browser, app: RunningApp, language: str) -> Recording:
    size = {"width": _VIEW[0], "height": _VIEW[1]}
    context = browser.new_context(locale=LOCALES[language], viewport=size)  # type: ignore[arg-type]
    try:
        return record(Visit(context.new_page(), app), language)
    finally:
        context.close()


def recordings(browser: Browser, app: RunningApp, out: Path) -> None:
    for language in LOCALES:
        name = "journey.webp" if language == "en" else f"journey.{language.replace('_', '-')}.webp"
        record_in(browser, app, language).save(out / name)


if __name__ == "__main__":
    into_folder("python -m tests.recording", __doc__, recordings, NUM_FRAMES="193")
