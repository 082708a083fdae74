"""The library in all its states, over jobs that stand still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from errors import StoreBusy
from jobs.records import JobRecord
from jobs.tables import JobRow
from tests.ui.still_office import button, drawn, new_job, page, primaries, still_office, words
from ui.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    with still_office() as opened:
        yield opened


def library(language: str = "en", **query: str) -> AppTest:
    test = page("library.py", language)
    for name, value in query.items():
        test.query_params[name] = value
    return drawn(test)


def shown(test: AppTest) -> list[str]:
    """The ids of the jobs on the page, in their order."""
    return [str(one.key).removeprefix("pick-") for one in test.checkbox if str(one.key).startswith("pick-")]


def several(office: Office, count: int, text: str = "A boat") -> list[JobRecord]:
    """The newest first."""
    return [new_job(office.desk, f"{text} {number}") for number in range(count)][::-1]


def tick(test: AppTest, key: str) -> AppTest:
    test.checkbox(key=key).check()
    return drawn(test)


@pytest.mark.parametrize(("language", "word"), [("en", "Nothing here yet."), ("zh_CN", "这里还没有内容")])
def test_without_any_job_it_says_where_to_begin(office: Office, language: str, word: str) -> None:
    test = library(language)
    assert word in words(test)
    assert len(primaries(test)) == 1


def test_one_job_is_a_card_with_a_poster(office: Office) -> None:
    job = new_job(office.desk, "A boat *at* dusk")
    test = library()
    assert shown(test) == [job.id]
    [poster] = test.image
    assert poster.proto.imgs[0].url.startswith("http://localhost/files/")
    assert poster.proto.imgs[0].alt == "Poster: A boat *at* dusk"
    assert "640x352 · 8.0 s · " in words(test)
    assert "Found: 1" in words(test)
    assert not primaries(test)


def test_twelve_a_page_and_the_way_to_the_next_and_back(office: Office) -> None:
    jobs = [job.id for job in several(office, 14)]
    test = library()
    assert shown(test) == jobs[:12]
    assert test.button(key="library-chevron_left").disabled
    button(test, "library-chevron_right")
    assert shown(test) == jobs[12:]
    assert test.query_params["older"]
    assert test.button(key="library-chevron_right").disabled
    button(test, "library-chevron_left")
    assert shown(test) == jobs[:12]


def test_the_oldest_first(office: Office) -> None:
    jobs = [job.id for job in several(office, 14)][::-1]
    test = library()
    test.selectbox(key="library-oldest").select(True)
    drawn(test)
    assert test.query_params["sort"] == "oldest"
    assert shown(test) == jobs[:12]
    button(test, "library-chevron_right")
    assert shown(test) == jobs[12:]
    button(test, "library-chevron_left")
    assert shown(test) == jobs[:12]


@pytest.mark.parametrize(("query", "found"), [("橘猫", [0]), ("rain", [1]), ("ra", []), ("雨", [0])])
def test_searching_in_all_texts(office: Office, query: str, found: list[int]) -> None:
    jobs = [new_job(office.desk, text) for text in ("一只橘猫在雨中", "A rainy harbour")]
    test = library()
    test.text_input(key="library-text").input(query)
    drawn(test)
    assert test.query_params["q"] == query
    assert shown(test) == [jobs[place].id for place in found]


def test_the_address_says_what_is_shown(office: Office) -> None:
    boat, cat = new_job(office.desk, "A boat"), new_job(office.desk, "A cat", mode="full")
    office.worker.store.jobs.update(cat.id, favourite=True, server="a", look=("flat_colour",))
    office.worker.store.jobs.move_to(boat.id, "cancelled")
    asked = [
        ({"mode": "full"}, cat),
        ({"favourites": "1"}, cat),
        ({"server": "a"}, cat),
        ({"looks": "failed"}, cat),
        ({"state": "cancelled"}, boat),
    ]
    asked += [({"q": "boat", "size": "640x352", "from": "2026-01-01", "to": "2999-01-01"}, boat)]
    for query, job in asked:
        assert shown(library(**query)) == [job.id], query
    for query in ({"size": "1280x720"}, {"to": "2026-01-01"}, {"server": "b"}):
        test = library(**query)
        assert shown(test) == []
        assert "Nothing fits" in words(test)
        assert primaries(test) == ["Show everything"]
        assert len(shown(button(test, "library-all"))) == 2
    nonsense = library(state="gone", mode="?", **{"from": "yesterday", "older": "x", "sort": "?"})
    assert len(shown(nonsense)) == 2


def test_filters_by_hand(office: Office) -> None:
    boat, cat = new_job(office.desk, "A boat"), new_job(office.desk, "A cat", mode="full")
    test = library()
    test.selectbox(key="library-mode").select("full")
    assert shown(drawn(test)) == [cat.id]
    test.selectbox(key="library-mode").select(None)
    tick(drawn(test), f"favourite-{boat.id}")
    assert shown(tick(test, "library-favourites")) == [boat.id]
    assert office.desk.get(boat.id).favourite
    assert shown(button(test, "library-clear")) == [cat.id, boat.id]


def test_a_cursor_past_the_end_shows_the_first_page(office: Office) -> None:
    [job] = several(office, 1)
    assert shown(library(older="1")) == [job.id]


def test_others_jobs_are_not_there(office: Office) -> None:
    mine, other = several(office, 2)
    _give_to_another(office, other)
    assert shown(library()) == [mine.id]


def _give_to_another(office: Office, job: JobRecord) -> None:
    with office.worker.store.database.write() as session:
        session.execute(update(JobRow).where(JobRow.id == job.id).values(owner="somebody else"))


def test_picking_goes_over_pages_and_deleting_says_what_comes_free(office: Office) -> None:
    jobs = several(office, 13)
    test = tick(library(), f"pick-{jobs[0].id}")
    button(test, "library-chevron_right")
    tick(test, f"pick-{jobs[12].id}")
    assert "Selected: 2" in words(test)
    freed = sum(office.desk.weigh(job.id) for job in (jobs[0], jobs[12]))
    button(test, "picked-delete")
    assert f"Jobs: 2. {freed / 1e3:.1f} kB come free" in words(test)
    folder = office.desk.folder(jobs[0].id)
    button(test, "picked-really")
    assert "Deleted: 2" in words(test)
    assert not folder.exists()
    assert shown(test) == [job.id for job in jobs[1:12]]


def test_what_is_worked_on_is_not_deleted(office: Office) -> None:
    still, moving = several(office, 2)
    office.worker.store.jobs.move_to(moving.id, "preparing")
    test = tick(tick(library(), f"pick-{still.id}"), f"pick-{moving.id}")
    button(test, "picked-delete")
    assert "Still being worked on, so not deleted: 1." in words(test)
    button(test, "picked-really")
    assert shown(test) == [moving.id]


def test_keeping_after_all(office: Office) -> None:
    [job] = several(office, 1)
    test = button(tick(library(), f"pick-{job.id}"), "picked-delete")
    button(test, "picked-keep")
    assert "Delete for good" not in [one.label for one in test.button]
    button(test, "picked-favour")
    assert office.desk.get(job.id).favourite
    assert "Selected" not in words(button(test, "picked-clear"))


def test_a_preview_says_so(office: Office) -> None:
    [job] = several(office, 1)
    office.worker.store.jobs.update(job.id, preview=True)
    assert "Preview, not MOVA" in words(library())


def test_a_database_that_is_busy_is_said(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_arguments: object, **_options: object) -> None:
        raise StoreBusy(store="jobs.db")

    monkeypatch.setattr(office.worker.store.pages, "page", busy)
    test = library()
    assert test.error


def test_a_picked_job_that_is_gone_is_forgotten(office: Office) -> None:
    [job] = several(office, 1)
    test = tick(library(), f"pick-{job.id}")
    office.desk.delete(job.id)
    assert "Selected" not in words(drawn(test))
