"""A ZIP of runs: whole, with nothing of ours in it, and never whole in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

from jobs.bundle import bundle


def opened(pieces: Iterable[bytes]) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert archive.testzip() is None
    return archive


def test_everything_of_some_runs(tmp_path: Path) -> None:
    for run in ("run-1", "run-2"):
        (tmp_path / run).mkdir()
        for name in ("video.mp4", "job.json", "poster.jpg", ".video.mp4.x.part"):
            (tmp_path / run / name).write_bytes(f"{name} of {run}".encode())
    archive = opened(bundle([tmp_path / "run-1", tmp_path / "run-2", tmp_path / "gone"]))
    assert archive.namelist() == ["run-1/job.json", "run-1/video.mp4", "run-2/job.json", "run-2/video.mp4"]
    assert archive.read("run-2/video.mp4") == b"video.mp4 of run-2"


def test_a_large_file_is_handed_on_in_pieces(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "video.mp4").write_bytes(bytes(3_000_000))
    pieces = list(bundle([tmp_path / "run"]))
    assert max(map(len, pieces)) < 600_000
    assert opened(pieces).getinfo("run/video.mp4").file_size == 3_000_000
