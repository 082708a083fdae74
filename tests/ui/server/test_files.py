"""Addresses of files: only as signed, in parts where asked for, posters made once, ZIPs under readable names."""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from film.document import Film
from jobs.model.records import JobRecord
from jobs.model.request import JobRequest
from jobs.store.orders import Order
from tests.film.samples import FILM
from tests.jobs.film_takes import FRAMES, all_takes
from tests.media.test_music import music
from tests.renders import landscape
from tests.ui.still_app import new_job
from ui.app_context import AppContext
from ui.server.files import (
    ROUTES,
    document_path,
    file_path,
    hand_over_path,
    music_path,
    poster_path,
    thumbnail_path,
    zip_path,
)


@pytest.fixture
def job(app_context: AppContext) -> JobRecord:
    return new_job(app_context.service, "A boat")


@pytest.fixture
def browser() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=list(ROUTES))) as client:
        yield client


def test_a_file_and_a_part_of_it(app_context: AppContext, job: JobRecord, browser: TestClient) -> None:
    (app_context.service.files.folder(job.id) / "video.mp4").write_bytes(b"0123456789")
    address = file_path(job.id, "video.mp4")
    whole = browser.get(address)
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, b"0123456789", "video/mp4")
    assert whole.headers["content-disposition"].startswith("inline")
    part = browser.get(address, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"234", "bytes 2-4/10")


def test_where_no_light_copy_can_be_made_the_video_itself_is_played(
    app_context: AppContext, job: JobRecord, browser: TestClient
) -> None:
    assert browser.get(file_path(job.id, "video-light.mp4")).status_code == 404
    (app_context.service.files.folder(job.id) / "video.mp4").write_bytes(b"0123456789")
    assert browser.get(file_path(job.id, "video-light.mp4")).content == b"0123456789"


def test_only_what_was_signed(app_context: AppContext, job: JobRecord, browser: TestClient) -> None:
    address = file_path(job.id, "first_frame.png")
    assert browser.get(address).status_code == 200
    assert browser.get(address.replace("first_frame.png", "job.json")).status_code == 404
    assert browser.get(address.replace("/files/", "/files/x")).status_code == 403
    assert browser.get(file_path("20260101-000000-abcdef", "job.json")).status_code == 404
    assert browser.get(file_path(job.id, "video.mp4")).status_code == 404
    assert browser.get(zip_path([job.id], "a.zip").replace("/zips/", "/files/")).status_code in (403, 404)
    app_context.service.delete(job.id)
    assert browser.get(address).status_code == 404


def test_an_address_stays_the_same_for_a_while_and_ends(
    app_context: AppContext, job: JobRecord, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time() // 3600 * 3600 + 5
    monkeypatch.setattr("ui.server.files._now", lambda: now)
    address = file_path(job.id, "job.json")
    monkeypatch.setattr("ui.server.files._now", lambda: now + 600)
    assert file_path(job.id, "job.json") == address
    monkeypatch.setattr("ui.server.files._now", lambda: now + 5 * 3600)
    assert browser.get(address).status_code == 200
    monkeypatch.setattr("ui.server.files._now", lambda: now + 7 * 3600)
    assert browser.get(address).status_code == 403


def test_a_clock_that_is_set_back_refuses_no_address(
    app_context: AppContext, job: JobRecord, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, before = file_path(job.id, "job.json"), time.time()
    monkeypatch.setattr("ui.server.files.time.time", lambda: before - 3600)
    assert browser.get(address).status_code == 200


def test_a_poster_is_made_anew_also_where_the_clock_was_set_back(
    app_context: AppContext, job: JobRecord, browser: TestClient
) -> None:
    browser.get(poster_path(job.id, job.revision))
    folder = app_context.service.files.folder(job.id)
    Image.new("RGB", (640, 352), "red").save(folder / "first_frame.png")
    then = (folder / "poster.jpg").stat().st_mtime - 3600
    os.utime(folder / "first_frame.png", (then, then))
    seen = Image.open(io.BytesIO(browser.get(poster_path(job.id, job.revision)).content)).convert("RGB")
    assert seen.tobytes()[0] > 200  # red, as the picture is now


def test_a_name_to_keep_it_under_in_both_ways_of_writing(
    app_context: AppContext, job: JobRecord, browser: TestClient
) -> None:
    said = browser.get(file_path(job.id, "job.json", save_as='橘猫 "x".json')).headers["content-disposition"]
    assert said == "attachment; filename=\" x.json\"; filename*=UTF-8''%E6%A9%98%E7%8C%AB%20%22x%22.json"


def test_a_poster_is_made_once_and_anew_for_another_picture(
    app_context: AppContext, job: JobRecord, browser: TestClient
) -> None:
    folder = app_context.service.files.folder(job.id)
    assert not (folder / "poster.jpg").exists()
    answer = browser.get(poster_path(job.id, job.revision))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    made = (folder / "poster.jpg").stat().st_mtime_ns
    assert browser.get(poster_path(job.id, job.revision)).content == answer.content
    assert (folder / "poster.jpg").stat().st_mtime_ns == made
    assert "poster.jpg" in [file.name for file in app_context.worker.store.files.of(job.id)]
    (folder / "first_frame.png").touch()
    browser.get(poster_path(job.id, job.revision))
    assert (folder / "poster.jpg").stat().st_mtime_ns != made


def test_a_thumbnail_is_small_and_of_the_frame_as_it_is_now(
    app_context: AppContext, job: JobRecord, browser: TestClient
) -> None:
    frame = app_context.service.files.folder(job.id) / "first_frame.png"
    before = thumbnail_path(job.id, str(frame.stat().st_mtime_ns))
    answer = browser.get(before)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert max(Image.open(io.BytesIO(answer.content)).size) == 256
    Image.new("RGB", (640, 352), "red").save(frame)
    os.utime(frame, ns=(1, 1))
    assert thumbnail_path(job.id, "1") != before
    seen = Image.open(io.BytesIO(browser.get(thumbnail_path(job.id, "1")).content)).convert("RGB")
    assert seen.tobytes()[0] > 200
    frame.write_bytes(b"no picture")
    assert browser.get(thumbnail_path(job.id, "2")).status_code == 404
    assert browser.get(before.replace("thumbnail.jpg", "job.json")).status_code == 404


def test_a_broken_video_has_the_poster_of_its_frame(
    app_context: AppContext, job: JobRecord, browser: TestClient
) -> None:
    (app_context.service.files.folder(job.id) / "video.mp4").write_bytes(b"no film")
    assert browser.get(poster_path(job.id, job.revision)).status_code == 200


def test_a_job_without_pictures_has_no_poster(app_context: AppContext, browser: TestClient) -> None:
    order = Order(request=JobRequest(mode="full", text="A boat", render=landscape()))
    job = app_context.service.create(order)
    assert browser.get(poster_path(job.id, job.revision)).status_code == 404
    assert browser.get(thumbnail_path(job.id, "0")).status_code == 404


def test_a_zip_of_several(app_context: AppContext, job: JobRecord, browser: TestClient) -> None:
    other, gone = new_job(app_context.service, "A cat"), new_job(app_context.service, "A dog")
    address = zip_path([job.id, other.id, gone.id], "mova-3.zip")
    app_context.service.delete(gone.id)
    answer = browser.get(address)
    assert answer.headers["content-disposition"].startswith('attachment; filename="mova-3.zip"')
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    assert {f"{one.id}/{name}" for one in (job, other) for name in ("job.json", "first_frame.png")} <= set(
        archive.namelist()
    )
    app_context.service.delete(job.id)
    app_context.service.delete(other.id)
    assert browser.get(address).status_code == 404


def test_a_films_document_is_its_owners(app_context: AppContext, browser: TestClient) -> None:
    app_context.service.films.save(FILM)
    address = document_path(FILM.id, 1, save_as="灯.json")
    answer = browser.get(address)
    assert Film.model_validate_json(answer.content) == FILM
    assert answer.headers["content-disposition"].startswith("attachment")
    assert browser.get(address.replace("/films/", "/films/x")).status_code == 403
    assert browser.get(address.replace("/films/", "/files/")).status_code in (403, 404)
    for film_id, revision in ((FILM.id, 2), ("../x", 1)):
        assert browser.get(document_path(film_id, revision, save_as="a.json")).status_code == 404


def test_a_film_for_an_editor_is_its_owners(
    app_context: AppContext, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.server.files.installed", lambda: ("srt",))
    film = FILM.model_copy(update={"shot_frames": FRAMES})
    app_context.service.films.save(film)
    address = hand_over_path(film.id, 1, save_as="lamp.zip")
    unfinished = browser.get(address)
    assert (unfinished.status_code, unfinished.text) == (
        409,
        "Shot 1 has no finished video yet. Render it first, or take it out of the film.",
    )
    all_takes(app_context.service, app_context.worker.store, film)
    with zipfile.ZipFile(io.BytesIO(browser.get(address).content)) as archive:
        assert {"film.json", "subtitles.srt", "credits.txt"} <= set(archive.namelist())
    assert browser.get(address.replace("/hand-overs/", "/hand-overs/x")).status_code == 403
    assert browser.get(hand_over_path("nobody", 1, save_as="a.zip")).status_code == 404


def test_music_is_its_owners_and_comes_in_parts(app_context: AppContext, browser: TestClient, tmp_path: Path) -> None:
    sound = music(tmp_path / "bed.wav")
    bed = app_context.service.films.sounds.add_music(sound)
    address = music_path(bed.sound, "../夜 曲.WAV")
    assert address.endswith("/music.wav")
    whole = browser.get(address)
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, sound.read_bytes(), "audio/wav")
    assert browser.get(address, headers={"Range": "bytes=0-3"}).content == b"RIFF"
    assert browser.get(music_path("0" * 64, "a.mp3")).status_code == 404
    assert browser.get(address.replace("/music/", "/music/x")).status_code == 403
    assert music_path(bed.sound, "page.html").endswith("/music")
