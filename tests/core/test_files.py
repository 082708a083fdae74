"""Files are whole or not there: what happens to the temporary one, to the old one, and to its mode."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.files import atomic_file, atomic_write, clear_parts, temporary_file


@pytest.fixture(params=[0o077, 0o007], ids=["owner", "group"])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_a_file_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, seen = tmp_path / "job.json", list[bytes]()
    target.write_bytes(b"old")
    sync = os.fsync

    def look(descriptor: int) -> None:
        seen.extend([target.read_bytes(), os.pread(descriptor, 99, 0)])
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    atomic_write(target, b"new")
    assert (seen, target.read_bytes()) == ([b"old", b"new"], b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["job.json"]


def test_what_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "video.mp4"
    target.write_bytes(b"old")
    with pytest.raises(IsADirectoryError), atomic_file(target) as part:  # noqa: PT012
        part.write_bytes(b"hal")
        tmp_path.write_bytes(b"")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["video.mp4"]


def test_what_is_written_has_the_mode_of_the_settings_and_no_more(tmp_path: Path, umask: int) -> None:
    atomic_write(tmp_path / "a", b"")
    atomic_write(tmp_path / "b", b"", mode=0o600)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in "ab"]
    assert modes == [0o666 & ~umask, 0o600]


@pytest.mark.parametrize("name", ["a.mp4", ".answer-first_frame.json", "橘" * 80 + ".zip", "[1] *.mp4"])
def test_temporary_files_of_one_file_differ_are_hidden_and_can_be_cleared(tmp_path: Path, name: str) -> None:
    target, other = tmp_path / name, tmp_path / ".other.mp4.01234567.part"
    other.touch()
    with temporary_file(target) as one, temporary_file(target) as two:
        assert one != two
        assert one.name.startswith(".")
        for part in (one, two):
            part.touch()
        clear_parts(target)
        assert list(tmp_path.iterdir()) == [other]
