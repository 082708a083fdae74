"""What a finished job's video says about itself: everything that its record says, and the frame that was sent."""

from __future__ import annotations

import errno
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from jobs.execution.finalize import FinalizeStage, Saved
from jobs.model.records import JobRecord
from media.tags import film_of, read_tags
from media.videos import probe
from record import provenance
from tests.jobs.load.tiny_video import tiny_video
from tests.jobs.load.video_server import VideoServer
from tests.jobs.running_service import RunningService, running_service

SECRET = "sk-never-in-a-file"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningService]:
    with running_service(tmp_path, VideoServer(), GEMINI_API_KEY=SECRET) as opened:
        yield opened


def finished(running: RunningService) -> tuple[JobRecord, Path]:
    (job_id,) = running.ordered("ann-the-owner")
    job = running.becomes(job_id, "completed")
    return job, running.service.files.folder(job_id)


def document(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(read_tags(folder / "video.mp4").words["comment"])
    return found


def test_the_video_says_what_the_record_says(running: RunningService) -> None:
    job, folder = finished(running)
    beside = json.loads((folder / "job.json").read_text())
    assert document(folder) == provenance.shared(beside, prompts=True)
    assert beside["schema"] == 2
    assert beside["video_bytes"] == (folder / "video.mp4").stat().st_size
    assert beside["settings"]["seed"] == job.render.seed
    assert beside["server_version"] == "0.5.23"
    assert beside["finished"] == job.finished.isoformat(timespec="seconds") if job.finished else False
    assert provenance.check_pair(folder, prompts=True) is None
    assert job.warnings == running.service.get(job.id).warnings
    assert not [words for words in job.warnings if words.template == provenance.NOT_WRITTEN]


def test_a_job_that_changed_meanwhile_is_written_into_its_video_again(
    running: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = FinalizeStage.recorded

    def changing(stage: FinalizeStage, saved: Saved) -> None:
        recorded(stage, saved)
        stage.store.jobs.update(saved.job.id, server_version="0.5.24")

    monkeypatch.setattr(FinalizeStage, "recorded", changing)
    job, folder = finished(running)
    assert document(folder)["server_version"] == "0.5.24"
    assert provenance.check_pair(folder, prompts=True) is None
    assert not [words for words in job.warnings if words.template == provenance.NOT_WRITTEN]


def test_the_cover_is_the_frame_that_was_sent(running: RunningService) -> None:
    _, folder = finished(running)
    (sent,) = running.server.accepted
    cover = read_tags(folder / "video.mp4").cover
    assert cover == sent.frame == (folder / "first_frame.png").read_bytes()
    assert hashlib.sha256(cover).hexdigest() == document(folder)["first_frame_sha256"]
    assert Image.open(io.BytesIO(cover)).size == (640, 352)


def test_the_film_is_untouched(running: RunningService, tmp_path: Path) -> None:
    _, folder = finished(running)
    plain = tmp_path / "plain.mp4"
    plain.write_bytes(tiny_video(640, 352, 17, 24))
    assert film_of(plain) == film_of(folder / "video.mp4")
    before, after = probe(plain), probe(folder / "video.mp4")
    assert (before.num_frames, before.seconds, before.sound_seconds) == (
        after.num_frames,
        after.seconds,
        after.sound_seconds,
    )


def test_labels_for_people_and_machines(running: RunningService) -> None:
    job, folder = finished(running)
    with av.open(str(folder / "video.mp4"), options={"export_xmp": "1"}) as film:
        tags = dict(film.metadata)
    assert tags["title"]
    assert "AI-generated" in tags["keywords"]
    assert "trainedAlgorithmicMedia" in tags["xmp"]
    assert f'"ProduceID": "{job.id}"' in tags["xmp"]
    assert document(folder)["AIGC"]["Label"] == "1"


def test_no_key_no_path_no_owner(running: RunningService) -> None:
    _, folder = finished(running)
    for data in ((folder / "video.mp4").read_bytes(), (folder / "job.json").read_bytes()):
        for secret in (SECRET, str(folder.parent), "ann-the-owner", running.server.url):
            assert secret.encode() not in data


def test_prompts_are_left_out_where_that_is_set(tmp_path: Path) -> None:
    with running_service(tmp_path, VideoServer(), PROVENANCE_PROMPTS="false") as running:
        job, folder = finished(running)
        prompt = job.request.text
        assert prompt in (folder / "job.json").read_text()
        assert prompt.encode() not in (folder / "video.mp4").read_bytes()
        inside = document(folder)
        assert inside["prompts_left_out"] is True
        assert (inside["seed"], inside["settings"]["seed"]) == (job.render.seed, job.render.seed)
        assert "trainedAlgorithmicMedia" in read_tags(folder / "video.mp4").xmp


@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "No space left on device"), ValueError("muxer")])
def test_a_video_is_worth_more_than_its_tags(
    running: RunningService, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr("media.tags.write_tagged", broken)
    job, folder = finished(running)
    assert (folder / "video.mp4").read_bytes() == tiny_video(640, 352, 17, 24)
    assert job.warnings[-1].template == provenance.NOT_WRITTEN
    assert "could not be written into the video file" in (folder / "job.json").read_text()
    assert not list(folder.glob(".*.part"))


def test_tags_that_read_back_differently_are_not_kept(running: RunningService, monkeypatch: pytest.MonkeyPatch) -> None:
    written = provenance.tags_of
    monkeypatch.setattr(provenance, "tags_of", lambda *given: written(*given))
    monkeypatch.setattr("media.tags._xmp_box", lambda xmp: b"")
    job, folder = finished(running)
    assert (folder / "video.mp4").read_bytes() == tiny_video(640, 352, 17, 24)
    assert job.warnings[-1].template == provenance.NOT_WRITTEN
