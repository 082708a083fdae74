"""Addresses of files: only as signed, in parts where asked for, posters made once, ZIPs under readable names."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from jobs.records import JobRecord
from tests.ui.still_office import new_job, still_office
from ui.files import file_path, poster_path, zip_path
from ui.office import Office
from ui.routes import ROUTES


@pytest.fixture
def office() -> Iterator[Office]:
    with still_office() as opened:
        yield opened


@pytest.fixture
def job(office: Office) -> JobRecord:
    return new_job(office.desk, "A boat")


@pytest.fixture
def browser() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=list(ROUTES))) as client:
        yield client


def test_a_file_and_a_part_of_it(office: Office, job: JobRecord, browser: TestClient) -> None:
    (office.desk.folder(job.id) / "video.mp4").write_bytes(b"0123456789")
    address = file_path(job.id, "video.mp4")
    whole = browser.get(address)
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, b"0123456789", "video/mp4")
    assert whole.headers["content-disposition"].startswith("inline")
    part = browser.get(address, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"234", "bytes 2-4/10")


def test_only_what_was_signed(office: Office, job: JobRecord, browser: TestClient) -> None:
    address = file_path(job.id, "first_frame.png")
    assert browser.get(address).status_code == 200
    assert browser.get(address.replace("first_frame.png", "job.json")).status_code == 404
    assert browser.get(address.replace("/files/", "/files/x")).status_code == 403
    assert browser.get(file_path("20260101-000000-abcdef", "job.json")).status_code == 404
    assert browser.get(file_path(job.id, "video.mp4")).status_code == 404
    assert browser.get(zip_path([job.id], "a.zip").replace("/zips/", "/files/")).status_code in (403, 404)
    office.desk.delete(job.id)
    assert browser.get(address).status_code == 404


def test_an_address_stays_the_same_for_a_while_and_ends(
    office: Office, job: JobRecord, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time() // 3600 * 3600 + 5
    monkeypatch.setattr("ui.files.time.time", lambda: now)
    address = file_path(job.id, "job.json")
    monkeypatch.setattr("ui.files.time.time", lambda: now + 600)
    assert file_path(job.id, "job.json") == address
    monkeypatch.setattr("ui.files.time.time", lambda: now + 5 * 3600)
    assert browser.get(address).status_code == 200
    monkeypatch.setattr("ui.files.time.time", lambda: now + 7 * 3600)
    assert browser.get(address).status_code == 403


def test_a_name_to_keep_it_under_in_both_ways_of_writing(office: Office, job: JobRecord, browser: TestClient) -> None:
    said = browser.get(file_path(job.id, "job.json", save_as='橘猫 "x".json')).headers["content-disposition"]
    assert said == "attachment; filename=\" x.json\"; filename*=UTF-8''%E6%A9%98%E7%8C%AB%20%22x%22.json"


def test_a_poster_is_made_once_and_anew_for_another_picture(
    office: Office, job: JobRecord, browser: TestClient
) -> None:
    folder = office.desk.folder(job.id)
    assert not (folder / "poster.jpg").exists()
    answer = browser.get(poster_path(job.id, job.revision))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    made = (folder / "poster.jpg").stat().st_mtime_ns
    assert browser.get(poster_path(job.id, job.revision)).content == answer.content
    assert (folder / "poster.jpg").stat().st_mtime_ns == made
    assert "poster.jpg" in [file.name for file in office.worker.store.files.of(job.id)]
    (folder / "first_frame.png").touch()
    browser.get(poster_path(job.id, job.revision))
    assert (folder / "poster.jpg").stat().st_mtime_ns > made


def test_a_broken_video_has_the_poster_of_its_frame(office: Office, job: JobRecord, browser: TestClient) -> None:
    (office.desk.folder(job.id) / "video.mp4").write_bytes(b"no film")
    assert browser.get(poster_path(job.id, job.revision)).status_code == 200


def test_a_job_without_pictures_has_no_poster(office: Office, browser: TestClient) -> None:
    job = new_job(office.desk, "A boat", mode="full", picture=False)
    (office.desk.folder(job.id) / "first_frame.png").unlink(missing_ok=True)
    assert browser.get(poster_path(job.id, job.revision)).status_code == 404


def test_a_zip_of_several(office: Office, job: JobRecord, browser: TestClient) -> None:
    other, gone = new_job(office.desk, "A cat"), new_job(office.desk, "A dog")
    address = zip_path([job.id, other.id, gone.id], "mova-3.zip")
    office.desk.delete(gone.id)
    answer = browser.get(address)
    assert answer.headers["content-disposition"].startswith('attachment; filename="mova-3.zip"')
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    assert {f"{one.id}/{name}" for one in (job, other) for name in ("job.json", "first_frame.png")} <= set(
        archive.namelist()
    )
    office.desk.delete(job.id)
    office.desk.delete(other.id)
    assert browser.get(address).status_code == 404
