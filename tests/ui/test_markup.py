"""What people and services write is text on every page: no field that a browser reads as markup gets it raw."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.protobuf.message import Message  # type: ignore[import-untyped]
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element

from errors import JobFailed, MovaError, ProviderRefused
from jobs.records import StepRecord, StoredError
from tests.ui.jobs_at_rest import ended, full_job, job_page
from tests.ui.still_office import new_job, page, still_office
from ui import presets
from ui.components.plain import plain
from ui.office import Office

MARK = "ZQX"
HOSTILE = f"{MARK}<img src=x onerror=alert(1)> **b** [l](javascript:alert(1)) :red[r] $x$ `c` :material/key:"
ESCAPED = plain(f"{MARK}<img")
# Fields that a browser shows as they are, by message and name.
AS_TEXT = {
    *(("Text", "body"), ("Code", "code_text"), ("TextArea", "value"), ("TextArea", "default")),
    *(("TextInput", "value"), ("TextInput", "default"), ("Image", "alt"), ("Video", "alt"), ("ImageList", "alt")),
    *(("DownloadButton", "id"), ("Button", "id"), ("Block", "id")),
}


@pytest.fixture
def office() -> Iterator[Office]:
    with still_office() as opened:
        yield opened


def strings(message: Message) -> Iterator[tuple[str, str, str]]:
    """Every text in a message: the kind of message, the field, the text."""
    for field, value in message.ListFields():
        values = value if isinstance(value, (list, tuple)) or hasattr(value, "append") else [value]
        for one in values:
            if isinstance(one, Message):
                yield from strings(one)
            elif isinstance(one, str):
                yield message.DESCRIPTOR.name, field.name, one


def messages(node: object) -> Iterator[Message]:
    if isinstance(node, Element | Block) and isinstance(getattr(node, "proto", None), Message):
        yield node.proto
    if isinstance(node, Block):
        for child in node.children.values():
            yield from messages(child)


def raw(test: AppTest) -> list[tuple[str, str, str]]:
    """Where hostile text stands unescaped."""
    found = [one for message in messages(test._tree) for one in strings(message) if MARK in one[2]]
    assert found, "the hostile text is not on this page at all"
    return [one for one in found if one[:2] not in AS_TEXT and ESCAPED not in one[2]]


def spoilt(office: Office, error: MovaError) -> str:
    """A job that is hostile wherever somebody else's words are kept with it."""
    job = ended(office, "failed", error)
    store = office.worker.store
    store.jobs.update(job.id, inputs={**job.inputs, "text": HOSTILE}, error=StoredError.of(error), server=HOSTILE)
    for step in office.desk.steps(job.id):
        if step.step != "first_frame":
            store.steps.edit(job.id, step.step, HOSTILE, stale=())
    return job.id


@pytest.mark.parametrize(
    "error",
    [
        JobFailed(HOSTILE, job=HOSTILE, server=HOSTILE, reason=HOSTILE),
        ProviderRefused(HOSTILE, status=400, provider=HOSTILE, model=HOSTILE, reason=HOSTILE),
    ],
)
def test_a_jobs_page(office: Office, error: MovaError) -> None:
    assert raw(job_page(office.desk.get(spoilt(office, error)))) == []


def test_a_job_that_is_reviewed(office: Office) -> None:
    job = full_job(office, 3, text=HOSTILE)
    office.worker.store.steps.save(
        StepRecord(
            job_id=job.id, step="image_prompt", version=2, state="done", output=HOSTILE, provider=HOSTILE, model=HOSTILE
        )
    )
    assert raw(job_page(office.desk.get(job.id))) == []


@pytest.mark.parametrize("name", ["queue.py", "library.py"])
def test_the_lists(office: Office, name: str) -> None:
    spoilt(office, JobFailed(HOSTILE, job=HOSTILE, server=HOSTILE, reason=HOSTILE))
    office.desk.approve(new_job(office.desk, HOSTILE).id)
    full_job(office, 2, text=HOSTILE)
    assert raw(page(name)) == []


def test_the_settings(office: Office) -> None:
    settings = presets.PresetSettings(
        mode="full",
        model="mova-360p",
        orientation="landscape",
        num_frames=193,
        fps=24,
        num_inference_steps=50,
        guidance_scale=5.0,
        seed=7,
        negative_prompt=HOSTILE,
        captions=False,
    )
    preset = presets.Preset.named(HOSTILE[:60], settings)
    presets.store(office.settings.output_dir, "local", preset)
    assert raw(page("settings.py")) == []
