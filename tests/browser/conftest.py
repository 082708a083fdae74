"""The real app in a real Chromium: both live as long as this folder's tests, and every test has tabs of its own."""

from __future__ import annotations

import shutil
import signal
import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.running_app import RunningApp
from tests.browser.stand_in import StandIn, stand_in
from tests.browser.visit import Visit

WHY_NO_BROWSER = "Chromium is not installed (Debian: apt install chromium)"
_FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
_BOUND = 240
_LOCALES = {"en": "en-US", "zh_CN": "zh-CN"}
_failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report: Any = yield
    if report.when == "call":
        item.stash[_failed] = report.failed
    return report


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    """No test of a browser lasts for ever."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"longer than {_BOUND} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(_BOUND)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


# Playwright's loop is left running in the thread of the tests, where others call asyncio.run: it ends with this folder.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip(WHY_NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def _server() -> Iterator[StandIn]:
    with stand_in(StandIn()) as server:
        yield server


@pytest.fixture
def server(_server: StandIn) -> Iterator[StandIn]:
    """The server that ``app`` sends to, its gate open."""
    _server.sent.clear()
    _server.frames.clear()
    yield _server
    _server.open_gate()


@pytest.fixture(scope="package")
def app(tmp_path_factory: pytest.TempPathFactory, _server: StandIn) -> Iterator[RunningApp]:
    """An app with one server and no keys: steps 1 to 4 are drafted offline."""
    with RunningApp(tmp_path_factory.mktemp("app"), SGLANG_SERVERS=servers_of(_server)) as running:
        yield running


@pytest.fixture
def own_app(tmp_path: Path, server: StandIn) -> Iterator[RunningApp]:
    """An app that only one test has, which may stop it."""
    with RunningApp(tmp_path / "own", SGLANG_SERVERS=servers_of(server)) as running:
        yield running


@pytest.fixture
def fresh_machine(tmp_path: Path) -> Iterator[RunningApp]:
    """No server, no key: the preview engine stands in."""
    with RunningApp(tmp_path / "fresh") as running:
        yield running


@pytest.fixture(autouse=True)
def _nothing_kept(request: pytest.FixtureRequest) -> None:
    """Nobody finds on Create what the test before had left there."""
    if "app" in request.fixturenames:
        running: RunningApp = request.getfixturevalue("app")
        with closing(sqlite3.connect(running.folder / "outputs" / "jobs.db", timeout=30)) as database, database:
            database.execute("DELETE FROM forms")


def servers_of(server: StandIn) -> str:
    return f'[{{"name": "garage", "base_url": "{server.address}", "model": "mova-360p"}}]'


@pytest.fixture
def visitor(
    chromium: Browser, app: RunningApp, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Visit]]:
    """``visitor()`` is a new person at the app; ``visitor(beside=someone)`` another tab of the same browser."""
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def new(
        *,
        at: RunningApp = app,
        language: str = "en",
        wide: bool = True,
        dark: bool = False,
        beside: Visit | None = None,
    ) -> Visit:
        if beside is None:
            size = {"width": 1280, "height": 900} if wide else {"width": 390, "height": 844}
            scheme = "dark" if dark else "light"
            context = chromium.new_context(locale=_LOCALES[language], viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
            contexts.append(context)
        visits.append(Visit(beside.page.context.new_page() if beside else contexts[-1].new_page(), at))
        return visits[-1]

    yield new
    if request.node.stash.get(_failed, False):
        _show(visits, tmp_path)
    problems = [problem for visit in visits for problem in visit.problems]
    for context in contexts:
        context.close()
    assert not problems
    said = "".join(visit.said for visit in visits)
    assert "Traceback" not in said, said[-3000:]


def _show(visits: list[Visit], folder: Path) -> None:
    for number, visit in enumerate(visits, 1):
        print(f"the page, {visit.page.url}: {visit.picture(folder, f'failed-{number}')}")
        print(visit.said[-1500:])


@pytest.fixture
def visit(visitor: Callable[..., Visit]) -> Visit:
    return visitor()
