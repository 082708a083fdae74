"""Frames and takes in their order: one act orders them, the worker goes on, each is made once, and a change ends it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import UnknownJob
from film.document import Film, shot_hash
from film.editing import shot_of, with_shot
from film.edits import with_join
from jobs.model.session_keys import SessionKeys
from jobs.service.service import JobService
from jobs.service.shots import ShotService
from jobs.store.films import Films, ShotOrder
from tests.film.samples import FILM, changed
from tests.jobs.conftest import RunService
from tests.jobs.load.video_server import VideoServer
from tests.jobs.load.workers import service_at, service_over, settings_of
from tests.jobs.running_service import RunningService
from tests.providers.fake_services import FakeServices
from tests.waiting import until

pytestmark = pytest.mark.long

SMALL = Film.model_validate(changed(FILM, {"shot_frames": 17}))
CHAIN = with_join(with_join(SMALL, "s2", "continue"), "s3", "continue")
AFTER = Film.model_validate(changed(SMALL, {"shot_before": True}))


def ordered(service: JobService, film: Film, *, render: bool) -> None:
    service.films.save(film)
    (service.film_orders.render if render else service.film_orders.make_frames)(film)


def all_taken(service: JobService, film: Film) -> bool:
    return all(one.chosen is not None for one in service.films.shots(film))


def comes_to_its_end(service: JobService, film: Film) -> None:
    def told() -> object:
        shots = [
            (one.shot.id, [(job.state, job.stage, job.error) for job in one.jobs]) for one in service.films.shots(film)
        ]
        return shots, service.film_orders.waiting(film)

    until(lambda: all_taken(service, film), told=told)


def test_takes_that_go_on_from_each_other_are_one_act(run_service: RunService) -> None:
    running = run_service(VideoServer())
    ordered(running.service, CHAIN, render=True)
    comes_to_its_end(running.service, CHAIN)
    until(lambda: not running.service.film_orders.waiting(CHAIN))
    assert len(running.server.accepted) == 3
    takes = [one.chosen for one in running.service.films.shots(CHAIN)]
    assert [take and take.extends for take in takes[1:]] == [take and take.id for take in takes[:2]]


def test_frames_that_are_drawn_after_each_other_are_one_act(run_service: RunService) -> None:
    with FakeServices() as services:
        running = run_service(**services.environment("gemini"))
        ordered(running.service, AFTER, render=False)
        until(lambda: all(one.is_framed for one in running.service.films.shots(AFTER)))
        until(lambda: not running.service.film_orders.waiting(AFTER))
        assert [len(call.pictures) for call in services.received("gemini.image")] == [0, 1, 1]
        assert running.server.accepted == []


class Broken(Exception):
    """In the place of a kill."""


def breaking(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, *, after: bool) -> None:
    """Let a method break off the first two times that it is called, before or after its work."""
    work: Callable[..., Any] = getattr(owner, name)
    calls: list[int] = []

    def broken(*args: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) > 2:
            return work(*args, **more)
        if after:
            work(*args, **more)
        raise Broken

    monkeypatch.setattr(owner, name, broken)


@pytest.mark.parametrize(
    ("owner", "name", "after"),
    [
        (ShotService, "render", False),
        (ShotService, "render", True),
        (Films, "add_job", True),
        (Films, "begun", False),
        (Films, "begun", True),
    ],
)
def test_what_broke_off_is_gone_on_with_and_nothing_is_made_twice(
    run_service: RunService, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, after: bool
) -> None:
    running = run_service(VideoServer())
    breaking(monkeypatch, owner, name, after=after)
    running.service.films.save(CHAIN)
    with pytest.raises(Broken):
        running.service.film_orders.render(CHAIN)
    comes_to_its_end(running.service, CHAIN)
    until(lambda: not running.service.film_orders.waiting(CHAIN))
    assert len(running.server.accepted) == 3
    assert [len(one.jobs) for one in running.service.films.shots(CHAIN)] == [1, 1, 1]


@pytest.mark.parametrize("other_was_first", [True, False])
def test_what_another_process_begins_meanwhile_ends_no_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other_was_first: bool
) -> None:
    """Refused because another process had the job: the orders of all shots after it were forgotten."""
    render: Callable[..., Any] = ShotService.render
    own = settings_of({"OUTPUT_DIR": str(tmp_path / "outputs")})
    with service_at(own) as (other, store):
        service = service_over(own, store)
        service.films.save(CHAIN)
        states = [shot_hash(CHAIN, scene, shot) for scene, shot in CHAIN.in_order()]
        store.films.order(
            service.person.name, [ShotOrder(CHAIN.id, f"s{n}", "take", one) for n, one in enumerate(states, 1)]
        )

        def refused(*args: Any, **more: Any) -> Any:
            monkeypatch.setattr(ShotService, "render", render)
            if other_was_first:
                other.film_orders.go_on()
            raise UnknownJob(job="film-s1")

        monkeypatch.setattr(ShotService, "render", refused)
        service.film_orders.go_on()
        assert service.film_orders.waiting(CHAIN) == ({"s2", "s3"} if other_was_first else frozenset())
        service.film_orders.go_on()
        assert [len(one.jobs) for one in service.films.shots(CHAIN)] == [int(other_was_first), 0, 0]


def first_at_the_server(running: RunningService) -> str:
    ordered(running.service, CHAIN, render=True)
    (first,) = [one.job for one in running.service.films.shots(CHAIN) if one.job]
    running.becomes(first.id, "rendering")
    assert running.service.film_orders.waiting(CHAIN) == {"s2", "s3"}
    return first.id


def test_a_shot_that_was_changed_or_held_back_meanwhile_is_not_made(run_service: RunService) -> None:
    running = run_service()
    first = first_at_the_server(running)
    found = shot_of(CHAIN, "s2")
    assert found is not None
    film = with_shot(CHAIN, found[1].model_copy(update={"action": "Mara looks away."}))
    running.service.films.save(film)
    until(lambda: not running.service.film_orders.waiting(CHAIN))
    running.server.finish(running.server.accepted[0].tag)
    running.becomes(first, "completed")
    assert [len(one.jobs) for one in running.service.films.shots(film)] == [1, 0, 0]


def test_where_the_shot_before_fails_its_person_decides(run_service: RunService) -> None:
    running = run_service()
    first = first_at_the_server(running)
    assert running.service.stop_waiting(first)
    until(lambda: not running.service.film_orders.waiting(CHAIN))
    assert [len(one.jobs) for one in running.service.films.shots(CHAIN)] == [1, 0, 0]


def test_keys_of_a_session_are_not_used_behind_its_back(run_service: RunService) -> None:
    running = run_service()
    keys = SessionKeys()
    keys.put(running.worker.settings, "gemini_api_key", "a-key-of-the-session")
    service = running.service.of(running.service.person, keys)
    assert not service.film_orders.go_on_alone
    service.films.save(CHAIN)
    service.film_orders.make_frames(CHAIN)
    assert service.film_orders.waiting(CHAIN) == frozenset()
    assert running.service.film_orders.go_on_alone


def test_a_take_waits_for_the_one_that_replaces_what_it_goes_on_from(run_service: RunService) -> None:
    running = run_service(VideoServer())
    ordered(running.service, CHAIN, render=True)
    comes_to_its_end(running.service, CHAIN)
    film = Film.model_validate(changed(CHAIN, {"scenes.0.shots.0.action": "The old keeper lights the lamp."}))
    ordered(running.service, film, render=True)
    until(lambda: all(one.chosen in one.jobs for one in running.service.films.shots(film)))
    assert len(running.server.accepted) == 6
