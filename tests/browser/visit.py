"""One person at one browser tab: opens pages, reads and presses what people see, and notes what went wrong."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

from core.messages import Translate, as_written
from tests.browser.running_app import RunningApp

SECONDS = 1000
expect.set_options(timeout=30 * SECONDS)
# Streamlit looks for its own root below the page first; a restart of the app breaks connections, to pictures too, and
# one that takes longer is told of.
_EXPECTED = re.compile(
    r"ERR_(CONNECTION_REFUSED|CONNECTION_RESET|NETWORK_CHANGED)|Client Error: Image source error"
    r"|WebSocket connection|when disconnected from server|/_stcore/(health|host-config)"
)
# What a running script is taking away is still drawn for a moment.
_STANDING = "[data-testid=stElementContainer]:not([data-stale=true])"
PERCENT_50 = re.compile(r"\b50 ?%")


class Visit:
    """``page`` is Playwright's; ``problems`` are errors in the console and in scripts of the page."""

    def __init__(self, page: Page, app: RunningApp) -> None:
        self.page, self.app = page, app
        self.problems: list[str] = []
        self._before = len(app.words)
        page.set_default_timeout(30 * SECONDS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", self._notice)

    def open(self, path: str = "", **query: str) -> Visit:
        self.page.goto(f"{self.app.address}/{path}" + (f"?{urlencode(query)}" if query else ""))
        self.settle()
        return self

    def settle(self) -> None:
        """Wait until a page is there and its script has run."""
        main = self.page.get_by_role("main").or_(self.page.locator("section.stMain"))
        expect(main.first).to_be_visible()
        expect(self.page.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")
        expect(self.page.locator("[data-testid=stSkeleton]")).to_have_count(0)

    def reload(self) -> None:
        self.page.reload()
        self.settle()

    @property
    def said(self) -> str:
        """What the app has printed since this visit began."""
        return self.app.words[self._before :]

    # ---- finding, by what people see ---------------------------------------------------------------------------

    def button(self, name: str, *, exact: bool = True) -> Locator:
        return self.page.locator(_STANDING).get_by_role("button", name=name, exact=exact)

    def press(self, name: str, *, exact: bool = True) -> None:
        button = self.button(name, exact=exact).first
        expect(button).to_be_visible()
        self._until_it_stands_still(button)
        button.click(delay=60)

    def _until_it_stands_still(self, button: Locator) -> None:
        """As a person does: what arrives above a button while it is pressed moves it away from under the hand."""
        before, now = None, button.bounding_box()
        while now != before:
            self.page.wait_for_timeout(250)
            before, now = now, button.bounding_box()

    def field(self, label: str) -> Locator:
        return self.page.get_by_role("textbox", name=label, exact=True)

    def write(self, label: str, text: str) -> None:
        """Type into a field and leave it, which is when Streamlit takes the text."""
        self.field(label).fill(text)
        self.field(label).blur()
        self.settle()

    def choose(self, name: str) -> Visit:
        """One of several choices."""
        self.page.get_by_role("radio", name=name, exact=True).click()
        self.settle()
        return self

    def turn_to(self, page: str) -> None:
        """By the links above the page."""
        link = self.page.get_by_role("link", name=page).first
        # A hand is slower: Streamlit loses the turn of a page in the moment in which a field is left.
        link.click(delay=150)
        there = re.compile(re.escape(str(link.get_attribute("href")).split("?")[0]) + r"(\?|$)")
        try:
            expect(self.page).to_have_url(there, timeout=10 * SECONDS)
        except AssertionError:  # now and then it also loses one that comes with a redraw: a person clicks once more
            link.click(delay=150)
        expect(self.page).to_have_url(there)
        self.settle()

    def upload(self, file: dict[str, object]) -> None:
        """A picture; the field for whole runs, which names job.json in every language, is another."""
        fields = self.page.locator("[data-testid=stFileUploader]").filter(has_not_text="job.json")
        fields.last.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]

    def give(self, fold: str, file: dict[str, object]) -> None:
        """Unfold and upload."""
        self.page.get_by_text(fold, exact=True).click()
        self.upload(file)

    def go(self, act: str, say: Translate = as_written) -> None:
        """Press the primary button, which has to bear this name, and wait until something else is to be done."""
        self.primary_is(act)
        self._until_it_stands_still(self.primary)
        self.primary.click(delay=60)
        expect(self.primary).not_to_contain_text(act)
        self.rests(say)

    def primary_is(self, act: str) -> None:
        expect(self.primary).to_have_count(1)
        expect(self.primary).to_contain_text(act)

    def rests(self, say: Translate = as_written, seconds: float = 60) -> None:
        """Wait until the job waits for the person, or is over."""
        expect(self.primary).not_to_contain_text(say("Create another video"), timeout=seconds * SECONDS)

    def sees(self, text: str | re.Pattern[str], seconds: float = 45) -> None:
        expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible(timeout=seconds * SECONDS)

    def does_not_see(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_text(text).filter(visible=True)).to_have_count(0)

    @property
    def primary(self) -> Locator:
        """The primary buttons and links on the screen, of which there has to be one; none that a script takes away."""
        return self.page.locator(f"{_STANDING} :is(button, a)[kind=primary]").filter(visible=True)

    @property
    def query(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.page.url).query).items()}

    @property
    def job(self) -> str:
        return self.query["id"]

    # ---- the video ---------------------------------------------------------------------------------------------

    def watch(self, seconds: float = 90) -> str:
        """Wait for the video, play it muted, and see that it moves; returns its address."""
        video = self.page.locator("video").first
        expect(video).to_be_attached(timeout=seconds * SECONDS)
        at = video.evaluate(
            """async video => {
                video.muted = true;
                video.loop = true;
                await video.play();
                for (let turn = 0; turn < 50 && !(video.currentTime > 0.1); turn++)
                    await new Promise(done => setTimeout(done, 100));
                return video.currentTime;
            }"""
        )
        assert at > 0.1, "the video does not play"
        address: str = video.evaluate("video => video.currentSrc")
        return address

    def picture(self, folder: Path, name: str) -> Path:
        """A screenshot of the whole page: Streamlit scrolls inside the window, so the window is made as high."""
        before = self.page.viewport_size
        height = self.page.evaluate("document.querySelector('[data-testid=stMain]')?.scrollHeight ?? 0")
        if before and height > before["height"]:
            self.page.set_viewport_size({"width": before["width"], "height": height})
        path = folder / f"{name}.png"
        self.page.screenshot(path=path)
        if before:
            self.page.set_viewport_size(before)
        return path

    def _notice(self, request: Request) -> None:
        """Streamlit's own store forgets a picture while a page still loads it."""
        if "/media/" in request.url and request.resource_type == "image":
            self.problems.append(f"a picture of Streamlit's media: {request.url}")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _EXPECTED.search(f"{message.text} {message.location.get('url', '')}"):
            self.problems.append(f"{message.text} {message.location.get('url', '')}")
