"""One press makes a film's frames and its takes in their order, also where the app is killed right after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from film.document import Film
from film.edits import with_join
from jobs.service.service import JobService
from tests.browser.conftest import servers_of
from tests.browser.running_app import RunningApp
from tests.browser.stand_in import StandIn
from tests.browser.test_film_cards import BOTH, beside, drawn, seen
from tests.browser.visit import Visit
from tests.film.samples import changed
from tests.providers.fake_services import FakeServices
from tests.waiting import until

FILM = with_join(Film.model_validate(changed(BOTH, {"shot_before": True, "id": "in-order"})), "s3", "continue")


@pytest.fixture
def services() -> Iterator[FakeServices]:
    with FakeServices() as fake:
        fake.script("gemini.image", drawn)
        fake.script("gemini.vision", seen)
        yield fake


@pytest.fixture
def killed_app(
    tmp_path_factory: pytest.TempPathFactory, services: FakeServices, server: StandIn
) -> Iterator[RunningApp]:
    """An app with a server and Gemini's key, to be killed."""
    folder = tmp_path_factory.mktemp("orders")
    with RunningApp(folder, SGLANG_SERVERS=servers_of(server), **services.environment("gemini")) as running:
        yield running


def killed(visit: Visit, app: RunningApp) -> None:
    """The page is left before: one that is still loading would tell of what it did not get."""
    visit.page.goto("about:blank")
    app.kill()
    app.start()


def test_one_press_each_and_a_kill_loses_nothing(
    visitor: Callable[..., Visit], killed_app: RunningApp, services: FakeServices, server: StandIn
) -> None:
    beside(killed_app, lambda service: service.films.get(FILM.id, service.films.save(FILM))[0])
    visit = visitor(at=killed_app).open("film", film=FILM.id, stage="sheet")
    visit.primary_is("Make the frames (2)")
    visit.primary.click(delay=60)
    visit.sees("The frames are being made")
    killed(visit, killed_app)
    visit.open("film", film=FILM.id, stage="sheet")
    visit.primary_is("Render the approved ones (3)")
    assert [len(call.pictures) for call in services.received("gemini.image")][-1] == 1
    server.close_gate()
    visit.primary.click(delay=60)
    visit.sees("Shots that follow by themselves: 1.")
    killed(visit, killed_app)
    server.open_gate()
    until(lambda: len(server.sent) == 3, 60)
    visit.open("film", film=FILM.id, stage="sheet")
    visit.primary_is("Look at the takes")

    def jobs() -> list[list[str]]:
        found: list[list[str]] = []

        def look(service: JobService) -> Film:
            found.extend([job.state for job in one.jobs] for one in service.films.shots(FILM))
            return FILM

        beside(killed_app, look)
        return found

    until(lambda: jobs() == [["completed"]] * 3, 60)
    assert len(server.sent) == 3
