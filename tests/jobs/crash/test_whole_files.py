"""Files of a job are whole or not there, and what a killed writer left of one goes with the next."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import StorageError
from record.folder import RunFolder


def test_what_a_killed_writer_left_goes(tmp_path: Path) -> None:
    (tmp_path / ".job.json.0123abcd.part").write_bytes(b"{")
    (tmp_path / ".other.json.0123abcd.part").write_bytes(b"{")
    RunFolder(tmp_path).write("job.json", b"{}")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".other.json.0123abcd.part", "job.json"]


def test_a_writer_whose_file_was_cleared_away_writes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename, cleared = Path.replace, list[Path]()

    def clear_first(part: Path, target: Path) -> Path:
        if not cleared:
            cleared.append(part)
            part.unlink()
        return rename(part, target)

    monkeypatch.setattr(Path, "replace", clear_first)
    assert RunFolder(tmp_path).write("job.json", b"{}").read_bytes() == b"{}"
    assert [path.name for path in tmp_path.iterdir()] == ["job.json"]


def test_many_writers_of_one_file(tmp_path: Path) -> None:
    texts = [bytes([n]) * 10_000 for n in range(40)]
    write: Callable[[bytes], Path] = lambda text: RunFolder(tmp_path).write("job.json", text)  # noqa: E731
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, texts))
    assert [path.name for path in tmp_path.iterdir()] == ["job.json"]
    assert (tmp_path / "job.json").read_bytes() in texts


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        RunFolder(tmp_path / "gone").write("job.json", b"{}")
