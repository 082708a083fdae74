"""What several jobs have in common is once on the disk, and each job is whole by itself all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from jobs.database.tables import FileRow
from jobs.service.service import JobService
from jobs.store.store import Store
from tests.jobs.load.workers import service_at, settings_of, white_order
from tests.pictures import picture

NAME = "first_frame_original_v1.png"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[JobService, Store]]:
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path)})) as opened:
        yield opened


def inode(service: JobService, job_id: str) -> int:
    return (service.files.folder(job_id) / NAME).stat().st_ino


def test_copies_share_the_picture_that_they_are_made_from(service: tuple[JobService, Store]) -> None:
    one, store = service
    job = one.create(white_order(picture=picture(colour="teal")))
    copies = [one.copies.duplicate(job.id, seed=seed) for seed in (1, 2, 3)]
    assert {inode(one, copy.id) for copy in copies} == {inode(one, job.id)}
    originals = [(file.name, file.sha256) for file in store.files.of(job.id) if file.kind == "original"]
    for copy in copies:
        assert [(file.name, file.sha256) for file in store.files.of(copy.id)] == originals
    usage = one.files.housekeeping().look(lambda *_: None)
    on_disk = {path.stat().st_ino: path.stat().st_size for path in one.files.folder(job.id).parent.glob("2*/*")}
    assert usage.whole.bytes == pytest.approx(sum(on_disk.values()), abs=4)


def test_deleting_one_leaves_the_other_whole_and_says_what_really_came_free(service: tuple[JobService, Store]) -> None:
    one, _store = service
    data = picture(colour="teal")
    job = one.create(white_order(picture=data))
    copy = one.copies.duplicate(job.id)
    shared = len(data)
    whole = sum(path.stat().st_size for path in one.files.folder(job.id).iterdir())
    assert one.delete(job.id) == whole - shared
    assert (one.files.folder(copy.id) / NAME).read_bytes() == data


def test_another_picture_in_a_copy_changes_nothing_of_the_first(service: tuple[JobService, Store]) -> None:
    one, _store = service
    job = one.create(white_order(picture=picture(colour="teal")))
    copy = one.copies.duplicate(job.id)
    one.steps.swap_frame(copy.id, picture(900, 600, "red"))
    # As an editor does that writes in place.
    (one.files.folder(copy.id) / "first_frame.png").write_bytes(picture(colour="blue"))
    assert (one.files.folder(job.id) / NAME).read_bytes() == picture(colour="teal")
    assert not (one.files.folder(job.id) / "first_frame.png").samefile(one.files.folder(copy.id) / "first_frame.png")
    assert one.get(job.id).request.source_picture == "640x352"


def test_a_disk_without_links_takes_copies(service: tuple[JobService, Store], monkeypatch: pytest.MonkeyPatch) -> None:
    one, _store = service
    job = one.create(white_order(picture=picture(colour="teal")))

    def refuse(*_: object) -> None:
        raise OSError(1, "not permitted")

    monkeypatch.setattr("record.folder.os.link", refuse)
    copy = one.copies.duplicate(job.id)
    assert inode(one, copy.id) != inode(one, job.id)
    assert (one.files.folder(copy.id) / NAME).read_bytes() == picture(colour="teal")
    assert list(one.files.folder(copy.id).glob(".*")) == []


def test_a_file_of_which_nothing_was_said_is_as_those_of_before(service: tuple[JobService, Store]) -> None:
    """NULL, which rows of before migration 0021 have, and not the word null of JSON."""
    one, store = service
    job = one.create(white_order(picture=picture(colour="teal")))
    with store.database.read() as session:
        told = session.execute(select(func.count(), func.count(FileRow.notes)).where(FileRow.job_id == job.id)).one()
    assert told[0] > 0
    assert told[1] == 0
    assert {file.notes for file in store.files.of(job.id)} == {()}
