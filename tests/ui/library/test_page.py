"""The library in all its states, over jobs that stand still."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from core.errors import StoreBusy
from jobs.database.tables import JobRow
from jobs.model.records import JobRecord
from jobs.store.writes import number_of
from tests.ui.still_app import button, drawn, new_job, page, primaries, words
from ui.app_context import AppContext
from ui.library import board, shelf
from ui.library import picked as picked_jobs


def library(language: str = "en", **query: str) -> AppTest:
    return page("library/library.py", language, **query)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "_SIZE", 12)


def cards(test: AppTest) -> list[dict[str, Any]]:
    """The cards as the browser gets them, siblings one after the other."""
    shelves = [one.proto for one in test.get("bidi_component") if one.proto.component_name == "mova_shelf"]
    return [card for one in shelves for group in json.loads(one.json)["groups"] for card in group]


def shown(test: AppTest) -> list[str]:
    """The ids of the jobs on the page, in their order."""
    return [card["id"] for card in cards(test)]


def several(app_context: AppContext, count: int, text: str = "A boat") -> list[JobRecord]:
    """The newest first."""
    return [new_job(app_context.service, f"{text} {number}") for number in range(count)][::-1]


def tick(test: AppTest, key: str) -> AppTest:
    test.checkbox(key=key).check()
    return drawn(test)


def picked(test: AppTest, *jobs: JobRecord) -> AppTest:
    """With these jobs selected beside those that are."""
    picked_before: dict[str, None] = {}
    if "library-picked" in test.session_state:
        picked_before = test.session_state["library-picked"]
    test.session_state["library-picked"] = picked_before | {job.id: None for job in jobs}
    return drawn(test)


@pytest.mark.parametrize(("language", "word"), [("en", "Nothing here yet."), ("zh_CN", "这里还没有内容")])
def test_without_any_job_it_says_where_to_begin(app_context: AppContext, language: str, word: str) -> None:
    test = library(language)
    assert word in words(test)
    assert len(primaries(test)) == 1


def test_one_job_is_a_card_with_a_poster(app_context: AppContext) -> None:
    job = new_job(app_context.service, "A boat *at* dusk")
    test = library()
    assert shown(test) == [job.id]
    [card] = cards(test)
    assert card["poster"].startswith("http://localhost/files/")
    assert (card["title"], card["alt"]) == ("A boat *at* dusk", "Poster: A boat *at* dusk")
    assert (card["length"], card["video"], card["href"]) == ("8.0 s", "", f"job?id={job.id}&lang=en")
    assert card["lines"][0][1].startswith("seed 7 · ")
    assert "Found: 1" in words(test)
    assert not primaries(test)


def test_twelve_a_page_and_the_way_to_the_next_and_back(app_context: AppContext) -> None:
    jobs = [job.id for job in several(app_context, 14)]
    test = library()
    assert shown(test) == jobs[:12]
    assert test.button(key="library-chevron_left").disabled
    button(test, "library-chevron_right")
    assert shown(test) == jobs[12:]
    assert test.query_params["older"]
    assert test.button(key="library-chevron_right").disabled
    button(test, "library-chevron_left")
    assert shown(test) == jobs[:12]


def test_the_oldest_first(app_context: AppContext) -> None:
    jobs = [job.id for job in several(app_context, 14)][::-1]
    test = library()
    test.selectbox(key="library-oldest").select(True)
    drawn(test)
    assert test.query_params["sort"] == "oldest"
    assert shown(test) == jobs[:12]
    button(test, "library-chevron_right")
    assert shown(test) == jobs[12:]
    button(test, "library-chevron_left")
    assert shown(test) == jobs[:12]


def test_siblings_that_differ_by_their_seed_stand_together(app_context: AppContext) -> None:
    first, other = several(app_context, 2)[::-1]
    siblings = [app_context.service.copies.duplicate(first.id, seed=seed) for seed in (11, 12)]
    again = app_context.service.copies.duplicate(siblings[0].id, seed=13)
    found = [[job.id for job in family] for family in shelf.families(app_context.service.library.page().jobs)]
    assert found == [[again.id, siblings[1].id, siblings[0].id, first.id], [other.id]]


def test_a_month_is_jumped_to(app_context: AppContext) -> None:
    jobs = several(app_context, 13)
    moved = {
        job.id: datetime(2026, month, 5, tzinfo=UTC) for job, month in zip(jobs[::-1], [3] * 6 + [7] * 7, strict=True)
    }
    with app_context.worker.store.database.write() as session:
        for place, (job_id, created) in enumerate(moved.items()):
            values = {"created": created, "number": number_of(created) + place}
            session.execute(update(JobRow).where(JobRow.id == job_id).values(values))
    test = library()
    month = test.selectbox(key="library-month")
    assert (month.options, month.index) == (["July 2026", "March 2026"], 0)
    month.select_index(1)
    test = drawn(test)
    assert shown(test) == [job.id for job in jobs[7:]]
    assert test.selectbox(key="library-month").index == 1


@pytest.mark.parametrize("asked", [None, {"act": "pick", "id": "x", "on": True}, {"act": "delete", "id": "x"}])
def test_what_is_no_act_does_nothing(app_context: AppContext, asked: object) -> None:
    shelf.take(asked)
    assert not picked_jobs.any_picked()


@pytest.mark.parametrize(("query", "found"), [("橘猫", [0]), ("rain", [1]), ("ra", []), ("雨", [0])])
def test_searching_in_all_texts(app_context: AppContext, query: str, found: list[int]) -> None:
    jobs = [new_job(app_context.service, text) for text in ("一只橘猫在雨中", "A rainy harbour")]
    test = library()
    test.text_input(key="library-text").input(query)
    drawn(test)
    assert test.query_params["q"] == query
    assert shown(test) == [jobs[place].id for place in found]


def test_the_address_says_what_is_shown(app_context: AppContext) -> None:
    boat, cat = new_job(app_context.service, "A boat"), new_job(app_context.service, "A cat", mode="full")
    found = {"look": ("flat_colour",), "heard": "not_said"}
    app_context.worker.store.jobs.update(cat.id, favourite=True, server="a", **found)  # type: ignore[arg-type]
    app_context.worker.store.jobs.move_to(boat.id, "cancelled")
    asked = [
        ({"mode": "full"}, cat),
        ({"favourites": "1"}, cat),
        ({"server": "a"}, cat),
        ({"looks": "failed"}, cat),
        ({"line": "not-said"}, cat),
        ({"state": "cancelled"}, boat),
    ]
    asked += [({"q": "boat", "size": "640x352", "from": "2026-01-01", "to": "2999-01-01"}, boat)]
    for query, job in asked:
        assert shown(library(**query)) == [job.id], query
    for query in ({"size": "1280x720"}, {"to": "2026-01-01"}, {"server": "b"}):
        test = library(**query)
        assert shown(test) == []
        assert "Nothing matches" in words(test)
        assert primaries(test) == ["Show everything"]
        assert len(shown(button(test, "library-all"))) == 2
    nonsense = library(state="gone", mode="?", **{"from": "yesterday", "older": "x", "sort": "?"})
    assert len(shown(nonsense)) == 2


def test_filters_by_hand(app_context: AppContext) -> None:
    boat, cat = new_job(app_context.service, "A boat"), new_job(app_context.service, "A cat", mode="full")
    test = library()
    test.selectbox(key="library-mode").select("full")
    assert shown(drawn(test)) == [cat.id]
    test.selectbox(key="library-mode").select(None)
    shelf.take({"act": "favourite", "id": boat.id, "on": True})
    assert shown(tick(test, "library-favourites")) == [boat.id]
    assert app_context.service.get(boat.id).favourite
    assert shown(button(test, "library-clear")) == [cat.id, boat.id]


def test_a_cursor_past_the_end_shows_the_first_page(app_context: AppContext) -> None:
    [job] = several(app_context, 1)
    assert shown(library(older="1")) == [job.id]


def test_others_jobs_are_not_there(app_context: AppContext) -> None:
    mine, other = several(app_context, 2)
    _give_to_another(app_context, other)
    assert shown(library()) == [mine.id]


def _give_to_another(app_context: AppContext, job: JobRecord) -> None:
    with app_context.worker.store.database.write() as session:
        session.execute(update(JobRow).where(JobRow.id == job.id).values(owner="somebody else"))


def test_picking_goes_over_pages_and_deleting_says_what_comes_free(app_context: AppContext) -> None:
    jobs = several(app_context, 13)
    test = picked(library(), jobs[0])
    button(test, "library-chevron_right")
    picked(test, jobs[12])
    assert [card["picked"] for card in cards(test)] == [True]
    assert "Selected: 2" in words(test)
    freed = sum(app_context.service.files.weigh(job.id) for job in (jobs[0], jobs[12]))
    button(test, "picked-delete")
    assert f"Jobs: 2. This frees {freed / 1e3:.1f} kB on the disk" in words(test)
    folder = app_context.service.files.folder(jobs[0].id)
    button(test, "picked-really")
    assert "Deleted: 2" in words(test)
    assert not folder.exists()
    assert shown(test) == [job.id for job in jobs[1:12]]


def test_what_is_worked_on_is_not_deleted(app_context: AppContext) -> None:
    still, moving = several(app_context, 2)
    app_context.worker.store.jobs.move_to(moving.id, "preparing")
    test = picked(library(), still, moving)
    button(test, "picked-delete")
    assert "Still in progress, so not deleted: 1." in words(test)
    button(test, "picked-really")
    assert shown(test) == [moving.id]


def test_keeping_after_all(app_context: AppContext) -> None:
    [job] = several(app_context, 1)
    test = button(picked(library(), job), "picked-delete")
    button(test, "picked-keep")
    assert "Delete for good" not in [one.label for one in test.button]
    button(test, "picked-favour")
    assert app_context.service.get(job.id).favourite
    assert "Selected" not in words(button(test, "picked-clear"))


def test_a_preview_says_so(app_context: AppContext) -> None:
    [job] = several(app_context, 1)
    app_context.worker.store.jobs.update(job.id, is_preview=True)
    [card] = cards(library())
    assert ["facts", "Preview, not MOVA"] in card["lines"]


def test_a_database_that_is_busy_is_said(app_context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_arguments: object, **_options: object) -> None:
        raise StoreBusy(store="jobs.db")

    monkeypatch.setattr(app_context.worker.store.pages, "page", busy)
    test = library()
    assert test.error


def test_a_picked_job_that_is_gone_is_forgotten(app_context: AppContext) -> None:
    [job] = several(app_context, 1)
    test = picked(library(), job)
    app_context.service.delete(job.id)
    assert "Selected" not in words(drawn(test))
