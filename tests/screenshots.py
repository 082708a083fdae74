"""Every page, in both languages, light and dark, wide and narrow: ``python -m tests.screenshots OUT_DIR``."""

from __future__ import annotations

import argparse
import itertools
import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from core.translations import translator
from tests.browser.running_app import RunningApp
from tests.browser.samples import WISH, WISH_ZH
from tests.browser.visit import Visit

LOCALES = {"en": "en-US", "zh_CN": "zh-CN"}
_WIDTHS = {"wide": (1280, 900), "narrow": (390, 844)}


def jobs_of(visit: Visit, language: str) -> tuple[str, str, str]:
    """The ids of a job that waits at its last step and of two finished ones."""
    say, made = translator(language), list[str]()
    for act in ("Write image prompt", "Run to the end"):
        visit.open("", lang=language)
        visit.write(say("Description"), WISH if language == "en" else WISH_ZH)
        visit.press(say(act))
        visit.page.wait_for_url("**/job?*")
        visit.rests(say, 60)
        made.append(visit.job)
    visit.open("job", id=made[0], lang=language)
    for act in ("Make first frame", "Describe frame", "Write video description"):
        visit.go(say(act), say)
    visit.open("job", id=made[1], lang=language)
    visit.press(say("Try another seed"))
    visit.page.wait_for_url(lambda address: made[1] not in address)
    visit.rests(say, 60)
    return made[0], made[1], visit.job


def pictures(browser: Browser, app: RunningApp, out: Path) -> None:
    for language in LOCALES:
        maker = Visit(browser.new_page(locale=LOCALES[language]), app)
        waiting, done, again = jobs_of(maker, language)
        pages: dict[str, tuple[str, dict[str, str]]] = {one: (one, {}) for one in ("queue", "library", "settings")}
        pages |= {"create": ("", {}), "compare": ("compare", {"a": done, "b": again})}
        pages |= {"job-waiting": ("job", {"id": waiting}), "job-done": ("job", {"id": done})}
        for scheme, width in itertools.product(("light", "dark"), _WIDTHS):
            size = dict(zip(("width", "height"), _WIDTHS[width], strict=True))
            context = browser.new_context(locale=LOCALES[language], viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
            visit = Visit(context.new_page(), app)
            for name, (path, query) in pages.items():
                visit.open(path, lang=language, **query)
                visit.page.wait_for_timeout(1500)  # pictures and the first frame of a video arrive
                visit.picture(out, f"{name}-{language}-{scheme}-{width}")
            context.close()


def into_folder(
    prog: str, text: str | None, make: Callable[[Browser, RunningApp, Path], None], **settings: str
) -> None:
    """A script that fills the folder which it is given with pictures of an app without keys or servers."""
    parser = argparse.ArgumentParser(prog=prog, description=text)
    parser.add_argument("out", type=Path, metavar="OUT_DIR")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        with closing(browser), RunningApp(Path(folder), **settings) as app:
            make(browser, app, out)


if __name__ == "__main__":
    into_folder("python -m tests.screenshots", __doc__, pictures)
