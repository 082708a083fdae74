"""Finished videos: the frame that is handed on, the film of a chain, and the labelled copy."""

from __future__ import annotations

import io
import json

import av
import numpy as np
import pytest
from PIL import Image

from core.errors import NothingToExtend, ShotsDiffer, VideoUnplayable
from jobs.service.export import run_files
from media.tags import read_tags
from record.folder import VIDEO
from tests.jobs.finished_shots import shot
from tests.jobs.service.conftest import OpenService
from tests.media.films import frames_of, shade


def test_the_last_frame_is_handed_on(opened: OpenService) -> None:
    one = shot(opened.service, opened.store, num_frames=13)
    png = opened.service.videos.last_frame(one.id)
    with Image.open(io.BytesIO(png)) as picture:
        assert (picture.format, picture.size) == ("PNG", (64, 48))
        assert float(np.asarray(picture).mean()) == pytest.approx(shade(12), abs=3)
    draft = shot(opened.service, opened.store, state="draft")
    with pytest.raises(NothingToExtend):
        opened.service.videos.last_frame(draft.id)
    (opened.service.files.folder(one.id) / VIDEO).write_bytes(b"damaged")
    with pytest.raises(VideoUnplayable):
        opened.service.videos.last_frame(one.id)


def test_the_film_is_made_once_and_says_what_it_is(opened: OpenService) -> None:
    service, store = opened.service, opened.store
    one = shot(service, store, num_frames=9)
    two = shot(service, store, after=one, num_frames=9, first=8)
    three = shot(service, store, after=two, num_frames=9, first=16)
    shots, steps = service.videos.chain(one.id).finished, []
    path = service.videos.film(shots, lambda done, whole: steps.append((done, whole)))
    assert path.parent == service.files.folder(three.id)
    assert frames_of(path) == pytest.approx([shade(number) for number in range(25)], abs=4)
    assert steps[-1] == (25, 25)
    with av.open(str(path)) as container:
        comment = json.loads(container.metadata["comment"])
    assert (comment["ai_generated"], comment["shots"]) == (True, [one.id, two.id, three.id])
    assert "trainedAlgorithmicMedia" in read_tags(path).xmp
    written = path.stat().st_mtime_ns
    assert service.videos.film(shots, lambda *_: None).stat().st_mtime_ns == written
    shorter = service.videos.film(shots[:2], lambda *_: None)
    assert shorter.parent == service.files.folder(two.id)
    assert [file.name for file in path.parent.glob(".*")] == []


def test_a_shot_that_goes_on_from_another_than_the_one_before_it_is_cut_to_whole(opened: OpenService) -> None:
    service, store = opened.service, opened.store
    one = shot(service, store, num_frames=9)
    two = shot(service, store, after=one, num_frames=9, first=8)
    three = shot(service, store, after=two, num_frames=9, first=16)
    whole = service.videos.film((one, two, three), lambda *_: None)
    path = service.videos.film((one, three), lambda *_: None)
    assert frames_of(path) == pytest.approx([shade(number) for number in (*range(9), *range(16, 25))], abs=4)
    assert whole.is_file()  # that of all shots stays


def test_the_size_is_that_of_the_file(opened: OpenService) -> None:
    job = shot(opened.service, opened.store, size=(624, 352))
    assert (job.render.size, opened.service.videos.size(job)) == ("640x352", "624x352")
    (opened.service.files.folder(job.id) / VIDEO).write_bytes(b"damaged")
    assert opened.service.videos.size(job) == "640x352"


def test_a_film_that_cannot_be_joined_leaves_nothing(opened: OpenService) -> None:
    service, store = opened.service, opened.store
    one = shot(service, store)
    odd = shot(service, store, after=one, size=(48, 64))
    with pytest.raises(ShotsDiffer, match="shot 2 is 48x64, shot 1 is 64x48"):
        service.videos.film((one, odd), lambda *_: None)
    assert list(service.files.folder(odd.id).glob("*joined*")) == []


def test_the_labelled_copy_leaves_the_video_as_it_is(opened: OpenService) -> None:
    job = shot(opened.service, opened.store, size=(320, 176))
    video = opened.service.files.folder(job.id) / VIDEO
    before = video.read_bytes()
    copy = opened.service.videos.labelled(job.id, lambda *_: None)
    assert video.read_bytes() == before != copy.read_bytes()
    assert sorted(path.name for path in copy.parent.glob("*.mp4")) == ["video-labelled.mp4", "video.mp4"]
    assert list(copy.parent.glob(".*")) == []


def test_a_light_copy_is_made_once_counted_and_goes_with_the_job(opened: OpenService) -> None:
    job = shot(opened.service, opened.store, size=(320, 176))
    video = opened.service.files.folder(job.id) / VIDEO
    before, light = video.read_bytes(), opened.service.videos.light(job.id)
    assert video.read_bytes() == before
    assert "trainedAlgorithmicMedia" in read_tags(light).xmp
    made = light.stat().st_mtime_ns
    assert opened.service.videos.light(job.id).stat().st_mtime_ns == made
    assert [file.bytes for file in opened.store.files.of(job.id) if file.kind == "light"] == [light.stat().st_size]
    assert light not in run_files(light.parent)
    assert opened.service.delete(job.id)
    assert not light.parent.exists()


def test_of_a_damaged_video_there_is_no_light_copy_and_the_job_stays_as_it_is(opened: OpenService) -> None:
    job = shot(opened.service, opened.store)
    (opened.service.files.folder(job.id) / VIDEO).write_bytes(b"damaged")
    with pytest.raises(VideoUnplayable):
        opened.service.videos.light(job.id)
    assert opened.service.get(job.id) == job
    assert not list(opened.service.files.folder(job.id).glob("*light*"))


def test_what_is_small_is_played_as_it_is(opened: OpenService) -> None:
    job = shot(opened.service, opened.store)
    assert not opened.service.videos.is_heavy(job)
    (opened.service.files.folder(job.id) / VIDEO).write_bytes(bytes(2_000_000))
    assert opened.service.videos.is_heavy(job)
