"""The sheet of a film: prices from the plans of its jobs, prompts, and frames that are made anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from film.document import Film, Scene, Shot
from jobs.model.records import StepRecord
from jobs.plan.steps import Calls
from jobs.service.service import JobService
from jobs.store.store import Store
from tests.film.samples import FILM, changed
from tests.jobs.load.workers import service_at, settings_of
from tests.pictures import picture


@pytest.fixture
def paid(tmp_path: Path) -> Iterator[tuple[JobService, Store]]:
    """A service whose steps are bought."""
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path), "DASHSCOPE_API_KEY": "sk-none"})) as opened:
        yield opened


def edited(**changes: Any) -> Film:
    return Film.model_validate(changed(FILM, {name.replace("__", "."): value for name, value in changes.items()}))


def make(opened: tuple[JobService, Store], job_id: str, *, prompt: str = "A lamp.") -> None:
    """The job's picture, as if the service had made it."""
    service, store = opened
    job = service.get(job_id)
    plan = service.plans.steps_of(job)
    for step, output in (("image_prompt", prompt), ("first_frame", "frame.png")):
        maker = plan.of(step).maker  # type: ignore[arg-type]
        hashed = service.plans.steps_of(job).of(step).input_hash  # type: ignore[arg-type]
        version = store.steps.next_version(job_id, step)  # type: ignore[arg-type]
        store.steps.save(
            StepRecord(
                job_id=job_id, step=step, version=version, state="done", output=output, provider="dashscope",  # type: ignore[arg-type]
                maker=maker, input_hash=hashed,
            )
        )  # fmt: skip
    (service.files.folder(job_id) / "frame.png").write_bytes(picture(640, 352, "teal"))
    (service.files.folder(job_id) / "first_frame.png").write_bytes(picture(640, 352, "teal"))
    store.jobs.move_to(job_id, "waiting", stage="visual_elements")


def versions(service: JobService, job_id: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in service.steps.of(job_id):
        found[one.step] = max(found.get(one.step, 0), one.version)
    return found


def test_the_price_is_that_of_the_plans(paid: tuple[JobService, Store]) -> None:
    service, _store = paid
    sheet = service.sheets.of(FILM)
    plan = service.plans.of_order(service.shots._order(FILM, sheet.shots[0], "A lamp.", "x")).steps
    assert sheet.frames.calls == plan.calls + plan.calls + plan.calls
    assert (sheet.frames.shots, sheet.frames.drafted, len(sheet.missing)) == (3, 0, 3)
    assert sheet.renders.calls.least == 3 * 4
    assert sheet.gpu_seconds is None


def test_what_is_made_is_not_bought_again(paid: tuple[JobService, Store]) -> None:
    service, _store = paid
    for job_id in service.shots.make_frames(FILM):
        make(paid, job_id)
    sheet = service.sheets.of(FILM)
    assert (sheet.missing, sheet.frames.calls) == ((), Calls())
    assert sheet.renders.calls.least == 3 * 2
    assert set(sheet.prompts.values()) == {"A lamp."}
    assert service.sheets.of(edited(scenes__0__shots__0__held=True)).renders.shots == 2
    stale = service.sheets.of(edited(style="Watercolour."))
    assert (stale.frames.shots, stale.renders.calls.least) == (3, 3 * 4)


def test_an_own_picture_costs_no_picture_and_a_shot_that_goes_on_neither(paid: tuple[JobService, Store]) -> None:
    service, _store = paid
    digest = service.films.add_picture(picture(1280, 720, "teal"))
    film = edited(
        scenes__0__shots__0__frame={"source": "own", "picture": digest},
        scenes__0__shots__1__join={"kind": "continue"},
        scenes__0__shots__1__frame={"source": "last"},
    )
    sheet = service.sheets.of(film)
    assert sheet.renders.calls.least == 2 + 2 + 4
    order = service.shots._order(film, sheet.shots[0], "A lamp.", "x")
    assert service.plans.of_order(order).steps.to_make == ()


def test_without_services_nothing_is_bought(tmp_path: Path) -> None:
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path)})) as (service, _store):
        sheet = service.sheets.of(FILM)
        assert (sheet.renders.calls, sheet.renders.drafted) == (Calls(), 12)


def test_a_frame_is_made_anew_and_its_prompt_stays(paid: tuple[JobService, Store]) -> None:
    service, _store = paid
    (job_id,) = service.shots.make_frames(FILM, only={"s1"})
    make(paid, job_id)
    assert service.shots.remake_frame(FILM, "s1")
    assert versions(service, job_id) == {"image_prompt": 1, "first_frame": 2}
    assert service.get(job_id).state == "preparing"
    assert not service.shots.remake_frame(FILM, "s1")  # it is being made


def test_another_prompt_of_a_person_and_of_the_service(paid: tuple[JobService, Store]) -> None:
    service, store = paid
    (job_id,) = service.shots.make_frames(FILM, only={"s1"})
    make(paid, job_id)
    assert service.shots.reword_frame(FILM, "s1", "A lamp in fog.")
    assert service.sheets.of(FILM).prompts["s1"] == "A lamp in fog."
    assert service.plans.steps_of(service.get(job_id)).next_step == "first_frame"
    store.jobs.move_to(job_id, "waiting", stage="first_frame")
    make(paid, job_id)
    assert service.shots.reword_frame(FILM, "s1", None)
    assert service.plans.steps_of(service.get(job_id)).next_step == "image_prompt"


def test_a_rendered_shot_gets_another_frame_in_a_job_of_its_own(paid: tuple[JobService, Store]) -> None:
    service, store = paid
    (job_id,) = service.shots.make_frames(FILM, only={"s1"})
    make(paid, job_id)
    assert service.shots.render(FILM)
    store.jobs.update(job_id, request={"until": None})
    for after in ("queued", "submitted", "rendering", "saving", "completed"):
        store.jobs.move_to(job_id, after)
    assert service.get(job_id).state == "completed"
    assert service.shots.remake_frame(FILM, "s1")
    state = service.films.shots(FILM)[0]
    assert state.job is not None
    assert (state.job.id, state.chosen and state.chosen.id) == (f"{job_id}-frame-2", job_id)
    assert versions(service, state.job.id) == {"image_prompt": 1, "first_frame": 2}
    assert service.sheets.of(FILM).renders.shots == 0  # the others are under way, and its frame is being made
    store.jobs.move_to(state.job.id, "waiting")
    assert service.sheets.of(FILM).renders.shots == 1


@pytest.mark.long
def test_a_long_film_costs_as_many_questions_as_a_short_one(paid: tuple[JobService, Store]) -> None:
    service, store = paid
    engine, counted = store.jobs._database.engine, []
    for shots in (3, 60):
        scene = Scene(id="one", shots=tuple(Shot(id=f"s-{n}", action="A boat.") for n in range(shots)))
        film = FILM.model_copy(update={"id": f"film-of-{shots}", "scenes": (scene,)})
        for job_id in service.shots.make_frames(film):
            make(paid, job_id)
        seen: list[object] = []
        listen = lambda *given, seen=seen: seen.append(given[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listen)
        service.sheets.of(film)
        event.remove(engine, "before_cursor_execute", listen)
        counted.append(len(seen))
    assert counted[0] == counted[1]
