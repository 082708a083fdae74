"""Jobs that stand still at every step and in every state, and their page."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from core.errors import MovaError
from core.steps import Step
from jobs.model.records import JobRecord, StepRecord, StoredError
from jobs.model.request import QueueKey
from jobs.model.states import JobState, StepState
from tests.pictures import picture
from tests.ui.still_app import drawn, new_job, page
from ui.app_context import AppContext

TEXTS: dict[Step, str] = {
    "image_prompt": "A grey cat.",
    "visual_elements": "A cat, a sill.",
    "video_description": 'The cat says, "Hello there." Rain falls.',
}
STEPS: tuple[Step, ...] = ("image_prompt", "first_frame", "visual_elements", "video_description")


def made(app_context: AppContext, step: Step, job_id: str, version: int = 1, state: StepState = "done") -> None:
    """A version of a step as a service would have made it."""
    output = TEXTS.get(step, "")
    if step == "first_frame":
        output = f"first_frame_original_v{version}.png"
        (app_context.service.files.folder(job_id) / output).write_bytes(picture())
    plan = app_context.service.plans.steps_of(app_context.service.get(job_id))
    record = StepRecord(
        job_id=job_id,
        step=step,
        version=version,
        state=state,
        input_hash=plan.of(step).input_hash,
        output=output if state == "done" else None,
        provider="gemini",
        model="flash",
        seconds=2.25,
        tokens=321,
    )
    app_context.worker.store.steps.save(record)


def full_job(app_context: AppContext, steps: int, state: JobState = "waiting", text: str = "A cat.") -> JobRecord:
    """A job of Full Workflow of which so many steps were made."""
    job = new_job(app_context.service, text, mode="full", picture=False)
    changes = {"white_frame": False, "review_each_step": True}
    app_context.worker.store.jobs.update(job.id, request=changes)
    for step in STEPS[:steps]:
        made(app_context, step, job.id)
    if state != "draft":
        app_context.worker.store.jobs.move_to(job.id, "waiting", stage=[*STEPS, "render"][steps])
    return app_context.service.get(job.id)


def ended(app_context: AppContext, state: JobState, error: MovaError | None = None, steps: int = 4) -> JobRecord:
    """A job that was sent and came to this end."""
    job, store = full_job(app_context, steps), app_context.worker.store
    app_context.service.approve(job.id)
    assert store.queue.claim("mova-360p", QueueKey("mova-360p"), 1) == job.id
    store.jobs.move_to(job.id, "rendering", progress=40, server_job_id="v-1")
    if state == "completed":
        store.jobs.move_to(job.id, "saving")
    if state != "rendering":
        store.jobs.move_to(job.id, state, error=StoredError.of(error) if error else None)
    return app_context.service.get(job.id)


def job_page(job: JobRecord, language: str = "en") -> AppTest:
    return page("job/job.py", language, id=job.id)


def press(test: AppTest, label: str) -> AppTest:
    next(one for one in test.button if one.label == label).click()
    return drawn(test)


def labels(test: AppTest) -> list[str]:
    return [one.label for one in test.button]


def rows(app_context: AppContext, job: JobRecord, step: Step) -> list[tuple[int, str, str, bool]]:
    found = (one for one in app_context.service.steps.of(job.id) if one.step == step)
    return [(one.version, one.state, one.output or "", one.chosen) for one in found]
