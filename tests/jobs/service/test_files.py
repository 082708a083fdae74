"""A job's files: the document beside its video, its small picture, and what they weigh."""

from __future__ import annotations

import json

from tests.jobs.finished_shots import shot
from tests.jobs.load.workers import white_order
from tests.jobs.service.conftest import OpenService
from tests.pictures import picture


def test_the_document_says_what_is_on_record(opened: OpenService) -> None:
    job = opened.service.create(white_order(picture=picture()))
    record = opened.service.files.record(job.id)
    assert (record.id, record.state, record.mode) == (job.id, "draft", "simple")
    document = json.loads((opened.service.files.folder(job.id) / "job.json").read_text())
    assert (document["id"], document["prompt"], "owner" in document) == (job.id, "A cat purrs.", False)


def test_what_it_weighs_is_what_comes_free(opened: OpenService) -> None:
    job = shot(opened.service, opened.store)
    weight = opened.service.files.weigh(job.id)
    assert weight >= sum(path.stat().st_size for path in opened.service.files.folder(job.id).glob("*.mp4"))
    assert opened.service.delete(job.id) == weight


def test_what_two_jobs_share_weighs_nothing_until_one_is_gone(opened: OpenService) -> None:
    job = opened.service.create(white_order(picture=picture()))
    alone = opened.service.files.weigh(job.id)
    copy = opened.service.copies.duplicate(job.id)
    assert opened.service.files.weigh(job.id) < alone
    opened.service.delete(copy.id)
    assert opened.service.files.weigh(job.id) == alone


def test_a_poster_is_made_once_there_is_something_to_see(opened: OpenService) -> None:
    job = shot(opened.service, opened.store)
    poster = opened.service.files.poster(job.id)
    assert poster is not None
    assert poster.stat().st_size > 0


def test_originals_are_on_record_with_their_checksum(opened: OpenService) -> None:
    job = opened.service.create(white_order(picture=picture()))
    kinds = {one.kind: one.name for one in opened.service.files.recorded(job.id)}
    assert kinds["original"] == "first_frame_original_v1.png"
