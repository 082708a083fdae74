"""Rows and records: what is written comes back the same, also out of rows of versions that wrote less."""

from __future__ import annotations

from dataclasses import fields

import pytest
from sqlalchemy import update

from core.messages import Message
from core.references import Reference
from core.steps import Maker
from jobs.database.rows import bookkeeping_inputs, queue_column, queue_key, request_inputs
from jobs.database.tables import JobRow
from jobs.model.records import Bookkeeping, JobRecord, Json, StepRecord
from jobs.model.request import PREVIEW, JobRequest, QueueKey
from jobs.store.store import Store
from tests.jobs.samples import RENDER, new_job, recorded

REQUEST = JobRequest(
    mode="full",
    text="A harbour. 雨声。",
    render=RENDER,
    model="mova-720p",
    wanted_server="http://10.0.0.1:30000",
    orientation="portrait",
    white_frame=True,
    crop_mode="bars",
    crop_shift=-0.5,
    captions=True,
    subtitle_marker=False,
    trim_negative_prompt=True,
    draft=True,
    until="first_frame",
    review_each_step=True,
    source_picture="4032x3024",
    takes=4,
    references=(Reference(name="Mei", role="place", strength="whole", sha256="ab" * 32),),
)
BOOKKEEPING = Bookkeeping(
    run="run-5c0f",
    may_preview=True,
    approved="render",
    session_keys=("gemini_api_key",),
    session_of="worker-1",
    makers={"image_prompt": Maker(provider="gemini", model="flash", prompts="abc")},
    offered_negative_prompt={"text": "rain"},
    look_try=2,
    next_try="20260101-000000-aaaaaa",
    video={"num_frames": 17},
    name="row 7",
    shot="The lamp goes out.",
    wordings=("A harbour.", "A harbour. 雨声。"),
)


def with_inputs(store: Store, inputs: Json) -> JobRecord:
    """A job whose row holds just these inputs, as an older version wrote it."""
    job = store.jobs.create(new_job(request=REQUEST))
    with store.database.write() as session:
        session.execute(update(JobRow).where(JobRow.id == job.id).values(inputs=inputs))
    return recorded(store, job.id)


def test_every_value_here_is_another_than_by_default() -> None:
    """Or a value that is written nowhere would come back all the same."""
    plain = JobRequest(mode="simple", text="", render=RENDER)
    assert [name for name in JobRequest.model_fields if getattr(plain, name) == getattr(REQUEST, name)] == ["render"]
    assert [
        one.name for one in fields(Bookkeeping) if getattr(Bookkeeping(), one.name) == getattr(BOOKKEEPING, one.name)
    ] == []


def test_a_request_and_bookkeeping_come_back_as_written(store: Store) -> None:
    job = store.jobs.create(new_job(request=REQUEST, bookkeeping=BOOKKEEPING))
    found = recorded(store, job.id)
    assert (found.request, found.bookkeeping) == (REQUEST, BOOKKEEPING)


def test_they_come_back_as_they_were_changed(store: Store) -> None:
    job = store.jobs.create(new_job())
    changes = {name: getattr(REQUEST, name) for name in JobRequest.model_fields if name != "mode"}
    noted = {one.name: getattr(BOOKKEEPING, one.name) for one in fields(Bookkeeping)}
    assert store.jobs.update(job.id, request=changes, bookkeeping=noted)  # type: ignore[arg-type]
    found = recorded(store, job.id)
    assert (found.request, found.bookkeeping) == (REQUEST, BOOKKEEPING)


def test_the_two_share_a_column_and_no_name() -> None:
    assert not request_inputs(REQUEST).keys() & bookkeeping_inputs(BOOKKEEPING).keys()


@pytest.mark.parametrize("missing", sorted(request_inputs(REQUEST)))
def test_a_row_without_a_value_has_the_usual_one(store: Store, missing: str) -> None:
    inputs = {name: value for name, value in request_inputs(REQUEST).items() if name != missing}
    usual = JobRequest(mode="full", text="", render=RENDER)
    found = with_inputs(store, inputs)
    assert found.request == REQUEST.changed(**{missing: getattr(usual, missing)})
    assert found.bookkeeping == Bookkeeping()


def test_a_row_of_a_newer_version_may_hold_more(store: Store) -> None:
    assert with_inputs(store, {**request_inputs(REQUEST), "a_new_one": 1}).request == REQUEST


@pytest.mark.parametrize(
    ("key", "column"),
    [
        (QueueKey("mova-360p"), "mova-360p"),
        (QueueKey("mova-360p", "gpu-1"), "mova-360p@gpu-1"),
        (QueueKey("mova-720p", PREVIEW), "mova-720p@preview"),
        (QueueKey("mova-360p", "http://me@host:1"), "mova-360p@http://me@host:1"),
    ],
)
def test_a_queue_in_its_column(key: QueueKey, column: str) -> None:
    assert (queue_column(key), queue_key(column)) == (column, key)


@pytest.mark.parametrize("look", [None, (), ("black",), ("black", "silent")])
def test_what_a_look_found(store: Store, look: tuple[str, ...] | None) -> None:
    job = store.jobs.create(new_job())
    store.jobs.update(job.id, look=look)
    assert recorded(store, job.id).look == look


def test_a_step_comes_back_with_its_maker_and_messages(store: Store) -> None:
    job = store.jobs.create(new_job())
    step = StepRecord(
        job_id=job.id,
        step="image_prompt",
        state="done",
        output="a quay",
        maker=Maker(provider="gemini", model="flash", prompts="abc"),
        warnings=(Message("It was cut to {n}.", {"n": 3}),),
    )
    store.steps.save(step)
    (found,) = store.steps.of(job.id)
    assert (found.maker, found.warnings, found.output) == (step.maker, step.warnings, step.output)
