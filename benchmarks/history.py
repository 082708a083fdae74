"""The library with 100, 10,000 and 100,000 jobs: first page, search, page 500; asked of the store and in Chromium.

Every figure beyond 100 jobs is a ratio to the same question among 100, taken in the same round. Where there are fewer
than 500 pages, the one in the middle stands for page 500.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.figures import Figure
from benchmarks.processes import timed
from benchmarks.store_at_100k import fill
from jobs.model.people import LOCAL
from jobs.model.records import JobFilter
from jobs.store.pages import PAGE_SIZE
from jobs.store.store import Store, open_store

_SIZES = (100, 10_000, 100_000)
_QUESTIONS = ("first page", "search", "page 500")
_WORD = "camera"  # in most jobs, so that a page is full however few there are
_FLAT = 1.5
_MINE = JobFilter(owner=LOCAL)  # whom everybody is where there is no login
_ASKED = 10  # times in a round, of which the quickest counts
Seconds = dict[tuple[int, str], list[float]]


def history(rounds: int) -> Iterable[Figure]:
    """The same three histories behind a store of each, and behind an app of each."""
    with tempfile.TemporaryDirectory(prefix="history-") as made, ExitStack() as stack:
        folders = {size: Path(made) / str(size) for size in _SIZES}
        stores = {size: _filled(folder, size) for size, folder in folders.items()}
        for store in stores.values():
            stack.callback(store.close)
        yield from _figures("store", _asked(stores, rounds))
        yield from _figures("browser", _painted(stores, folders, rounds))


def _filled(folder: Path, size: int) -> Store:
    (folder / "outputs").mkdir(parents=True)
    store = open_store(f"sqlite:///{folder / 'outputs' / 'jobs.db'}")
    fill(store, size, LOCAL)
    return store


def _cursor(store: Store, size: int) -> int | None:
    """Where page 500 begins, as the library's addresses have it."""
    return store.pages.numbered(min(499, size // PAGE_SIZE // 2), _MINE).older


def _asked(stores: Mapping[int, Store], rounds: int) -> Seconds:
    """What the library asks the store for a page: its jobs, and how many there are."""
    cursors = {size: _cursor(store, size) for size, store in stores.items()}

    def first(size: int) -> object:
        return stores[size].pages.page(_MINE), stores[size].pages.count(_MINE, at_most=1000)

    def search(size: int) -> object:
        wanted = JobFilter(text=_WORD, owner=LOCAL)
        return stores[size].pages.page(wanted), stores[size].pages.count(wanted, at_most=1000)

    def page_500(size: int) -> object:
        return stores[size].pages.page(_MINE, older_than=cursors[size]), stores[size].pages.count(_MINE, at_most=1000)

    asks: dict[str, Callable[[int], object]] = dict(zip(_QUESTIONS, (first, search, page_500), strict=True))
    seconds: Seconds = {}
    for _ in range(rounds):
        for question, ask in asks.items():
            for size in stores:
                quickest = min(timed(lambda ask=ask, size=size: ask(size)) for _ in range(_ASKED))  # type: ignore[misc]
                seconds.setdefault((size, question), []).append(quickest)
    return seconds


def _painted(stores: Mapping[int, Store], folders: Mapping[int, Path], rounds: int) -> Seconds:
    """From opening an address until all its cards are drawn and its script rests."""
    from benchmarks.browser import chromium
    from tests.browser.running_app import RunningApp

    seconds: Seconds = {}
    with ExitStack() as stack:
        apps = {size: RunningApp(folder, EMBEDDED_WORKER="false") for size, folder in folders.items()}
        for app in apps.values():
            app.start()
            stack.callback(app.stop)
        page = stack.enter_context(chromium()).new_page()
        for turn in range(rounds + 1):
            for question in _QUESTIONS:
                for size, app in apps.items():
                    address = f"{app.address}/library?{urlencode(_query(question, stores[size], size))}"
                    began = time.perf_counter()
                    page.goto(address, wait_until="commit")
                    page.wait_for_function(_ALL_DRAWN, polling=20)
                    if turn:  # the first one warms up
                        seconds.setdefault((size, question), []).append(time.perf_counter() - began)
    return seconds


_ALL_DRAWN = f"""() =>
    document.querySelectorAll("[class*=st-key-card-]").length === {PAGE_SIZE}
    && document.querySelector("[data-testid=stApp]").dataset.testScriptState === "notRunning"
    && !document.querySelector("[data-testid=stSkeleton]")"""


def _query(question: str, store: Store, size: int) -> dict[str, str]:
    of_page = {"older": str(_cursor(store, size))}
    return {"first page": {}, "search": {"q": _WORD}, "page 500": of_page}[question]


def _figures(where: str, seconds: Seconds) -> Iterable[Figure]:
    for question in _QUESTIONS:
        few = seconds[_SIZES[0], question]
        milliseconds = tuple(1000 * one for one in few)
        yield Figure("history", f"{where}, {question}: {_SIZES[0]} jobs", "ms", milliseconds)
        for size in _SIZES[1:]:
            ratios = tuple(many / one for many, one in zip(seconds[size, question], few, strict=True))
            yield Figure("history", f"{where}, {question}: {size:,} / {_SIZES[0]} jobs", "", ratios, aim=_FLAT)
