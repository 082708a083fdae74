"""``workflow.py storage upload``: what it did, that there is nothing to do, and what keeps it from doing it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import config
import workflow
from cli.terminal import run_script
from record.folder import VIDEO
from tests.jobs.finished_shots import shot
from tests.jobs.load.workers import service_at
from tests.jobs.storage.buckets import Bucket

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs it; returns its exit code and all that it printed."""

    def run(*options: str) -> tuple[int, str]:
        config.load.cache_clear()
        monkeypatch.setattr(sys, "argv", ["workflow.py", "storage", "upload", *options])
        with pytest.raises(SystemExit) as end:
            run_script(workflow._parser(), workflow._run)
        return int(end.value.code or 0), "".join(capfd.readouterr())

    return run


def test_it_says_what_it_did_and_what_keeps_it_from_it(
    bucket: Bucket, tmp_path: Path, empty_sqlite: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    monkeypatch.setattr("jobs.storage.bucket._RETRY", {"max_retries": 0})
    root = tmp_path / "outputs"
    root.mkdir()
    shutil.copy(empty_sqlite, root / "jobs.db")
    with service_at(config.fresh()) as (service, store):
        job, gone = shot(service, store), shot(service, store)
        for one in (job, gone):
            service._folders.record_file(one, "video", VIDEO)
        files = sum(len(store.files.of(one.id)) for one in (job, gone))
    code, said = command()
    assert code == 2
    assert "STORAGE_URL is not set" in said
    assert "operator guide" in said
    for name, value in bucket.variables.items():
        monkeypatch.setenv(name, value)
    (root / gone.id / VIDEO).unlink()
    bucket.fault = "away"
    code, said = command()
    assert code == 1
    assert f"The bucket {bucket.name} cannot be used" in said
    assert "Try again" in said
    bucket.fault = ""
    code, said = command()
    assert code == 0
    assert f"Uploaded: {files - 1} files" in said
    assert "Neither there nor on this machine: 1." in said
    code, said = command("--json")
    assert (code, json.loads(said)) == (0, {"files": 0, "bytes": 0, "there": files - 1, "missing": 1})
    monkeypatch.setenv("MOVA_LANGUAGE", "zh_CN")
    assert f"没有需要上传的文件：存储桶中已有 {files - 1} 个文件。" in command()[1]
    bucket.fault = "refused"
    code, said = command()
    assert code == 1
    assert "无法使用" in said
