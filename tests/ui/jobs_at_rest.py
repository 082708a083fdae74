"""Jobs that stand still at every step and in every state, and their page."""

from __future__ import annotations

import io

from PIL import Image
from streamlit.testing.v1 import AppTest

from errors import MovaError
from jobs.records import JobRecord, StepRecord, StoredError
from jobs.states import JobState, StepState
from step_result import Step
from tests.ui.still_office import drawn, new_job, page
from ui.office import Office

TEXTS: dict[Step, str] = {
    "image_prompt": "A grey cat.",
    "visual_elements": "A cat, a sill.",
    "video_description": 'The cat says, "Hello there." Rain falls.',
}
STEPS: tuple[Step, ...] = ("image_prompt", "first_frame", "visual_elements", "video_description")


def picture(colour: str = "teal", size: tuple[int, int] = (640, 352)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, "PNG")
    return written.getvalue()


def made(office: Office, step: Step, job_id: str, version: int = 1, state: StepState = "done") -> None:
    """A version of a step as a service would have made it."""
    output = TEXTS.get(step, "")
    if step == "first_frame":
        output = f"first_frame_original_v{version}.png"
        (office.desk.folder(job_id) / output).write_bytes(picture())
    record = StepRecord(
        job_id=job_id,
        step=step,
        version=version,
        state=state,
        output=output if state == "done" else None,
        provider="gemini",
        model="flash",
        seconds=2.25,
        tokens=321,
    )
    office.worker.store.steps.save(record)


def full_job(office: Office, steps: int, state: JobState = "waiting", text: str = "A cat.") -> JobRecord:
    """A job of Full Workflow of which so many steps were made."""
    job = new_job(office.desk, text, mode="full", picture=False)
    wish = {**job.inputs, "white_frame": False}
    office.worker.store.jobs.update(job.id, inputs=wish, ask=True)
    for step in STEPS[:steps]:
        made(office, step, job.id)
    if state != "draft":
        office.worker.store.jobs.move_to(job.id, "waiting", stage=[*STEPS, "render"][steps])
    return office.desk.get(job.id)


def ended(office: Office, state: JobState, error: MovaError | None = None, steps: int = 4) -> JobRecord:
    """A job that was sent and came to this end."""
    job, store = full_job(office, steps), office.worker.store
    office.desk.approve(job.id)
    assert store.line.claim("mova-360p", "mova-360p", 1) == job.id
    store.jobs.move_to(job.id, "rendering", progress=40, server_job_id="v-1")
    if state == "completed":
        store.jobs.move_to(job.id, "saving")
    if state != "rendering":
        store.jobs.move_to(job.id, state, error=StoredError.of(error) if error else None)
    return office.desk.get(job.id)


def job_page(job: JobRecord, language: str = "en") -> AppTest:
    test = page("job.py", language)
    test.query_params["id"] = job.id
    return drawn(test)


def press(test: AppTest, label: str) -> AppTest:
    next(one for one in test.button if one.label == label).click()
    return drawn(test)


def labels(test: AppTest) -> list[str]:
    return [one.label for one in test.button]


def rows(office: Office, job: JobRecord, step: Step) -> list[tuple[int, str, str, bool]]:
    found = (one for one in office.desk.steps(job.id) if one.step == step)
    return [(one.version, one.state, one.output or "", one.chosen) for one in found]
