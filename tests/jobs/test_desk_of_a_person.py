"""Whose jobs a desk shows and touches: every act is walked with somebody else's job, also one that is added later."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from errors import NotAllowed, NothingToExtend, PictureError, UnknownJob
from jobs.desk import Desk
from jobs.people import LOCAL, SHARED, Person
from jobs.records import JobFilter, JobRecord
from jobs.store import Store
from jobs.wish import Wish
from media.crop import CropChoice
from tests.jobs.load.workers import SMALL, desk_at, settings_of, white_order

REPO = Path(__file__).resolve().parents[2]
ANN, BOB = Person(name="ann@example.org"), Person(name="bob@example.org")
ADMIN = Person(name="root@example.org", is_admin=True)
# What the walk passes for each parameter beside the job.
GIVEN: dict[str, Any] = {
    "wish": Wish(text="mine now"),
    "render": SMALL,
    "line": "mova-360p",
    "step": "image_prompt",
    "text": "mine now",
    "picture": b"",
    "version": 1,
    "direction": "top",
    "every": 0.01,
    "on_frame": lambda _done, _all: None,
    "seeds": [3],
    "favourite": True,
    "crop": CropChoice(mode="bars"),
}
# Acts on no job in particular; what they give away is looked at below.
WITHOUT_A_JOB = {
    *("of", "create", "pause", "resume", "is_paused", "outlook"),
    *("newest", "page", "numbered", "count", "queue", "queue_pace", "states_of", "film", "housekeeping"),
}


@dataclass
class Home:
    desk: Desk
    store: Store
    foreign: JobRecord

    @property
    def bobs(self) -> Desk:
        return self.desk.of(BOB)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A job of Ann's that waits in the line."""
    with desk_at(settings_of({"OUTPUT_DIR": str(tmp_path)})) as (desk, store):
        job = desk.of(ANN).create(white_order(text="a secret harbour"))
        assert desk.of(ANN).approve(job.id)
        yield Home(desk, store, desk.get(job.id))


def acts() -> dict[str, inspect.Signature]:
    functions = inspect.getmembers(Desk, inspect.isfunction)
    return {name: inspect.signature(act) for name, act in functions if not name.startswith("_")}


def call(desk: Desk, name: str, job_id: str, job: JobRecord) -> object:
    """Call an act; a parameter that this test does not know has to be told to it above."""
    given = GIVEN | {"job_id": job_id, "job": job}
    parameters = list(acts()[name].parameters.values())[1:]
    needed = [one for one in parameters if one.default is one.empty or one.name in given]
    result = getattr(desk, name)(**{one.name: given[one.name] for one in needed})
    return next(iter(result)) if inspect.isgenerator(result) else result


def about_a_job() -> list[str]:
    return [name for name, signature in acts().items() if {"job_id", "job"} & set(signature.parameters)]


def test_every_act_is_walked() -> None:
    assert set(acts()) - set(about_a_job()) == WITHOUT_A_JOB


@pytest.mark.parametrize("name", about_a_job())
def test_a_job_of_somebody_else_is_no_different_from_one_that_is_not_there(home: Home, name: str) -> None:
    before = (home.foreign, home.store.steps.of(home.foreign.id), sorted(home.desk.folder(home.foreign.id).iterdir()))
    if name == "known":
        assert home.bobs.known(home.foreign.id) is None
        assert home.bobs.known("20260101-000000-aaaaaa") is None
        return
    with pytest.raises(UnknownJob) as foreign:
        call(home.bobs, name, home.foreign.id, home.foreign)
    if "job_id" in acts()[name].parameters:
        absent = "20260101-000000-aaaaaa"
        with pytest.raises(UnknownJob) as missing:
            call(home.bobs, name, absent, home.foreign)
        assert str(missing.value).replace(absent, home.foreign.id) == str(foreign.value)
    folder = sorted(home.desk.folder(home.foreign.id).iterdir())
    assert (home.desk.get(home.foreign.id), home.store.steps.of(home.foreign.id), folder) == before


@pytest.mark.parametrize("name", about_a_job())
def test_the_owner_and_an_administrator_get_at_it(home: Home, name: str) -> None:
    """The walk would pass where every act refused everybody."""
    for person in (ANN, ADMIN):
        job = home.desk.of(ANN).create(white_order(text="a secret harbour"))
        with suppress(PictureError, NothingToExtend):  # no picture is in the bytes that are given, no video is there
            call(home.desk.of(person), name, job.id, job)


def test_what_is_created_belongs_to_the_person_whoever_the_order_names(home: Home) -> None:
    mine = home.bobs.create(white_order("ann@example.org"))
    assert mine.owner == BOB.name
    assert home.desk.of(ADMIN).create(white_order(owner=None)).owner == ADMIN.name
    assert home.desk.of(ADMIN).duplicate(home.foreign.id).owner == ANN.name
    assert home.desk.create(white_order("carol")).owner == "carol"


def test_an_id_of_somebody_elses_job_is_not_taken_again(home: Home) -> None:
    before = home.desk.record(home.foreign.id)
    with pytest.raises(UnknownJob):
        home.bobs.create(white_order(id=home.foreign.id))
    assert home.desk.record(home.foreign.id) == before


def test_a_job_cannot_be_hung_under_somebody_elses(home: Home) -> None:
    with pytest.raises(UnknownJob):
        home.bobs.create(white_order(parent=home.foreign.id))


def test_lists_hold_ones_own_jobs_only(home: Home) -> None:
    mine = home.bobs.create(white_order(text="my own mountain"))
    for desk, seen in ((home.bobs, {mine.id}), (home.desk.of(ADMIN), {mine.id, home.foreign.id})):
        assert {job.id for job in desk.newest(10)} == seen
        assert {job.id for job in desk.page().jobs} == seen
        assert {job.id for job in desk.numbered(1).jobs} == seen
        assert desk.count() == len(seen)
    theirs = JobFilter(owner=ANN.name)
    assert home.bobs.page(theirs).jobs == home.bobs.page().jobs
    assert home.bobs.page(JobFilter(text="secret")).jobs == ()
    assert home.bobs.count(JobFilter(text="secret")) == 0


def test_others_count_in_the_line_and_nothing_of_them_is_told(home: Home) -> None:
    mine = home.bobs.create(white_order(text="my own mountain"))
    home.bobs.approve(mine.id)
    view, place = home.bobs.queue(), home.bobs.progress(mine.id).place
    assert place is not None
    assert (place.position, place.of) == (2, 2)
    assert home.bobs.outlook("mova-360p", SMALL).ahead == 2
    assert [one.job.id for one in view.line] == [mine.id]
    assert view.counts["queued"] == 1
    told = repr((view, home.bobs.progress(mine.id), home.bobs.outlook("mova-360p", SMALL)))
    assert not re.search(f"{home.foreign.id}|secret|{ANN.name}", told)


def test_one_can_move_only_among_ones_own(home: Home) -> None:
    ids = [home.bobs.create(white_order()).id for _ in range(2)]
    for job_id in ids:
        home.bobs.approve(job_id)
    assert home.bobs.move(ids[1], "top")
    assert [one.job.id for one in home.bobs.queue().line] == ids[::-1]
    assert [(one.first, one.last) for one in home.bobs.queue().line] == [(True, False), (False, True)]
    everything = {one.job.id: (one.first, one.last) for one in home.desk.of(ADMIN).queue().line}
    assert everything == {home.foreign.id: (True, True), ids[1]: (True, False), ids[0]: (False, True)}


def test_only_administrators_stop_sending_for_everybody(home: Home) -> None:
    for act in (home.bobs.pause, home.bobs.resume):
        with pytest.raises(NotAllowed):
            act()
    for person in (ADMIN, SHARED):  # the shared one is there only where there is no login
        home.desk.of(person).pause()
        assert home.bobs.is_paused("mova-360p")
        home.desk.of(person).resume()
        assert not home.bobs.is_paused("mova-360p")


def test_without_a_login_the_shared_space_is_the_command_lines(home: Home) -> None:
    mine = home.desk.create(white_order(LOCAL))
    assert [job.id for job in home.desk.of(SHARED).newest(10)] == [mine.id]


def test_pages_reach_jobs_through_the_visitors_desk_only() -> None:
    """One function gives a page its desk; the store and the desk of all are not to be had beside it."""
    around = re.compile(r"\boffice\(\)\.desk\b|\bworker\.(store|desk|folders)\b|\bEVERYBODY\b|\bopen_store\b")
    allowed = {"session.py", "files.py", "office.py"}
    for path in [*(REPO / "ui").rglob("*.py"), REPO / "app.py"]:
        if path.name not in allowed:
            assert not around.search(path.read_text()), path
