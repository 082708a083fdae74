"""Finished videos in an app's library, put there without rendering them: films of a second, some seconds apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import update

from jobs.database.tables import JobRow
from jobs.model.records import JobRecord
from jobs.model.request import JobRequest
from jobs.store.orders import Order
from record.folder import VIDEO
from tests.browser.running_app import RunningApp
from tests.browser.samples import photo
from tests.jobs.load.workers import SMALL, service_at, settings_of
from tests.media.test_videos import make_video


def put_finished_videos(app: RunningApp, texts: Sequence[str]) -> list[JobRecord]:
    """One finished job a text, the newest first."""
    film = make_video(app.folder / "film.mp4", size=(640, 352), num_frames=48, sound=2.0, movflags="+faststart")
    variables = {"OUTPUT_DIR": str(app.folder / "outputs"), "MOVA_ENV_FILE": "/dev/null"}
    with service_at(settings_of(variables)) as (service, store):
        jobs = [service.create(_order(text)) for text in texts]
        for job in jobs:
            (service.files.folder(job.id) / VIDEO).write_bytes(film.read_bytes())
        ended = {"state": "completed", "finished": datetime.now(UTC), "server": "garage", "progress": 100}
        with store.database.write() as session:  # no worker is to take them up
            session.execute(update(JobRow).where(JobRow.id.in_([job.id for job in jobs])).values(ended))
        return [service.get(job.id) for job in reversed(jobs)]


def folder_of(app: RunningApp, job: JobRecord) -> Path:
    return app.folder / "outputs" / job.id


def _order(text: str) -> Order:
    picture = photo()["buffer"]
    assert isinstance(picture, bytes)
    return Order(request=JobRequest(mode="simple", text=text, render=SMALL), picture=picture)
