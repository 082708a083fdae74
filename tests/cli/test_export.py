"""``workflow.py export``: one zip with everything of a run, and nothing else."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from media.tags import read_tags
from media.videos import probe
from tests.cli.shell import TINY, Done, Shell


def rendered(shell: Shell, server: str) -> Done:
    done = shell("simple", "--prompt", "A cat.", "--white-frame", "--server", server, "--json", *TINY)
    assert done.returncode == 0, done.stderr
    return done


def test_everything_of_the_run_and_nothing_of_the_machine(shell: Shell, server_360p: str) -> None:
    run = rendered(shell, server_360p).json
    (Path(run["folder"]) / ".half.part").write_text("half")
    done = shell("export", run["id"], "--json")
    assert done.returncode == 0, done.stderr
    target = shell.folder / f"mova-{run['id']}.zip"
    assert Path(done.json["file"]) == target
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        names = {name.removeprefix(f"{run['id']}/") for name in archive.namelist()}
        assert names == {"video.mp4", "first_frame.png", "job.json"}
        record = json.loads(archive.read(f"{run['id']}/job.json"))
        assert archive.read(f"{run['id']}/video.mp4") == Path(run["video"]).read_bytes()
        texts = archive.read(f"{run['id']}/job.json").decode()
    assert (record["id"], record["prompt"], record["state"]) == (run["id"], "A cat.", "completed")
    assert str(shell.folder) not in texts
    assert "owner" not in record


def test_a_clip_s_loudness_is_changed_only_where_it_is_asked_for(shell: Shell, server_360p: str) -> None:
    run = rendered(shell, server_360p).json
    before = Path(run["video"]).read_bytes()
    done = shell("export", run["id"], "--loudness=-20", "--output", "level.zip", "--json")
    assert done.returncode == 0, done.stderr
    assert "The video" in done.stderr
    with zipfile.ZipFile(shell.folder / "level.zip") as archive:
        assert f"{run['id']}/video.mp4" not in archive.namelist()
        (shell.folder / "level.mp4").write_bytes(archive.read(f"{run['id']}/video-loudness.mp4"))
    assert Path(run["video"]).read_bytes() == before
    assert probe(shell.folder / "level.mp4").num_frames == probe(Path(run["video"])).num_frames
    assert read_tags(shell.folder / "level.mp4") == read_tags(Path(run["video"]))


def test_an_output_that_cannot_be_written_leaves_nothing(shell: Shell, server_360p: str) -> None:
    run = rendered(shell, server_360p).json
    (shell.folder / "zips").mkdir()
    done = shell("export", run["id"], "--output", "zips")
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert list((shell.folder / "zips").iterdir()) == []


def test_an_unknown_job_is_said(shell: Shell) -> None:
    done = shell("export", "20260101-000000-abcdef")
    assert done.returncode == 2
    assert "There is no job 20260101-000000-abcdef." in done.stderr
    assert list(shell.folder.glob("*.zip")) == []
