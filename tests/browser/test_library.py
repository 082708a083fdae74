"""The library in a real browser: finding, marking, handing on, comparing and deleting videos."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from jobs.model.records import JobRecord
from tests.browser.axe import faults
from tests.browser.finished_videos import folder_of, put_finished_videos
from tests.browser.running_app import RunningApp
from tests.browser.visit import Visit

TEXTS = ["A harbour at dusk", "一只橘猫在雨中睡觉", "A train in the snow", *(f"A boat, take {n}" for n in range(48))]
SHOWN = 48
PLAYERS = "video"


@pytest.fixture(scope="module")
def own_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """An app of its own, so that what is deleted here is missed nowhere."""
    with RunningApp(tmp_path_factory.mktemp("library")) as running:
        yield running


@pytest.fixture(scope="module")
def videos(own_app: RunningApp) -> list[JobRecord]:
    return put_finished_videos(own_app, TEXTS)


@pytest.fixture
def library(visitor: Callable[..., Visit], own_app: RunningApp, videos: list[JobRecord]) -> Visit:
    return visitor(at=own_app).open("library")


def cards(visit: Visit) -> Locator:
    return visit.page.locator("article.card")


def select(visit: Visit, *texts: str) -> None:
    for text in texts:
        card = cards(visit).filter(has_text=text)
        card.hover()
        card.get_by_role("checkbox", name="Select").click()
        expect(card.get_by_role("checkbox", name="Select")).to_be_checked()
        expect(visit.page.locator(".st-key-library-picked-bar")).to_be_visible()
        visit.settle()


def search(visit: Visit, text: str) -> None:
    field = visit.page.get_by_role("searchbox").or_(visit.page.get_by_role("textbox", name="Search all texts"))
    field.first.fill(text)
    field.first.press("Enter")
    visit.settle()


def test_leafing_searching_and_the_way_back(library: Visit) -> None:
    expect(cards(library)).to_have_count(SHOWN)
    expect(cards(library).locator("img").last).to_be_visible()
    library.press("Next")
    expect(cards(library)).to_have_count(len(TEXTS) - SHOWN)
    assert "older" in library.query
    library.reload()
    expect(cards(library)).to_have_count(len(TEXTS) - SHOWN)
    search(library, "橘猫")
    expect(cards(library)).to_have_count(1)
    poster = cards(library).locator("img").first
    expect(poster).to_have_attribute("alt", re.compile("一只橘猫"))
    assert poster.evaluate("async one => { await one.decode(); return one.naturalWidth; }") == 480
    cards(library).first.click(position={"x": 90, "y": 70})  # the whole card opens
    library.page.wait_for_url("**/job?*")
    assert library.job
    library.page.go_back()
    expect(cards(library)).to_have_count(1)
    assert library.query["q"] == "橘猫"
    library.page.go_back()
    expect(cards(library)).not_to_have_count(1)


def test_filters_are_in_the_address_and_favourites_are_kept(library: Visit) -> None:
    card = cards(library).filter(has_text="take 9")
    card.hover()
    card.get_by_role("button", name="Favourite").click()
    library.settle()
    library.page.get_by_role("button", name="Filters").click()
    library.page.get_by_text("Favourites only", exact=True).click()
    expect(cards(library)).to_have_count(1)
    library.reload()
    expect(cards(library)).to_have_count(1)
    expect(library.page.get_by_role("button", name="Filters (1)")).to_be_visible()
    expect(card.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")


def test_two_as_a_zip(library: Visit, tmp_path: Path) -> None:
    select(library, "take 9", "take 8")
    link = library.page.get_by_role("link", name="Download as ZIP")
    with library.page.context.expect_event("page", timeout=30_000) as opened:
        link.click()
    kept = library.page.request.get(str(link.get_attribute("href")))
    assert opened.value
    assert "attachment" in kept.headers["content-disposition"]
    (tmp_path / "two.zip").write_bytes(kept.body())
    with zipfile.ZipFile(tmp_path / "two.zip") as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert len([name for name in names if name.endswith("/video.mp4")]) == 2
    assert len([name for name in names if name.endswith("/job.json")]) == 2


def test_comparing_two(library: Visit) -> None:
    select(library, "take 10", "take 9")
    library.page.get_by_role("link", name="Compare").click()
    library.page.wait_for_url("**/compare?*")
    library.settle()
    videos = library.page.locator(PLAYERS)
    expect(videos).to_have_count(2)
    assert [one.evaluate("video => video.muted") for one in videos.all()] == [False, True]
    library.page.get_by_role("radio", name="Sound of B").check()
    assert [one.evaluate("video => video.muted") for one in videos.all()] == [True, False]
    seek = library.page.get_by_role("slider", name="Position of both")
    expect(seek).to_have_attribute("max", re.compile("^[12]"))
    seek.fill("1")
    at = [one.evaluate("video => video.currentTime") for one in videos.all()]
    assert at == pytest.approx([1, 1], abs=0.01)
    library.page.get_by_role("button", name="One frame forward").focus()
    library.page.keyboard.press("Enter")
    at = [one.evaluate("video => video.currentTime") for one in videos.all()]
    assert at == pytest.approx([1 + 1 / 24] * 2, abs=0.01)
    library.page.get_by_role("button", name="Play both").click()
    expect(library.page.get_by_role("button", name="Play both")).to_be_visible(timeout=60_000)  # at its end
    ends = [one.evaluate("video => video.currentTime / video.duration") for one in videos.all()]
    assert ends == pytest.approx([1, 1], abs=0.05)
    library.sees("What differs")
    assert library.page.locator("table").inner_text().count("take") == 2


def test_a_part_of_the_players_video(
    visitor: Callable[..., Visit], own_app: RunningApp, videos: list[JobRecord]
) -> None:
    visit = visitor(at=own_app).open("job", id=videos[0].id)
    address = visit.watch()
    part = visit.page.request.get(address, headers={"Range": "bytes=100-199"})
    name = address.split("?")[0].rsplit("/", 1)[-1]  # a large video is played from its light copy
    size = (folder_of(own_app, videos[0]) / name).stat().st_size
    assert (part.status, len(part.body()), part.headers["content-range"]) == (206, 100, f"bytes 100-199/{size}")
    assert visit.page.request.get(address.replace("/files/", "/files/x")).status == 403


def test_several_are_deleted_at_once(library: Visit, own_app: RunningApp, videos: list[JobRecord]) -> None:
    select(library, "take 7", "take 6")
    library.press("Delete…")
    library.sees(re.compile(r"Jobs: 2\. This frees [\d.]+ [kM]B"))
    going = [job for job in videos if re.search("take [67]", job.request.text)]
    assert all(folder_of(own_app, job).is_dir() for job in going)
    library.page.mouse.move(2, 2)  # on no card when the dialog closes, which would play it while it goes
    library.button("Delete for good").press("Enter")
    library.sees(re.compile("Deleted: 2"))
    expect(cards(library).filter(has_text=re.compile("take [67]"))).to_have_count(0)
    assert not any(folder_of(own_app, job).exists() for job in going)
    expect(cards(library)).to_have_count(SHOWN)


def test_the_pointer_plays_a_card_without_sound(library: Visit) -> None:
    card = cards(library).filter(has_text="A harbour at dusk")
    search(library, "harbour")
    expect(cards(library)).to_have_count(1)
    expect(library.page.locator(PLAYERS)).to_have_count(0)
    card.hover()
    player = card.locator(PLAYERS)
    expect(player).to_have_count(1)
    playing = (
        "async one => { while (!(one.currentTime > 0)) await new Promise(go => setTimeout(go, 50)); return one.muted; }"
    )
    assert player.evaluate(playing)
    library.page.get_by_role("heading", name="Library").hover()
    expect(library.page.locator(PLAYERS)).to_have_count(0)


@pytest.mark.parametrize(("language", "dark", "wide"), [("en", False, True), ("zh_CN", True, False)])
def test_for_everybody(
    visitor: Callable[..., Visit], own_app: RunningApp, videos: list[JobRecord], language: str, dark: bool, wide: bool
) -> None:
    visit = visitor(language=language, dark=dark, wide=wide, at=own_app)
    pair = {"a": videos[0].id, "b": videos[1].id}
    for path, query in (("library", {}), ("compare", pair), ("job", {"id": videos[0].id})):
        visit.open(path, **query)
        if path == "library":
            expect(cards(visit).locator("img").first).to_be_visible()
            cards(visit).first.hover()
            cards(visit).first.get_by_role("checkbox").click()
            expect(visit.page.locator(".st-key-library-picked-bar")).to_be_visible()
            visit.settle()
        found = faults(visit.page)
        assert not found, "\n".join(found)
        assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
