"""An order becomes a job with its files, all or nothing; the person's picture is decoded once on its way."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import media.frames
import media.pictures
from core.errors import DiskQuota, PictureError, PictureTooLarge
from jobs.model.records import JobRecord, StepRecord
from jobs.store.orders import JobCreation, Order
from jobs.store.quotas import Quota
from media.crop import CropChoice
from media.frames import open_source, read_own, render_frame
from pipeline import PREPARATION
from tests.jobs.load.workers import SMALL, service_at, settings_of, white_order
from tests.jobs.samples import a_request, done_step
from tests.pictures import encoded, picture


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The sizes of the pictures that were decoded."""
    sizes, plain = list[tuple[int, int]](), media.pictures._plain

    def counted(picture: Image.Image) -> Image.Image:
        sizes.append(picture.size)
        return plain(picture)

    monkeypatch.setattr(media.pictures, "_plain", counted)
    media.frames._decoded.cache_clear()  # another test may have had the same picture
    return sizes


@pytest.mark.parametrize(("size", "kind"), [((901, 602), "JPEG"), ((4001, 3001), "JPEG"), ((640, 352), "PNG")])
def test_a_picture_is_decoded_once(
    tmp_path: Path, decoded: list[tuple[int, int]], size: tuple[int, int], kind: str
) -> None:
    """As the command line has it: read, cropped for what is said of it, ordered, and made the job's first frame."""
    Image.new("RGB", size, "teal").save(tmp_path / "own", kind)
    settings = settings_of({"OUTPUT_DIR": str(tmp_path / "outputs")})
    data, _ = read_own(tmp_path / "own", settings)
    frame, _ = render_frame(open_source(data, settings), SMALL, CropChoice())
    with service_at(settings) as (service, _store):
        job = service.create(white_order(picture=data))
        assert job.request.source_picture == f"{size[0]}x{size[1]}"
        assert (
            Image.open(service.files.folder(job.id) / "first_frame.png").tobytes()
            == Image.open(io.BytesIO(frame)).tobytes()
        )
    assert decoded == [size]


def test_other_limits_look_anew_and_what_is_refused_is_refused_again(
    tmp_path: Path, decoded: list[tuple[int, int]]
) -> None:
    data = picture(1500, 1000)
    settings = settings_of({"OUTPUT_DIR": str(tmp_path)})
    open_source(data, settings)
    for _ in range(2):
        with pytest.raises(PictureTooLarge):
            open_source(data, settings.model_copy(update={"max_image_megapixels": 1}))
    assert decoded == [(1500, 1000)]


def test_a_picture_larger_than_what_is_kept_is_opened_all_the_same(tmp_path: Path) -> None:
    data = encoded(Image.new("L", (10_000, 5_001)))
    assert open_source(data, settings_of({"OUTPUT_DIR": str(tmp_path)})).size == (10_000, 5_001)


# ---- all or nothing --------------------------------------------------------------------------------------------------


def created(tmp_path: Path, order: Order, quota: Quota | None = None) -> tuple[JobRecord, list[StepRecord], set[str]]:
    """The job, its steps, and its files on record."""
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path / "outputs")})) as (service, store):
        context = service._context
        job = JobCreation(context.settings, store, context.folders).create(order, owner="ann", quota=quota)
        return job, list(store.steps.of(job.id)), {one.name for one in store.files.of(job.id)}


def full(**more: Any) -> Order:
    return Order(request=a_request(render=SMALL), **more)


def test_a_picture_of_ones_own_is_the_frame_and_needs_no_image_prompt(tmp_path: Path) -> None:
    job, steps, files = created(tmp_path, full(picture=picture(900, 600)))
    assert [(one.step, one.state, one.provider) for one in steps] == [
        ("image_prompt", "skipped", "user"),
        ("first_frame", "done", "user"),
    ]
    assert (job.request.source_picture, job.state) == ("900x600", "draft")
    assert files == {"first_frame_original_v1.png", "first_frame.png"}


def test_what_rests_on_the_picture_it_replaces_is_stale(tmp_path: Path) -> None:
    before = tuple(done_step("", step, step) for step in PREPARATION)
    _, steps, files = created(tmp_path, full(picture=picture(), steps=before))
    assert {(one.step, one.version): one.state for one in steps} == {
        ("image_prompt", 1): "done",
        ("first_frame", 1): "done",
        ("first_frame", 2): "done",
        ("visual_elements", 1): "stale",
        ("video_description", 1): "stale",
    }
    assert "first_frame_original_v2.png" in files


@pytest.mark.parametrize("why", ["a picture that is none", "a quota"])
def test_what_is_refused_leaves_nothing(tmp_path: Path, why: str) -> None:
    data = picture() if why == "a quota" else b"no picture"
    with pytest.raises(DiskQuota if why == "a quota" else PictureError):
        created(tmp_path, white_order(picture=data), Quota(disk=1))
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path / "outputs")})) as (_service, store):
        assert store.pages.count() == 0
    assert not [path for path in (tmp_path / "outputs").glob("2*") if any(path.iterdir())]


def test_the_same_order_twice_is_one_job(tmp_path: Path) -> None:
    order = white_order(id="20260101-000000-aaaaaa")
    assert created(tmp_path, order)[0].number == created(tmp_path, order)[0].number


def test_a_copy_has_what_was_made_and_the_changes(tmp_path: Path) -> None:
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path / "outputs")})) as (service, store):
        job = service.create(full(picture=picture(), steps=(done_step("", "image_prompt", "a quay"),)))
        context = service._context
        copy = JobCreation(context.settings, store, context.folders).copy_of(job, captions=True)
    assert [(one.step, one.kept) for one in copy.steps] == [("image_prompt", True), ("first_frame", True)]
    assert (copy.parent, copy.owner, copy.request) == (job.id, job.owner, job.request.changed(captions=True))
    assert copy.files == {"first_frame_original_v1.png": picture()}
