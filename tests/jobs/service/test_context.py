"""Whose jobs a service shows and touches: every act is tried with somebody else's job, also one added later."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from core.errors import NotAllowed, NothingToExtend, NothingToReuse, PictureError, UnknownJob
from jobs.model.people import LOCAL, SHARED, Person
from jobs.model.records import JobFilter, JobRecord
from jobs.model.request import QueueKey
from jobs.service.api_keys import ApiKeyService
from jobs.service.context import ServiceContext
from jobs.service.copies import CopyService
from jobs.service.cuts import CutService
from jobs.service.files import JobFiles
from jobs.service.film_assembly import FilmAssembly
from jobs.service.film_files import FilmFiles
from jobs.service.film_orders import FilmOrders
from jobs.service.film_sheet import FilmSheets
from jobs.service.films import FilmService
from jobs.service.forms import FormService
from jobs.service.hand_over import HandOver
from jobs.service.library import JobLibrary
from jobs.service.plans import PlanService
from jobs.service.queue import QueueService
from jobs.service.service import JobService
from jobs.service.shots import ShotService
from jobs.service.steps import StepService
from jobs.service.videos import FinishedVideos
from jobs.service.webhooks import WebhookService
from jobs.store.store import Store
from media.crop import CropChoice
from tests.jobs.load.workers import service_at, settings_of, white_order

REPO = Path(__file__).resolve().parents[3]
ANN, BOB = Person(name="ann@example.org"), Person(name="bob@example.org")
ADMIN = Person(name="root@example.org", is_admin=True)
# What the walk passes for each parameter beside the job.
GIVEN: dict[str, Any] = {
    "name": "video.mp4",
    "step": "image_prompt",
    "text": "mine now",
    "picture": b"",
    "version": 1,
    "direction": "top",
    "every": 0.01,
    "on_frame": lambda _done, _all: None,
    "seeds": [3],
    "server": None,
    "favourite": True,
    "keep": True,
    "order": white_order(),
    "film_id": "none",
    "crop": CropChoice(mode="bars"),
}
# Acts on no job in particular; what they give away is looked at below.
WITHOUT_A_JOB = {
    *("of", "create", "files.housekeeping", "plans.of_order", "plans.ends_of"),
    *("steps.with_keys_of_others", "videos.film", "videos.joined"),
    *(f"films.{name}" for name in ("all", "get", "page", "save", "add_picture", "shots")),
    *(f"films.{name}" for name in ("count", "overviews", "revisions", "draw_card", "export_cards", "has_picture")),
    *(f"films.{name}" for name in ("delete", "jobs_of", "picture", "remove_joined")),
    *(f"shots.{name}" for name in ("make_frames", "remake_frame", "render", "request", "reword_frame")),
    *(f"assembly.{name}" for name in ("clips", "heard", "join", "subtitles", "trimmed")),
    *(f"cuts.{name}" for name in ("change", "choose_take", "join", "joined", "may_have_more", "more_takes", "of")),
    *(f"film_orders.{name}" for name in ("go_on", "make_frames", "render", "waiting")),
    *(f"cuts.{name}" for name in ("begin_join", "file", "joining")),
    *("film_files.offer", "film_files.take_in", "hand_over.files", "sheets.of"),
    *("plans.render_of_request", "plans.steps_of_several", "videos.cut", "videos.level_copy"),
    "plans.reference_refusals",
    *("forms.kept", "forms.keep", "forms.clear"),
    *(f"api_keys.{name}" for name in ("create", "all", "revoke", "of_program", "made_by")),
    *(f"webhooks.{name}" for name in ("add", "all", "change", "end_earlier_secret", "get", "has_message", "log")),
    *(f"webhooks.{name}" for name in ("pause", "remove", "renew_secret", "resume", "send_again", "send_test")),
    *(f"queue.{name}" for name in ("view", "pace", "pause", "place", "resume", "is_paused")),
    *(f"library.{name}" for name in ("page", "made_before", "count", "months", "states_of", "batch_rows")),
}
# Acts that refuse no id: what is not this person's is answered as what is not there.
OF_ANY_ID = {"known", "films.of_job", "library.cursor_after", "videos.size"}
PARTS: dict[str, type] = {
    "": JobService,
    "copies.": CopyService,
    "steps.": StepService,
    "queue.": QueueService,
    "library.": JobLibrary,
    "files.": JobFiles,
    "videos.": FinishedVideos,
    "plans.": PlanService,
    "films.": FilmService,
    "shots.": ShotService,
    "assembly.": FilmAssembly,
    "cuts.": CutService,
    "film_files.": FilmFiles,
    "film_orders.": FilmOrders,
    "hand_over.": HandOver,
    "sheets.": FilmSheets,
    "forms.": FormService,
    "api_keys.": ApiKeyService,
    "webhooks.": WebhookService,
}


@dataclass
class People:
    service: JobService
    store: Store
    foreign: JobRecord

    @property
    def bobs(self) -> JobService:
        return self.service.of(BOB)


@contextmanager
def people_at(folder: Path) -> Iterator[People]:
    """A job of Ann's that waits in the line."""
    with service_at(settings_of({"OUTPUT_DIR": str(folder)})) as (service, store):
        job = service.of(ANN).create(white_order(text="a secret harbour"))
        assert service.of(ANN).approve(job.id)
        yield People(service, store, service.get(job.id))


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    with people_at(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def same_people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """For acts that must change nothing of the job."""
    with people_at(tmp_path_factory.mktemp("people")) as made:
        yield made


def acts() -> dict[str, inspect.Signature]:
    return {
        f"{part}{name}": inspect.signature(act)
        for part, kind in PARTS.items()
        for name, act in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
    } | {name: inspect.signature(getattr(ServiceContext, name)) for name in ("get", "known")}


def call(service: JobService, name: str, job_id: str, job: JobRecord) -> object:
    """Call an act; a parameter that this test does not know has to be told to it above."""
    given = GIVEN | {"job_id": job_id, "job": job}
    parameters = list(acts()[name].parameters.values())[1:]
    needed = [one for one in parameters if one.default is one.empty or one.name in given]
    act = attrgetter(name)(service)
    result = act(**{one.name: given[one.name] for one in needed if one.kind is not one.VAR_KEYWORD})
    return next(iter(result)) if inspect.isgenerator(result) else result


def about_a_job() -> list[str]:
    found = [name for name, signature in acts().items() if {"job_id", "job"} & set(signature.parameters)]
    return [name for name in found if name not in WITHOUT_A_JOB]


def test_every_act_is_walked() -> None:
    assert set(acts()) - set(about_a_job()) == WITHOUT_A_JOB


def test_every_part_of_the_service_is_walked(people: People) -> None:
    parts = {name for name, part in vars(people.service).items() if not name.startswith("_") and not callable(part)}
    assert {f"{name}." for name in parts - {"person"}} == set(PARTS) - {""}


@pytest.mark.parametrize("name", about_a_job())
def test_a_job_of_somebody_else_is_no_different_from_one_that_is_not_there(same_people: People, name: str) -> None:
    people = same_people
    before = (
        people.foreign,
        people.store.steps.of(people.foreign.id),
        sorted(people.service.files.folder(people.foreign.id).iterdir()),
    )
    if name in OF_ANY_ID:
        of_the_same_second = f"{people.foreign.id[:-6]}aaaaaa"
        foreign_answer, missing_answer = (
            call(people.bobs, name, job_id, people.foreign) for job_id in (people.foreign.id, of_the_same_second)
        )
        assert foreign_answer == missing_answer
        return
    with pytest.raises(UnknownJob) as foreign:
        call(people.bobs, name, people.foreign.id, people.foreign)
    if "job_id" in acts()[name].parameters:
        absent = "20260101-000000-aaaaaa"
        with pytest.raises(UnknownJob) as missing:
            call(people.bobs, name, absent, people.foreign)
        assert str(missing.value).replace(absent, people.foreign.id) == str(foreign.value)
    folder = sorted(people.service.files.folder(people.foreign.id).iterdir())
    assert (
        people.service.get(people.foreign.id),
        people.store.steps.of(people.foreign.id),
        folder,
    ) == before


@pytest.mark.parametrize("name", about_a_job())
def test_the_owner_and_an_administrator_get_at_it(same_people: People, name: str) -> None:
    """The walk would pass where every act refused everybody."""
    people = same_people
    for person in (ANN, ADMIN):
        job = people.service.of(ANN).create(white_order(text="a secret harbour"))
        with suppress(PictureError, NothingToExtend, NothingToReuse):
            call(people.service.of(person), name, job.id, job)


def test_what_is_created_belongs_to_the_person_whoever_the_order_names(people: People) -> None:
    mine = people.bobs.create(white_order("ann@example.org"))
    assert mine.owner == BOB.name
    assert people.service.of(ADMIN).create(white_order(owner=None)).owner == ADMIN.name
    assert people.service.of(ADMIN).copies.duplicate(people.foreign.id).owner == ANN.name
    assert people.service.create(white_order("carol")).owner == "carol"


def test_an_id_of_somebody_elses_job_is_not_taken_again(people: People) -> None:
    before = people.service.files.record(people.foreign.id)
    with pytest.raises(UnknownJob):
        people.bobs.create(white_order(id=people.foreign.id))
    assert people.service.files.record(people.foreign.id) == before


def test_a_job_cannot_be_hung_under_somebody_elses(people: People) -> None:
    with pytest.raises(UnknownJob):
        people.bobs.create(white_order(parent=people.foreign.id))


def test_lists_hold_ones_own_jobs_only(people: People) -> None:
    mine = people.bobs.create(white_order(text="my own mountain"))
    for service, seen in ((people.bobs, {mine.id}), (people.service.of(ADMIN), {mine.id, people.foreign.id})):
        assert {job.id for job in service.library.page(size=10).jobs} == seen
        assert {job.id for job in service.library.page().jobs} == seen
        assert service.library.count() == len(seen)
    theirs = JobFilter(owner=ANN.name)
    assert people.bobs.library.page(theirs).jobs == people.bobs.library.page().jobs
    assert people.bobs.library.page(JobFilter(text="secret")).jobs == ()
    assert people.bobs.library.count(JobFilter(text="secret")) == 0


def test_how_rows_of_others_ended_is_not_told(people: People) -> None:
    row = people.service.of(ANN).create(white_order(id="batch-00000000000000-000000"))
    assert people.service.of(ANN).cancel(row.id)
    people.service.delete(row.id)
    assert people.bobs.library.batch_rows([row.id]) == {}
    for service in (people.service, people.service.of(ANN), people.service.of(ADMIN)):
        assert service.library.batch_rows([row.id])[row.id].state == "cancelled"


def test_others_count_in_the_line_and_nothing_of_them_is_told(people: People) -> None:
    mine = people.bobs.create(white_order(text="my own mountain"))
    people.bobs.approve(mine.id)
    view, place = people.bobs.queue.view(), people.bobs.queue.progress(mine.id).place
    assert place is not None
    assert (place.position, place.of) == (2, 2)
    assert people.bobs.plans.of_order(white_order()).render.ahead == 2
    assert [one.job.id for one in view.queued] == [mine.id]
    assert view.counts["queued"] == 1
    told = repr((view, people.bobs.queue.progress(mine.id), people.bobs.plans.of_order(white_order())))
    assert not re.search(f"{people.foreign.id}|secret|{ANN.name}", told)


def test_one_can_move_only_among_ones_own(people: People) -> None:
    ids = [people.bobs.create(white_order()).id for _ in range(2)]
    for job_id in ids:
        people.bobs.approve(job_id)
    assert people.bobs.queue.move(ids[1], "top")
    assert [one.job.id for one in people.bobs.queue.view().queued] == ids[::-1]
    assert [(one.first, one.last) for one in people.bobs.queue.view().queued] == [(True, False), (False, True)]
    everything = {one.job.id: (one.first, one.last) for one in people.service.of(ADMIN).queue.view().queued}
    assert everything == {people.foreign.id: (True, True), ids[1]: (True, False), ids[0]: (False, True)}


def test_only_administrators_stop_sending_for_everybody(people: People) -> None:
    for act in (people.bobs.queue.pause, people.bobs.queue.resume):
        with pytest.raises(NotAllowed):
            act()
    for person in (ADMIN, SHARED):  # the shared one is there only where there is no login
        people.service.of(person).queue.pause()
        assert people.bobs.queue.is_paused(QueueKey("mova-360p"))
        people.service.of(person).queue.resume()
        assert not people.bobs.queue.is_paused(QueueKey("mova-360p"))


def test_without_a_login_the_shared_space_is_the_command_lines(people: People) -> None:
    mine = people.service.create(white_order(LOCAL))
    assert [job.id for job in people.service.of(SHARED).library.page(size=10).jobs] == [mine.id]


def test_pages_reach_jobs_through_the_visitors_service_only() -> None:
    """One function gives a page its service; the store and the service of everybody are not to be had beside it."""
    around = re.compile(
        r"\bapp_context\(\)\.service\b|\bworker\.(store|service|folders)\b|\bEVERYBODY\b|\bopen_store\b"
    )
    allowed = {"session.py", "files.py", "app_context.py"}
    for path in [*(REPO / "ui").rglob("*.py"), REPO / "app.py"]:
        if path.name not in allowed:
            assert not around.search(path.read_text()), path
