"""On a machine that has none of the files a page is drawn without fetching one: a browser fetches what it shows.

While the bucket is away every page is drawn, what needs it says so in plain words, and what is here is shown.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from api.app import create_api
from api.context import ApiContext
from jobs.model.api_keys import USUAL_SCOPES
from jobs.model.records import JobRecord
from media.frames import white_png
from record.folder import FIRST_FRAME, POSTER, VIDEO
from tests.jobs.finished_shots import shot
from tests.jobs.load.workers import SMALL
from tests.jobs.storage.buckets import Bucket
from tests.jobs.storage.machines import machine
from tests.media.films import film
from tests.ui.jobs_in_states import ended, full_job, job_page
from tests.ui.seen_servers import see
from tests.ui.still_app import page, still_app, words
from ui.app_context import AppContext
from ui.server.files import ROUTES, file_path, poster_path, thumbnail_path, zip_path

AWAY = "The bucket {} cannot be used at the moment: it does not answer as it should."
PAGES = ("create/create", "queue/queue", "library/library", "film/films", "settings/settings")
ORIGINAL = "first_frame_original_v1.png"
HOST = "http://localhost:8501"


def test_it_is_said_everywhere(
    bucket: Bucket, tmp_path: Path, empty_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.storage.bucket._RETRY", {"max_retries": 0})
    monkeypatch.setattr(ContextProxy, "url", property(lambda _: f"{HOST}/"))
    shutil.copy(empty_sqlite, tmp_path / "jobs.db")
    one, other = (machine(bucket, tmp_path / name, f"sqlite:///{tmp_path / 'jobs.db'}") for name in ("one", "other"))
    with still_app(one) as opened:
        see(opened)
        job, waiting = _kept(opened, ended(opened, "completed")), _kept(opened, full_job(opened, 4))
    said = AWAY.format(bucket.name)
    with still_app(other) as opened, TestClient(Starlette(routes=list(ROUTES))) as browser:
        see(opened)
        here = shot(opened.service, opened.worker.store, order={"owner": "local"})
        opened.service._folders.record_file(here, "video", VIDEO)
        before, shown = len(bucket.asked), job_page(job)
        assert _fetched(bucket, before) == set()
        assert {FIRST_FRAME, VIDEO} <= _sources(shown)
        bucket.fault = "away"
        for name in PAGES:
            assert said not in words(page(f"{name}.py"))
        assert _fetched(bucket, before) == set()
        assert said in words(job_page(job))
        shown = job_page(job, "zh_CN")
        assert "无法使用" in words(shown)
        assert shown.button(key="star")
        assert said not in words(job_page(here))
        names = (VIDEO, FIRST_FRAME)
        paths = [*(file_path(job.id, name) for name in names), poster_path(job.id, 1), thumbnail_path(job.id, "1")]
        paths += [zip_path([job.id], "a.zip").partition("?")[0]]
        for path in paths:
            answer = browser.get(path, headers={"Accept-Language": "zh-CN"})
            assert answer.status_code == 503
            assert bucket.name in answer.text
            assert "无法使用" in answer.text
        assert browser.get(file_path(here.id, VIDEO)).status_code == 200
        links = {one.proto.label: one.proto.url.removeprefix(HOST) for one in shown.get("link_button")}
        for label in ("下载视频", "全部内容（ZIP）"):  # in the language of the page that they were on
            assert "请过几分钟再试" in browser.get(links[label], headers={"Accept-Language": "en"}).text
        _programs_hear_it(bucket, opened, job, here)
        bucket.fault = ""
        before = len(bucket.asked)
        assert browser.get(poster_path(job.id, 1)).status_code == 200
        assert _fetched(bucket, before) == {POSTER}  # no video to make it of
        assert browser.get(thumbnail_path(waiting.id, "1")).status_code == 200
        assert browser.get(links["下载视频"]).headers["content-type"] == "video/mp4"
        before = len(bucket.asked)
        assert len(_sources(job_page(waiting))) == 1
        assert _fetched(bucket, before) == {ORIGINAL}  # it can still be cropped


def _programs_hear_it(bucket: Bucket, opened: AppContext, job: JobRecord, here: JobRecord) -> None:
    said, root = AWAY.format(bucket.name), opened.settings.output_dir
    api = create_api(lambda: ApiContext(opened.settings, opened.service, lambda: False))
    client = TestClient(api, base_url="http://127.0.0.1:8600", client=("127.0.0.1", 1))
    key = opened.service.api_keys.create("script", USUAL_SCOPES)[1]
    client.headers["Authorization"] = f"Bearer {key}"
    wanted, folders = {"prompt": "A cat.", "model": "mova-360p"}, set(root.glob("2*/"))
    for answer in (
        client.get(f"/api/v1/jobs/{job.id}/files/{VIDEO}"),
        client.get(f"/v1/videos/{job.id}/content"),
        client.post("/v1/videos", data=wanted, files={"input_reference": ("a.png", white_png(SMALL), "image/png")}),
    ):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert said in answer.text
    assert client.get(f"/api/v1/jobs/{here.id}/files/{VIDEO}").status_code == 200
    assert set(root.glob("2*/")) == folders  # of the refused one nothing stays
    assert {job.id, here.id} <= {one["id"] for one in client.get("/api/v1/jobs").json()["jobs"]}


def _kept(opened: AppContext, job: JobRecord) -> JobRecord:
    """The job with its files on record, as a worker leaves it."""
    folders = opened.worker.folders
    folders.record_file(job, "original", ORIGINAL)
    folders.first_frame(job, opened.worker.store.steps.chosen(job.id)["first_frame"])
    if job.state == "completed":
        film(folders.path(job.id) / VIDEO, num_frames=9)
        folders.record_file(job, "video", VIDEO)
        folders.make_ahead(job)
    return job


def _sources(test: AppTest) -> set[str]:
    """The names of the pictures and videos that a browser would fetch."""
    shown = [one.url for picture in test.image for one in picture.proto.imgs]
    found = shown + [one.proto.url for one in test.get("video")]
    return {one.partition("?")[0].rpartition("/")[2] for one in found}


def _fetched(bucket: Bucket, since: int) -> set[str]:
    """The names of the files that were fetched from the bucket."""
    asked = [one.removeprefix("GET ") for one in bucket.asked[since:] if one.startswith("GET ")]
    return {one.rpartition("/")[2] for one in asked if "?list-type" not in one}
