"""What a job is made with is settled when it is ordered: whichever process is there first, it makes just that."""

from __future__ import annotations

import os
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest

import jobs.execution.runs
from core.steps import STEPS, Step
from jobs.model.request import JobRequest
from jobs.service.service import JobService
from jobs.store.orders import Order
from tests.cli.shell import TINY, Shell
from tests.forked import Forked
from tests.jobs.load.video_server import VideoServer
from tests.jobs.load.workers import SMALL, environment, in_state, service_at, settings_of, white_order
from tests.jobs.load.workers import worker as fresh_worker
from tests.jobs.running_service import running_service
from tests.providers.fake_services import FakeServices
from tests.waiting import until

pytestmark = pytest.mark.long

PREPARED = list(STEPS[:-1])
worker = partial(fresh_worker, begin=Forked)


def places(folder: Path, **more: str) -> dict[str, str]:
    """An environment without a server."""
    return {"OUTPUT_DIR": str(folder), "MOVA_ENV_FILE": os.devnull, **more}


def order(until: Step = "video_description", words: str = "A cat purrs.") -> Order:
    return Order(request=JobRequest(mode="full", text=words, until=until, render=SMALL))


def ordered(service: JobService, n: int = 1, until: Step = "video_description") -> list[str]:
    jobs = [service.create(order(until, f"A cat purrs, take {each}.")).id for each in range(n)]
    assert all(service.start(job) for job in jobs)
    return jobs


def made(service: JobService, job: str) -> list[str | None]:
    assert in_state(service, job, "waiting", "failed").error is None
    return [one.provider for one in service.steps.of(job) if one.chosen]


def error_of(service: JobService, job: str) -> str:
    error = service.get(job).error
    return error.kind if error else ""


def test_beside_a_worker_without_a_key_all_is_made_by_the_service_that_was_ordered(
    tmp_path: Path, services: FakeServices
) -> None:
    bare, keyed = places(tmp_path), places(tmp_path, **services.environment("gemini"))
    with worker(tmp_path, bare), worker(tmp_path, keyed), service_at(settings_of(keyed)) as (service, _):
        assert {maker for job in ordered(service, 6) for maker in made(service, job)} == {"gemini"}


def test_what_was_ordered_offline_is_made_offline_beside_a_worker_with_a_key(
    tmp_path: Path, services: FakeServices
) -> None:
    keyed = places(tmp_path, **services.environment("gemini"))
    with worker(tmp_path, keyed), service_at(settings_of(places(tmp_path))) as (service, _):
        (job,) = ordered(service)
        assert made(service, job) == ["offline"] * 4
    assert services.count() == 0


def test_the_ordered_model_is_asked_and_by_name_where_another_service_comes_first(
    tmp_path: Path, services: FakeServices
) -> None:
    mine = settings_of(places(tmp_path, **services.environment("dashscope"), QWEN_TEXT_MODEL="qwen-ordered"))
    both: Any = services.environment("gemini", "dashscope")
    with service_at(mine) as (service, _), running_service(tmp_path, VideoServer(seconds=None), **both):
        (job,) = ordered(service)
        assert made(service, job) == ["dashscope"] * 4
        makers = {one.step: one.maker for one in service.steps.of(job)}
    prompt = makers["image_prompt"]
    assert prompt is not None
    assert prompt.model == "qwen-ordered"


def test_where_nobody_has_the_key_the_job_waits_and_says_which(
    tmp_path: Path, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.execution.runs, "_UNTAKEN_AFTER", 0.5)
    keyed = places(tmp_path, **services.environment("gemini"))
    with service_at(settings_of(keyed)) as (service, _):
        (job,) = ordered(service)
        with running_service(tmp_path, VideoServer(seconds=None)):
            until(lambda: error_of(service, job))
            waiting = service.get(job)
            assert waiting.error
            assert (waiting.state, waiting.error.kind) == ("preparing", "ServiceMissing")
            assert "to be made by Gemini" in waiting.error.rebuilt().message()
            assert service.steps.of(job) == ()
        with worker(tmp_path, keyed):
            assert made(service, job) == ["gemini"] * 4


def test_a_person_has_it_made_by_what_is_here(
    tmp_path: Path, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.execution.runs, "_UNTAKEN_AFTER", 0.5)
    with service_at(settings_of(places(tmp_path, **services.environment("gemini")))) as (service, _):
        (job,) = ordered(service)
    with running_service(tmp_path, VideoServer(seconds=None)) as running:
        until(lambda: error_of(running.service, job))
        running.service.steps.decide(job, keep=False)
        assert made(running.service, job) == ["offline"] * 4


def test_who_goes_on_without_a_key_orders_no_drafts_by_that(
    tmp_path: Path, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.execution.runs, "_UNTAKEN_AFTER", 0.5)
    gemini: Any = services.environment("gemini")
    with running_service(tmp_path, VideoServer(seconds=None), **gemini) as running:
        (job,) = ordered(running.service, until="image_prompt")
        assert made(running.service, job) == ["gemini"]
    with running_service(tmp_path, VideoServer(seconds=None)) as running:
        assert running.service.approve(job, to_end=True)
        until(lambda: error_of(running.service, job))
        assert [one.provider for one in running.service.steps.of(job)] == ["gemini"]


def test_a_run_that_was_taken_over_is_left_to_who_has_the_key(tmp_path: Path, services: FakeServices) -> None:
    """A worker that dies amid a step leaves a run behind: one without the key takes that over no more than a job."""
    keyed = places(tmp_path, **services.environment("gemini"))
    killed = Event()
    services.script("gemini.text", lambda _: "A cat on a chair." if killed.wait(60) else "")
    with ExitStack() as stack:
        service, _ = stack.enter_context(service_at(settings_of(keyed)))
        first = stack.enter_context(worker(tmp_path, keyed))
        stack.enter_context(worker(tmp_path, places(tmp_path)))
        (job,) = ordered(service)
        until(lambda: services.count("gemini.text"))
        first.process.kill()
        first.process.wait()
        killed.set()
        until(lambda: error_of(service, job) == "ServiceMissing")
        stack.enter_context(worker(tmp_path, keyed))
        assert made(service, job) == ["gemini"] * 4


# ---- a run of the command line ---------------------------------------------------------------------------------------


def test_a_run_of_the_command_line_works_on_its_own_job_only(tmp_path: Path, services: FakeServices) -> None:
    folder = tmp_path / "outputs"
    with VideoServer(seconds=0.1) as server:
        others = environment(folder, (server,))
        with service_at(settings_of(others)) as (service, _):
            preparing, queued = ordered(service)[0], service.create(white_order()).id
            assert service.start(queued)
            done = Shell(tmp_path, others)("simple", "--prompt", "cat", "--white-frame", "--json", *TINY)
            assert (done.returncode, done.json["state"]) == (0, "completed"), done.stderr
            assert [service.get(job).state for job in (preparing, queued)] == ["preparing", "queued"]
            assert service.steps.of(preparing) == ()
            assert service.get(done.json["id"]).bookkeeping.run.startswith("run-")
            assert list((folder / "workers").glob("run-*")) == []


def test_resume_without_the_key_says_so_and_remake_goes_on(tmp_path: Path, services: FakeServices) -> None:
    shell = Shell(tmp_path, {"OUTPUT_DIR": str(tmp_path / "outputs")})
    job = ("--description", "A cat purrs.", "--until", "image_prompt", "--json", *TINY)
    begun = shell("full", *job, **services.environment("gemini"))
    assert begun.returncode == 0, begun.stderr
    without = shell("resume", begun.json["id"], "--json")
    assert without.returncode != 0
    assert (without.json["state"], without.json["error"]["kind"]) == ("preparing", "ServiceMissing")
    assert "to be made by Gemini" in without.stderr
    done = shell("resume", begun.json["id"], "--other-maker", "remake", "--json")
    assert done.returncode == 0, done.stderr
    assert [step["provider"] for step in done.json["steps"]] == ["gemini", *["offline"] * 3, "preview"]


# ---- where it goes ---------------------------------------------------------------------------------------------------


def test_made_up_to_a_step_and_resumed_without_a_server_it_is_a_preview(tmp_path: Path) -> None:
    shell = Shell(tmp_path, {"OUTPUT_DIR": str(tmp_path / "outputs")})
    begun = shell("full", "--description", "A cat purrs.", "--until", "first_frame", "--json", *TINY)
    assert begun.returncode == 0, begun.stderr
    done = shell("resume", begun.json["id"], "--json")
    assert (done.returncode, done.json["state"], done.json["preview"]) == (0, "completed", True), done.stderr


def test_what_waited_for_the_preview_goes_to_a_server_that_is_configured_by_then(tmp_path: Path) -> None:
    shell = Shell(tmp_path, {"OUTPUT_DIR": str(tmp_path / "outputs")})
    stop = ("--description", "A cat purrs.", "--json", *TINY)
    begun = shell("full", *stop)
    assert (begun.returncode, begun.json["preview"]) == (0, True), begun.stderr
    with service_at(settings_of(places(tmp_path / "outputs"))) as (service, _):
        job = service.copies.duplicate(begun.json["id"]).id
    with VideoServer(seconds=0.1) as server:
        done = shell("resume", job, "--json", SGLANG_360P_URL=server.url)
        assert (done.returncode, done.json["server"]) == (0, "mova-360p"), done.stderr
        assert server.posts() == 1


def test_what_was_ordered_from_servers_is_no_preview_for_a_worker_without_any(tmp_path: Path) -> None:
    bare = places(tmp_path)
    with VideoServer(seconds=0.1) as server, service_at(settings_of(environment(tmp_path, (server,)))) as (service, _):
        job = service.create(white_order()).id
        assert service.start(job)
        with worker(tmp_path, bare):
            other = Shell(tmp_path, bare)("simple", "--prompt", "cat", "--white-frame", "--json", *TINY)
            assert (other.returncode, other.json["preview"]) == (0, True), other.stderr
            assert service.get(job).state == "queued"
        with worker(tmp_path, environment(tmp_path, (server,))):
            assert in_state(service, job, "completed").is_preview is False
