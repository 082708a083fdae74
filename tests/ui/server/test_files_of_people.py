"""Addresses of files where people are told apart: they open for the one for whom they were signed, and nobody else."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from unittest import mock

import pytest
from itsdangerous import URLSafeTimedSerializer
from starlette.applications import Starlette
from starlette.testclient import TestClient

from jobs.model.people import Person
from tests.jobs.load.workers import white_order
from tests.ui.still_app import still_app
from ui.app_context import AppContext
from ui.server import files
from ui.server.files import ROUTES

HEADER = "X-Forwarded-User"
ANN, BOB, ROOT = Person(name="ann"), Person(name="bob"), Person(name="root", is_admin=True)


@pytest.fixture
def app_context(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppContext]:
    monkeypatch.setenv("TRUSTED_USER_HEADER", HEADER)
    monkeypatch.setenv("ADMINS", "root")
    with still_app() as opened:
        yield opened


@pytest.fixture
def job(app_context: AppContext) -> str:
    job_id = app_context.worker.service.of(ANN).create(white_order()).id
    (app_context.worker.service.files.folder(job_id) / "video.mp4").write_bytes(b"0123456789")
    return job_id


def address(person: Person, job: str) -> str:
    """As a page of this person would make it."""
    with mock.patch.object(files, "person", return_value=person):
        return files.file_path(job, "video.mp4")


def get(path: str, person: Person | None, **headers: str) -> tuple[int, bytes]:
    app = Starlette(routes=list(ROUTES))
    named = {HEADER: person.name} if person else {}
    answer = TestClient(app).get(path, headers=headers | named)
    return answer.status_code, answer.content


def test_the_owner_gets_the_file_and_parts_of_it(job: str) -> None:
    path = address(ANN, job)
    assert get(path, ANN) == (200, b"0123456789")
    assert get(path, ANN, Range="bytes=2-4") == (206, b"234")


def test_an_address_opens_nothing_for_anybody_else(job: str) -> None:
    path = address(ANN, job)
    assert {get(path, other)[0] for other in (BOB, ROOT, None)} == {403}


def test_nor_does_that_of_a_thumbnail(app_context: AppContext) -> None:
    job_id = app_context.worker.service.of(ANN).create(white_order()).id
    with mock.patch.object(files, "person", return_value=ANN):
        path = files.thumbnail_path(job_id, "1")
    assert [get(path, one)[0] for one in (ANN, BOB, ROOT, None)] == [200, 403, 403, 403]


def test_nobody_can_sign_themselves_into_a_job_of_others(job: str) -> None:
    assert get(address(BOB, job), BOB)[0] == 404
    assert get(address(ROOT, job), ROOT) == (200, b"0123456789")


def test_forged_expired_and_bent_addresses_fail(
    job: str, app_context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = address(ANN, job)
    token = path.split("/")[2]
    forged = URLSafeTimedSerializer("a guess", salt="files-ann").dumps([job, "video.mp4", ""])
    for bent in (forged, token[:-1], token[::-1], f"{token}x", "x"):
        assert get(f"/files/{bent}/video.mp4", ANN)[0] == 403
    assert get(path.replace("/video.mp4", "/job.json"), ANN)[0] == 404
    monkeypatch.setattr(files, "_LIFE_SECONDS", -1)
    assert get(path, ANN)[0] == 403


def test_a_zip_holds_only_what_one_may_see(job: str, app_context: AppContext) -> None:
    mine = app_context.worker.service.of(BOB).create(white_order()).id
    with mock.patch.object(files, "person", return_value=BOB):
        path = files.zip_path([mine, job], "two.zip")
    status, content = get(path, BOB)
    assert status == 200
    assert {name.split("/")[0] for name in zipfile.ZipFile(io.BytesIO(content)).namelist()} == {mine}
    assert get(path, ANN)[0] == 403


def test_a_deleted_jobs_address_fails(job: str, app_context: AppContext) -> None:
    path = address(ANN, job)
    app_context.worker.service.cancel(job)
    app_context.worker.service.delete(job)
    assert get(path, ANN)[0] == 404
