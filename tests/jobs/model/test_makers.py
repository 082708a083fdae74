"""Who made a step belongs to it: a new job makes its own, and what another maker made is asked about in its own job.

Each life of the worker has other settings, as after a change of the environment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

import prompts
from core.errors import NothingToReuse
from core.steps import STEPS, Step
from jobs.model.records import JobRecord
from jobs.model.request import JobRequest
from jobs.store.orders import Order
from tests.jobs.load.video_server import VideoServer
from tests.jobs.load.workers import SMALL
from tests.jobs.running_service import RunningService, running_service
from tests.pictures import picture
from tests.providers.fake_services import FakeServices

Live = Callable[..., AbstractContextManager[RunningService]]
WORDS = "A cat purrs."
ONCE = {"text": 2, "image": 1, "vision": 1}  # a run's calls, where no answer has to be corrected
PREPARED = list(STEPS[:-1])


@pytest.fixture
def services() -> Iterator[FakeServices]:
    """No two answers are the same."""
    with FakeServices() as fake:
        numbers = count()
        for service in ("gemini", "dashscope", "openai"):
            for route in ("text", "vision"):
                fake.script(f"{service}.{route}", lambda _: f"A cat on a chair, take {next(numbers)}.")
            fake.script(f"{service}.image", lambda _: picture(1280, 720, f"hsl({next(numbers) * 20}, 50%, 50%)"))
        yield fake


@pytest.fixture
def live(tmp_path: Path) -> Live:
    """One life of a worker, with these settings; the database and the files stay for the next one."""
    return lambda **more: running_service(tmp_path / "outputs", VideoServer(seconds=None), **more)


@pytest.fixture
def other_prompts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Change the file of a prompt, in a copy."""
    folder = tmp_path / "prompts"
    folder.mkdir()
    for path in prompts._FOLDER.glob("*.md"):
        (folder / path.name).write_bytes(path.read_bytes())

    def changed(task: str) -> None:
        monkeypatch.setattr(prompts, "_FOLDER", folder)
        (folder / f"{task}.md").write_text((folder / f"{task}.md").read_text() + "\nBe brief.\n")

    return changed


def order(until: Step | None = "video_description", words: str = WORDS) -> Order:
    return Order(request=JobRequest(mode="full", text=words, until=until, render=SMALL))


def prepared(running: RunningService, until: Step = "video_description", words: str = WORDS) -> str:
    job = running.service.create(order(until, words)).id
    assert running.service.start(job)
    waiting = running.becomes(job, "waiting", "failed")
    assert (waiting.state, waiting.error) == ("waiting", None)
    return job


def gone_on(running: RunningService, job: str) -> JobRecord:
    assert running.service.approve(job, to_end=True)
    return running.becomes(job, "waiting", "rendering", "failed")


def makers(running: RunningService, job: str) -> list[str | None]:
    return [one.provider for one in running.service.steps.of(job) if one.chosen]


def asked(services: FakeServices, service: str) -> dict[str, int]:
    kinds = ("text", "image", "vision")
    return {kind: n for kind in kinds if (n := services.count(f"{service}.{kind}"))}


def bought(services: FakeServices, service: str) -> bool:
    """Whether a service was asked for every step, and not for more than a correction beside."""
    calls = asked(services, service)
    return {**calls, "text": min(calls.get("text", 0), 2)} == ONCE and calls["text"] <= 3


# ---- a new job is new ------------------------------------------------------------------------------------------------


def test_what_was_drafted_offline_never_stands_in_for_a_service(live: Live, services: FakeServices) -> None:
    with live() as running:
        assert makers(running, prepared(running)) == ["offline"] * 4
    with live(**services.environment("gemini")) as running:
        assert running.service.library.made_before(WORDS, "landscape") == ()
        assert makers(running, prepared(running)) == ["gemini"] * 4
    assert bought(services, "gemini")


@pytest.mark.long
@pytest.mark.parametrize("later", ["the same", "another service", "another model", "another prompt"])
def test_a_new_job_asks_for_its_own_texts_and_picture(
    live: Live, services: FakeServices, other_prompts: Callable[[str], None], later: str
) -> None:
    with live(**services.environment("gemini")) as running:
        first = prepared(running)
    services_before, service = asked(services, "gemini"), "gemini"
    more = {"GEMINI_TEXT_MODEL": "gemini-other"} if later == "another model" else {}
    if later == "another service":
        service, services_before = "dashscope", {}
    if later == "another prompt":
        other_prompts("image_prompt")
    with live(**services.environment(service), **more) as running:
        second = prepared(running)
        assert makers(running, second) == [service] * 4
        texts = [
            {one.output for one in running.service.steps.of(job) if one.step != "first_frame"}
            for job in (first, second)
        ]
    assert not texts[0] & texts[1]
    calls = asked(services, service)
    assert all(calls[kind] - services_before.get(kind, 0) >= n for kind, n in ONCE.items())


@pytest.mark.long
def test_what_was_made_before_is_offered_and_taken_where_a_person_chooses_it(
    live: Live, services: FakeServices
) -> None:
    with live(**services.environment("gemini")) as running:
        first = prepared(running)
        before = asked(services, "gemini")
        (offered,) = running.service.library.made_before(WORDS, "landscape")
        assert (offered.job.id, [one.step for one in offered.steps]) == (first, PREPARED)
        assert (
            running.service.library.made_before(WORDS, "portrait")
            == running.service.library.made_before("A dog.", "landscape")
            == ()
        )
    with live(**services.environment("dashscope")) as running:
        job = running.service.create(running.service.library.reusing(order(until=None), first))
        assert job.parent == first
        running.service.start(job.id)
        running.becomes(job.id, "rendering")
        assert makers(running, job.id) == ["gemini"] * 4
        frames = [
            (running.service.files.folder(one) / "first_frame_original_v1.png").read_bytes() for one in (first, job.id)
        ]
        assert frames[0] == frames[1]
        # A copy holds the same: it is offered once.
        assert len(running.service.library.made_before(WORDS, "landscape")) == 1
    assert (asked(services, "gemini"), asked(services, "dashscope")) == (before, {})


@pytest.mark.long
def test_only_what_is_there_and_fits_can_be_reused(live: Live, services: FakeServices) -> None:
    with live() as running:
        draft, other = prepared(running), prepared(running, words="A dog barks.")
        for job, reason in ((draft, "none of it was made by a service"), (other, "from a different text")):
            with pytest.raises(NothingToReuse, match=reason):
                running.service.library.reusing(order(), job)
    with live(**services.environment("gemini")) as running:
        job = prepared(running, "first_frame")
        next(running.service.files.folder(job).glob("first_frame_original*")).unlink()
        with pytest.raises(NothingToReuse, match="picture no longer exists"):
            running.service.library.reusing(order(), job)


# ---- the same job ----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_same_maker_is_asked_for_nothing_twice(live: Live, services: FakeServices) -> None:
    for until in PREPARED:
        with live(**services.environment("gemini")) as running:
            newest = running.service.library.page(size=1).jobs
            if not newest:
                prepared(running, until)
                continue
            job = newest[0]
            assert running.service.steps.change(job.id, until=until)
            assert running.service.approve(job.id)
            running.becomes(job.id, "preparing", "waiting")
            assert running.becomes(job.id, "waiting").error is None
    with live(**services.environment("gemini")) as running:
        assert gone_on(running, running.service.library.page(size=1).jobs[0].id).state == "rendering"
    assert bought(services, "gemini")


@pytest.mark.parametrize(
    ("change", "steps"),
    [
        ("service", PREPARED),
        ("text model", ["image_prompt", "visual_elements", "video_description"]),
        ("image model", ["first_frame"]),
        ("image_prompt", ["image_prompt"]),
        ("correction", ["video_description"]),
        ("shorten", []),  # of a service without a limit
        ("no service", []),  # a draft replaces nothing
    ],
)
def test_what_another_maker_made_is_asked_about(
    live: Live, services: FakeServices, other_prompts: Callable[[str], None], change: str, steps: list[Step]
) -> None:
    with live(**services.environment("gemini")) as running:
        job = prepared(running)
    calls = services.count()
    keys = services.environment({"service": "dashscope"}.get(change, "gemini"))
    models = {"text model": "GEMINI_TEXT_MODEL", "image model": "GEMINI_IMAGE_MODEL"}
    if change in models:
        keys |= {models[change]: "gemini-other"}
    if change.endswith(("prompt", "correction", "shorten")):
        other_prompts(change)
    with live(**({} if change == "no service" else keys)) as running:
        assert [one.step for one in running.service.steps.in_question(job)] == steps
        after = gone_on(running, job)
        assert after.state == ("waiting" if steps else "rendering")
        assert (running.server.posts(), services.count()) == (0 if steps else running.server.posts(), calls)
        if steps:
            assert after.error
            words = after.error.rebuilt()
            assert words.facts["told"] == " ".join(f"{step}:1" for step in steps)
            assert all(step.replace("_", " ") in words.message() for step in steps)
            assert "gemini · " in words.message()
            assert running.service.steps.decide(job, keep=True)
            assert running.service.get(job).error is None
            assert gone_on(running, job).state == "rendering"
        assert services.count() == calls
        assert makers(running, job)[:4] == ["gemini"] * 4


def test_made_anew_on_request(live: Live, services: FakeServices) -> None:
    with live() as running:
        job = prepared(running)
    with live(**services.environment("gemini")) as running:
        waiting = gone_on(running, job)
        assert waiting.error
        said = waiting.error.rebuilt().message()
        assert "Made by offline, without a model; it would now be made by gemini · " in said
        assert services.count() == running.server.posts() == 0
        assert running.service.steps.decide(job, keep=False)
        assert gone_on(running, job).state == "rendering"
        assert makers(running, job)[:4] == ["gemini"] * 4
        drafts = [one for one in running.service.steps.of(job) if one.provider == "offline"]
        assert [(one.step, one.version, one.chosen) for one in drafts] == [(step, 1, False) for step in PREPARED]
    assert bought(services, "gemini")


def test_one_step_is_kept_and_the_next_made_anew(live: Live, services: FakeServices) -> None:
    with live(**services.environment("gemini")) as running:
        job = prepared(running, "first_frame")
    with live(**services.environment("dashscope")) as running:
        assert running.service.steps.keep(job, "image_prompt")
        assert [one.step for one in running.service.steps.in_question(job)] == ["first_frame"]
        assert running.service.regenerate_step(job, "first_frame")
        running.becomes(job, "preparing", "waiting")
        assert running.becomes(job, "waiting").error is None
        assert makers(running, job) == ["gemini", "dashscope"]
    assert asked(services, "dashscope") == {"image": 1}


@pytest.mark.long
def test_a_worker_that_takes_a_job_up_asks_too(live: Live, services: FakeServices) -> None:
    """An older job, of which nothing was settled, was on its way when the program stopped: nobody presses anything."""
    with live(**services.environment("gemini")) as running:
        job = prepared(running, "image_prompt")
    with live(**services.environment("dashscope")) as running:
        running.worker.store.jobs.move_to(job, "preparing")
        running.worker.store.jobs.update(job, request={"until": None}, bookkeeping={"makers": None})
        running.worker._wake.set()
        waiting = running.becomes(job, "waiting")
        assert waiting.error
        assert (waiting.stage, waiting.error.kind) == ("image_prompt", "OtherMaker")
    assert asked(services, "dashscope") == {}


def test_what_was_sent_once_is_sent_again_as_it_was(live: Live, services: FakeServices) -> None:
    with live(**services.environment("gemini")) as running:
        job = prepared(running)
        assert gone_on(running, job).state == "rendering"
        running.service.stop_waiting(job)
        running.server.finish()
        copy = running.service.copies.duplicate(job, seed=8).id
    calls = services.count()
    with live(**services.environment("dashscope")) as running:
        assert running.service.steps.in_question(job) == running.service.steps.in_question(copy) == ()
        for slot in running.worker.store.queue.occupied():
            running.worker.store.queue.release(slot.server, slot.job_id)
        assert running.service.retry_from(job)
        running.becomes(job, "rendering")
        running.server.finish()
        assert running.service.approve(copy, to_end=True)
        running.becomes(copy, "rendering")
    assert services.count() == calls


# ---- databases of the version before ------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize(
    ("made", "later", "steps"),
    [
        ("gemini", "gemini", []),
        ("gemini", "dashscope", PREPARED),
        ("", "gemini", PREPARED),
        ("gemini", "", []),
        ("", "", []),
    ],
)
def test_results_of_an_unknown_maker_are_told_by_their_service(
    live: Live, services: FakeServices, made: str, later: str, steps: list[Step]
) -> None:
    """No more was recorded: neither another model nor another prompt makes them stale by the upgrade alone."""
    with live(**services.environment(*filter(None, [made]))) as running:
        job = prepared(running)
        with running.worker.store.database.write() as session:
            session.execute(text("UPDATE step_results SET maker = NULL"))
    calls = services.count()
    more = {"GEMINI_TEXT_MODEL": "gemini-other"}
    with live(**services.environment(*filter(None, [later])), **more) as running:
        assert [one.step for one in running.service.steps.in_question(job)] == steps
        assert gone_on(running, job).state == ("waiting" if steps else "rendering")
        assert (services.count(), len(running.service.library.made_before(WORDS, "landscape"))) == (
            calls,
            int(made != ""),
        )
