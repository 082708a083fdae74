"""Finished videos in an app's library, put there without rendering them: films of a second, some seconds apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import update

from jobs.desk import Order
from jobs.records import JobRecord
from jobs.tables import JobRow
from jobs.wish import Wish
from record.folder import VIDEO
from tests.browser.running_app import RunningApp
from tests.browser.samples import photo
from tests.jobs.load.workers import SMALL, desk_at, settings_of
from tests.media.test_videos import make_video


def put_on_shelf(app: RunningApp, texts: Sequence[str]) -> list[JobRecord]:
    """One finished job a text, the newest first."""
    film = make_video(app.folder / "film.mp4", size=(640, 352), num_frames=48, sound=2.0, movflags="+faststart")
    variables = {"OUTPUT_DIR": str(app.folder / "outputs"), "MOVA_ENV_FILE": "/dev/null"}
    with desk_at(settings_of(variables)) as (desk, store):
        jobs = [desk.create(_order(text)) for text in texts]
        for job in jobs:
            (desk.folder(job.id) / VIDEO).write_bytes(film.read_bytes())
        ended = {"state": "completed", "finished": datetime.now(UTC), "server": "garage", "progress": 100}
        with store.database.write() as session:  # no worker is to take them up
            session.execute(update(JobRow).where(JobRow.id.in_([job.id for job in jobs])).values(ended))
        return [desk.get(job.id) for job in reversed(jobs)]


def folder_of(app: RunningApp, job: JobRecord) -> Path:
    return app.folder / "outputs" / job.id


def _order(text: str) -> Order:
    picture = photo()["buffer"]
    assert isinstance(picture, bytes)
    return Order(mode="simple", wish=Wish(text=text), render=SMALL, line="mova-360p", picture=picture)
