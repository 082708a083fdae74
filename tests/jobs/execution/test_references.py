"""Cards in a job: what goes along, what stops the step before anything is spent, and what is kept and told of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from core.references import ReferenceFile
from description.likeness import likenesses
from jobs.model.request import JobRequest
from jobs.store.folders import reference_name
from jobs.store.orders import Order
from tests.jobs.conftest import RunService
from tests.jobs.load.workers import SMALL
from tests.jobs.running_service import RunningService
from tests.pictures import picture
from tests.providers.fake_services import FakeServices, Raw, Received
from tests.providers.test_references import reference
from tests.waiting import until

MEI, OTTO = reference("Mei", "red"), reference("Otto", "blue", strength="clothes")
SAME = '{"verdict": "same", "reason": "The face."}'
OTHER = '{"verdict": "different", "reason": "The coat is red."}'


def seen(call: Received) -> str:
    """What a vision service says: of cards a verdict, of a frame what is in it."""
    text = " ".join(call.texts)
    if "You compare pictures" not in text:
        return "A photograph. Mei sits on the left, Otto on the right."
    return SAME if "show Mei" in text else OTHER


@pytest.fixture
def services() -> Iterator[FakeServices]:
    with FakeServices() as fake:
        for service in ("gemini", "dashscope", "openai"):
            fake.script(f"{service}.vision", seen)
        yield fake


def ordered(running: RunningService, *cards: ReferenceFile) -> str:
    """A started job up to its first frame."""
    references = tuple(one.reference for one in cards)
    request = JobRequest(
        mode="full", text="Mei and Otto drink tea.", render=SMALL, until="first_frame", references=references
    )
    order = Order(request=request, owner="ann", references={one.reference.sha256: one.data for one in cards})
    job = running.service.create(order).id
    assert running.service.start(job)
    return job


def document(running: RunningService, job: str) -> dict[str, Any]:
    """The job's document, as soon as it tells what the job is by now."""
    path = running.service.files.folder(job) / "job.json"

    def is_written() -> bool:
        told, now = json.loads(path.read_text()), running.service.get(job)
        asked = [one.model_dump() for one in now.request.references]
        return (told["state"], told["references"]) == (now.state, asked)

    until(is_written)
    told: dict[str, Any] = json.loads(path.read_text())
    return told


def frame_step(running: RunningService, job: str) -> dict[str, Any]:
    (step,) = [one for one in document(running, job)["steps"] if one["step"] == "first_frame"]
    return dict(step)


def test_the_pictures_go_along_and_the_record_says_which(run_service: RunService, services: FakeServices) -> None:
    running = run_service(**services.environment("gemini"))
    job = ordered(running, MEI, OTTO)
    plan = running.service.plans.of(job).steps
    running.becomes(job, "waiting")
    assert services.received("gemini.image")[0].pictures == [MEI.data, OTTO.data]
    assert "spelled exactly like this: Mei; Otto." in services.received("gemini.text")[0].texts[-1]
    sent = [one.reference.model_dump() for one in (MEI, OTTO)]
    assert (document(running, job)["references"], frame_step(running, job)["references"]) == (sent, sent)
    (frame,) = [one for one in running.service.steps.of(job) if one.step == "first_frame"]
    assert [(one.name, one.verdict) for one in likenesses(frame.warnings)] == [("Mei", "same"), ("Otto", "different")]
    assert services.count() == plan.calls.least == 4
    assert running.service.get(job).error is None


def test_words_only_makes_the_frame_anew_without_pictures(run_service: RunService, services: FakeServices) -> None:
    running = run_service(**services.environment("gemini"))
    job = ordered(running, MEI)
    running.becomes(job, "waiting")
    assert running.service.steps.words_only(job)
    assert [one.step for one in running.service.plans.of(job).steps.to_make] == ["first_frame"]
    assert running.service.start(job)
    running.becomes(job, "waiting")
    assert [len(call.pictures) for call in services.received("gemini.image")] == [1, 0]
    assert services.count("gemini.text") == 1
    assert (document(running, job)["references"], "references" in frame_step(running, job)) == ([], False)


def test_the_model_for_pictures_is_ordered_and_told(run_service: RunService, services: FakeServices) -> None:
    running = run_service(**services.environment("dashscope"), QWEN_IMAGE_EDIT_MODEL="qwen-image-3.0")
    job = ordered(running, MEI)
    (planned,) = [one for one in running.service.plans.of(job).steps.steps if one.step == "first_frame"]
    assert planned.maker is not None
    assert (planned.maker.model, planned.maker.shortens) == ("qwen-image-3.0", False)
    running.becomes(job, "waiting")
    assert [call.model for call in services.received("dashscope.image")] == ["qwen-image-3.0"]
    assert frame_step(running, job)["model"] == "qwen-image-3.0"


def test_z_image_stops_before_anything_is_spent(run_service: RunService, services: FakeServices) -> None:
    running = run_service(**services.environment("dashscope"))
    job = ordered(running, MEI)
    failed = running.becomes(job, "failed")
    assert failed.error is not None
    assert (failed.error.kind, services.count()) == ("ReferencesNotTaken", 0)


def test_offline_stops_too(run_service: RunService) -> None:
    running = run_service()
    failed = running.becomes(ordered(running, MEI), "failed")
    assert failed.error is not None
    assert "Offline, first frames are drawn from words only" in failed.error.rebuilt().message()


def test_a_missing_picture_stops_before_anything_is_spent(run_service: RunService, services: FakeServices) -> None:
    running = run_service(**services.environment("gemini"))
    references = (MEI.reference, OTTO.reference)
    request = JobRequest(mode="full", text="Mei drinks tea.", render=SMALL, references=references)
    job = running.service.create(Order(request=request, owner="ann", references={MEI.reference.sha256: MEI.data})).id
    assert running.service.start(job)
    failed = running.becomes(job, "failed")
    assert failed.error is not None
    assert (failed.error.kind, failed.error.facts["name"], services.count()) == ("ReferenceMissing", "Otto", 0)


def test_a_changed_picture_is_a_missing_one(run_service: RunService, services: FakeServices) -> None:
    running = run_service(**services.environment("gemini"))
    request = JobRequest(mode="full", text="Mei drinks tea.", render=SMALL, references=(MEI.reference,))
    job = running.service.create(Order(request=request, owner="ann", references={MEI.reference.sha256: MEI.data})).id
    (running.service.files.folder(job) / reference_name(MEI.reference.sha256)).write_bytes(OTTO.data)
    assert running.service.start(job)
    error = running.becomes(job, "failed").error
    assert error is not None
    assert error.kind == "ReferenceMissing"


def test_a_refused_picture_keeps_the_prompt_and_words_only_goes_on(
    run_service: RunService, services: FakeServices
) -> None:
    services.script("gemini.image", Raw(200, {"candidates": [{"content": {}, "finishReason": "IMAGE_SAFETY"}]}))
    running = run_service(**services.environment("gemini"))
    job = ordered(running, MEI)
    failed = running.becomes(job, "failed")
    assert failed.error is not None
    assert failed.error.rebuilt().message() == (
        "The service gemini declined to draw with the pictures of Mei (IMAGE_SAFETY)."
    )
    assert [one.step for one in running.service.steps.of(job) if one.state == "done"] == ["image_prompt"]
    assert (services.count("gemini.text"), services.count("gemini.image")) == (1, 1)
    services.script("gemini.image", picture(1280, 720))
    assert running.service.words_only(job)
    running.becomes(job, "waiting")
    assert (services.count("gemini.text"), services.count("gemini.image")) == (1, 2)
    assert services.received("gemini.image")[-1].pictures == []
    (prompt,) = [one for one in running.service.steps.of(job) if one.step == "image_prompt"]
    assert not prompt.edited


def test_words_only_keeps_no_prompt_of_other_words(run_service: RunService, services: FakeServices) -> None:
    running = run_service(**services.environment("gemini"))
    job = ordered(running, MEI)
    running.becomes(job, "waiting")
    running.service.steps.reword(job, "Mei drinks coffee.")
    assert running.service.steps.words_only(job)
    assert [one.step for one in running.service.plans.of(job).steps.to_make] == ["image_prompt", "first_frame"]


def test_words_only_keeps_the_prompt_where_another_service_wants_it_shorter(
    run_service: RunService, services: FakeServices
) -> None:
    running = run_service(**services.environment("dashscope"), QWEN_IMAGE_EDIT_MODEL="qwen-image-3.0")
    job = ordered(running, MEI)
    running.becomes(job, "waiting")
    asked = services.count("dashscope.text")
    assert running.service.words_only(job)
    frame = running.becomes(job, "waiting")
    assert (frame.error, services.count("dashscope.text")) == (None, asked)
    assert [call.model for call in services.received("dashscope.image")][-1] != "qwen-image-3.0"


def test_a_copy_has_its_pictures_too(run_service: RunService, services: FakeServices) -> None:
    running = run_service(**services.environment("gemini"))
    job = ordered(running, MEI)
    running.becomes(job, "waiting")
    copy = running.service.copies.duplicate(job)
    assert running.service.regenerate_step(copy.id, "first_frame")
    running.becomes(copy.id, "waiting")
    assert [call.pictures for call in services.received("gemini.image")] == [[MEI.data]] * 2
