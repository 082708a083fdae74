"""What people and services write is text on every page: no field that a browser reads as markup gets it raw."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.protobuf.message import Message  # type: ignore[import-untyped]
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element

from core.errors import JobFailed, MovaError, ProviderRefused
from jobs.model.records import StepRecord, StoredError
from tests.ui.jobs_in_states import ended, full_job, job_page
from tests.ui.still_app import new_job, page
from ui.app_context import AppContext
from ui.create import presets
from ui.shared.plain import escape_markdown
from ui.shared.style import BROWSER

MARK = "ZQX"
HOSTILE = f"{MARK}<img src=x onerror=alert(1)> **b** [l](javascript:alert(1)) :red[r] $x$ `c` :material/key:"
ESCAPED = escape_markdown(f"{MARK}<img")
# Fields that a browser shows as they are, by message and name.
AS_TEXT = {
    *(("Text", "body"), ("Code", "code_text"), ("TextArea", "value"), ("TextArea", "default")),
    *(("TextInput", "value"), ("TextInput", "default"), ("Image", "alt"), ("Video", "alt"), ("ImageList", "alt")),
    *(("DownloadButton", "id"), ("Button", "id"), ("Block", "id")),
    ("BidiComponent", "json"),  # what our own elements are given: the test below looks at how they show it
}


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


def spoilt(app_context: AppContext, error: MovaError) -> str:
    """A job that is hostile wherever somebody else's words are kept with it."""
    job = ended(app_context, "failed", error)
    store = app_context.worker.store
    store.jobs.update(job.id, request={"text": HOSTILE}, error=StoredError.of(error), server=HOSTILE)
    for step in app_context.service.steps.of(job.id):
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
def test_a_jobs_page(app_context: AppContext, error: MovaError) -> None:
    assert raw(job_page(app_context.service.get(spoilt(app_context, error)))) == []


def test_a_job_that_is_reviewed(app_context: AppContext) -> None:
    job = full_job(app_context, 3, text=HOSTILE)
    app_context.worker.store.steps.save(
        StepRecord(
            job_id=job.id, step="image_prompt", version=2, state="done", output=HOSTILE, provider=HOSTILE, model=HOSTILE
        )
    )
    assert raw(job_page(app_context.service.get(job.id))) == []


@pytest.mark.parametrize("name", ["queue/queue.py", "library/library.py"])
def test_the_lists(app_context: AppContext, name: str) -> None:
    spoilt(app_context, JobFailed(HOSTILE, job=HOSTILE, server=HOSTILE, reason=HOSTILE))
    app_context.service.approve(new_job(app_context.service, HOSTILE).id)
    full_job(app_context, 2, text=HOSTILE)
    assert raw(page(name)) == []


def test_a_preset(app_context: AppContext) -> None:
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
    presets.store(app_context.service.files.storage, "local", preset)
    assert raw(page("create/create.py")) == []


def test_our_own_elements_show_text_as_text() -> None:
    scripts = {path.name: path.read_text() for path in BROWSER.glob("*.js")}
    assert len(scripts) > 3
    markup = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "createContextualFragment")
    assert not [(name, word) for name, script in scripts.items() for word in markup if word in script]
