"""The sample of a checkpoint's weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher import disk
from launcher.disk import Reading, read_sample


def weights(folder: Path, size: int, name: str = "model.safetensors") -> Path:
    (folder / "video_dit").mkdir(exist_ok=True)
    with (folder / "video_dit" / name).open("wb") as file:
        file.truncate(size)
    return folder


def test_figures() -> None:
    reading = Reading(78 * 10**9, 260 * 10**6, 2.0)
    assert (reading.rate_mb, reading.total_gb, reading.minutes) == (130, 78, 10)


def test_a_sample_of_all_weights(tmp_path: Path) -> None:
    weights(tmp_path, 10 * 2**30)  # a sparse file
    reading = read_sample(weights(tmp_path, 2**30, "more.bin"))
    assert reading
    assert reading.total == 11 * 2**30
    assert 0 < reading.read <= 256 * 2**20
    assert reading.rate_mb > 0


@pytest.mark.parametrize("size", [0, 4, 10 * 2**20])
def test_too_little_to_say_anything(tmp_path: Path, size: int) -> None:
    assert read_sample(weights(tmp_path, size)) is None
    assert read_sample(tmp_path / "nowhere") is None


def test_a_very_slow_disk_is_measured_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_MOST_SECONDS", 0.0)
    reading = read_sample(weights(tmp_path, 10**9))
    assert reading
    assert reading.read == 8 * 2**20


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_file: Path, _at: int) -> int:
        raise PermissionError

    monkeypatch.setattr(disk, "_read", refuse)
    assert read_sample(weights(tmp_path, 10**9)) is None
