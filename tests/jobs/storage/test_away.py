"""While the bucket is away every page is drawn, what needs it says so in plain words, and what is here is shown."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from api.app import create_api
from api.context import ApiContext
from jobs.model.api_keys import USUAL_SCOPES
from jobs.model.records import JobRecord
from media.frames import white_png
from record.folder import VIDEO
from tests.jobs.finished_shots import shot
from tests.jobs.load.workers import SMALL, service_at
from tests.jobs.storage.buckets import Bucket
from tests.jobs.storage.machines import machine
from tests.ui.seen_servers import see
from tests.ui.still_app import drawn, page, still_app, words
from ui.server.files import ROUTES, file_path, poster_path, zip_path

AWAY = "The bucket {} cannot be used at the moment: it does not answer as it should."


def test_it_is_said_everywhere(
    bucket: Bucket, tmp_path: Path, empty_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.storage.bucket._RETRY", {"max_retries": 0})
    shutil.copy(empty_sqlite, tmp_path / "jobs.db")
    one, other = (machine(bucket, tmp_path / name, f"sqlite:///{tmp_path / 'jobs.db'}") for name in ("one", "other"))
    with service_at(one) as (service, store):
        job = shot(service, store, order={"owner": "local"})
        service._folders.record_file(job, "video", VIDEO)
    said = AWAY.format(bucket.name)
    with still_app(other) as opened:
        see(opened)
        here = shot(opened.service, opened.worker.store, order={"owner": "local"})
        opened.service._folders.record_file(here, "video", VIDEO)
        bucket.fault = "away"
        for name in ("create/create", "queue/queue", "library/library", "film/films", "settings/settings"):
            assert said not in words(page(f"{name}.py"))
        assert said in words(_job_page(job))
        assert "无法使用" in words(_job_page(job, "zh_CN"))
        assert said not in words(_job_page(here))
        with TestClient(Starlette(routes=list(ROUTES))) as browser:
            for path in (file_path(job.id, VIDEO), poster_path(job.id, 1), zip_path([job.id], "a.zip")):
                answer = browser.get(path, headers={"Accept-Language": "zh-CN"})
                assert answer.status_code == 503
                assert bucket.name in answer.text
                assert "无法使用" in answer.text
            assert browser.get(file_path(here.id, VIDEO)).status_code == 200
        api = create_api(lambda: ApiContext(other, opened.service, lambda: False))
        client = TestClient(api, base_url="http://127.0.0.1:8600", client=("127.0.0.1", 1))
        key = opened.service.api_keys.create("script", USUAL_SCOPES)[1]
        client.headers["Authorization"] = f"Bearer {key}"
        wanted = {"prompt": "A cat.", "model": "mova-360p"}
        for answer in (
            client.get(f"/api/v1/jobs/{job.id}/files/{VIDEO}"),
            client.get(f"/v1/videos/{job.id}/content"),
            client.post("/v1/videos", data=wanted, files={"input_reference": ("a.png", white_png(SMALL), "image/png")}),
        ):
            assert answer.status_code == 503
            assert answer.headers["Retry-After"]
            assert said in answer.text
        assert client.get(f"/api/v1/jobs/{here.id}/files/{VIDEO}").status_code == 200
        assert len(list(other.output_dir.glob("2*/"))) == 2  # of the refused one nothing stays
        assert [one["id"] for one in client.get("/api/v1/jobs").json()["jobs"]] == [here.id, job.id]


def _job_page(job: JobRecord, language: str = "en") -> AppTest:
    test = page("job/job.py", language)
    test.query_params["id"] = job.id
    return drawn(test)
