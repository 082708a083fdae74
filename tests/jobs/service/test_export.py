"""A ZIP of runs: whole, with nothing of ours in it, and never whole in memory."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from pathlib import Path

import pytest

from jobs.service.export import zip_stream


def opened(pieces: Iterable[bytes]) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert archive.testzip() is None
    return archive


def test_everything_of_some_runs(tmp_path: Path) -> None:
    for run in ("run-1", "run-2"):
        (tmp_path / run).mkdir()
        for name in ("video.mp4", "job.json", "poster.jpg", ".video.mp4.x.part"):
            (tmp_path / run / name).write_bytes(f"{name} of {run}".encode())
    archive = opened(zip_stream([tmp_path / "run-1", tmp_path / "run-2", tmp_path / "gone"]))
    assert archive.namelist() == ["run-1/job.json", "run-1/video.mp4", "run-2/job.json", "run-2/video.mp4"]
    assert archive.read("run-2/video.mp4") == b"video.mp4 of run-2"


def test_a_large_file_is_handed_on_in_pieces(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "video.mp4").write_bytes(bytes(3_000_000))
    pieces = list(zip_stream([tmp_path / "run"]))
    assert max(map(len, pieces)) < 600_000
    assert opened(pieces).getinfo("run/video.mp4").file_size == 3_000_000


@pytest.mark.parametrize("day", [-86_400 * 365 * 20, 0, 86_400 * 365 * 150], ids=["1950", "1970", "2119"])
def test_a_file_of_a_time_that_zip_has_no_word_for(tmp_path: Path, day: int) -> None:
    """A clock that was never set, or a copy from elsewhere."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "job.json").write_text("{}")
    os.utime(tmp_path / "run" / "job.json", (day, day))
    assert opened(zip_stream([tmp_path / "run"])).read("run/job.json") == b"{}"


def test_a_file_that_is_deleted_meanwhile_is_left_out_or_whole(tmp_path: Path) -> None:
    """Whatever was sent before: the list of files, a part of another file, the file's own name."""
    (tmp_path / "run").mkdir()
    for deleted_after in range(7):
        for name in ("first_frame.png", "job.json", "video.mp4"):
            (tmp_path / "run" / name).write_bytes(name.encode())
        pieces = zip_stream([tmp_path / "run"])
        sent = list(islice(pieces, deleted_after))
        (tmp_path / "run" / "job.json").unlink()
        sent.extend(pieces)
        archive = opened(sent)
        whole = ["run/first_frame.png", "run/job.json", "run/video.mp4"]
        assert archive.namelist() in (whole, whole[::2])
        assert archive.namelist() == whole[::2] or deleted_after > 3
        assert all(archive.read(name) == name.removeprefix("run/").encode() for name in archive.namelist())


def test_a_file_keeps_its_time_and_is_not_compressed_again(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "video.mp4").write_bytes(bytes(1000))
    day = datetime(2026, 3, 4, 5, 6, 8)
    os.utime(tmp_path / "run" / "video.mp4", (day.timestamp(), day.timestamp()))
    entry = opened(zip_stream([tmp_path / "run"])).getinfo("run/video.mp4")
    assert (datetime(*entry.date_time), entry.compress_size) == (day, 1000)
