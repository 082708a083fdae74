"""What several jobs have in common is once on the disk, and each job is whole by itself all the same."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from jobs.desk import Desk
from jobs.store import Store
from jobs.wish import Wish
from tests.jobs.load.workers import desk_at, settings_of, white_order

NAME = "first_frame_original_v1.png"


def picture(colour: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (900, 600), colour).save(written, "PNG")
    return written.getvalue()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Desk, Store]]:
    with desk_at(settings_of({"OUTPUT_DIR": str(tmp_path)})) as opened:
        yield opened


def inode(desk: Desk, job_id: str) -> int:
    return (desk.folder(job_id) / NAME).stat().st_ino


def test_copies_share_the_picture_that_they_are_made_from(desk: tuple[Desk, Store]) -> None:
    one, store = desk
    job = one.create(white_order(picture=picture("teal")))
    copies = [one.duplicate(job.id, seed=seed) for seed in (1, 2, 3)]
    assert {inode(one, copy.id) for copy in copies} == {inode(one, job.id)}
    originals = [(file.name, file.sha256) for file in store.files.of(job.id) if file.kind == "original"]
    for copy in copies:
        assert [(file.name, file.sha256) for file in store.files.of(copy.id)] == originals
    usage = one.housekeeping().look(lambda *_: None)
    on_disk = {path.stat().st_ino: path.stat().st_size for path in one.folder(job.id).parent.glob("2*/*")}
    assert usage.whole.bytes == pytest.approx(sum(on_disk.values()), abs=4)


def test_deleting_one_leaves_the_other_whole_and_says_what_really_came_free(desk: tuple[Desk, Store]) -> None:
    one, _store = desk
    data = picture("teal")
    job = one.create(white_order(picture=data))
    copy = one.duplicate(job.id)
    shared = len(data)
    whole = sum(path.stat().st_size for path in one.folder(job.id).iterdir())
    assert one.delete(job.id) == whole - shared
    assert (one.folder(copy.id) / NAME).read_bytes() == data


def test_another_picture_in_a_copy_changes_nothing_of_the_first(desk: tuple[Desk, Store]) -> None:
    one, _store = desk
    job = one.create(white_order(picture=picture("teal")))
    copy = one.duplicate(job.id)
    one.swap_frame(copy.id, picture("red"))
    (one.folder(copy.id) / "first_frame.png").write_bytes(picture("blue"))  # as an editor does that writes in place
    assert (one.folder(job.id) / NAME).read_bytes() == picture("teal")
    assert not (one.folder(job.id) / "first_frame.png").samefile(one.folder(copy.id) / "first_frame.png")
    assert Wish.of(one.get(job.id)).source_picture == "900x600"


def test_a_disk_without_links_takes_copies(desk: tuple[Desk, Store], monkeypatch: pytest.MonkeyPatch) -> None:
    one, _store = desk
    job = one.create(white_order(picture=picture("teal")))

    def refuse(*_: object) -> None:
        raise OSError(1, "not permitted")

    monkeypatch.setattr("record.folder.os.link", refuse)
    copy = one.duplicate(job.id)
    assert inode(one, copy.id) != inode(one, job.id)
    assert (one.folder(copy.id) / NAME).read_bytes() == picture("teal")
    assert list(one.folder(copy.id).glob(".*")) == []
