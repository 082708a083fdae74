"""A database and an outputs folder that version 0.1.0 made (at 1f7c91f) open, go on and run again.

``outputs_of_0_1_0.zip`` holds a finished Full Workflow, one that waits after its first frame, a finished Simple Mode
run and a finished row of a batch, all without a key and with the preview engine, 17 frames each.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shell import Shell, engine

MADE = Path(__file__).with_name("outputs_of_0_1_0.zip")
FULL, WAITING, SIMPLE = "20261129-014259-27f8c0", "20261129-014306-72e5e8", "20261129-014309-8c077e"
ROW = "batch-eed30f49cf837e-66b0dd"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    with zipfile.ZipFile(MADE) as archive:
        archive.extractall(tmp_path / "outputs")
    return Shell(tmp_path, {"OUTPUT_DIR": str(tmp_path / "outputs")})


def record(shell: Shell, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shell.folder / "outputs" / job_id / "job.json").read_text())
    return found


def test_its_jobs_are_listed_as_they_were(shell: Shell) -> None:
    jobs = json.loads(shell("jobs", "--json").stdout.splitlines()[-1])
    assert {job["id"]: (job["state"], job["seed"], job["model"]) for job in jobs} == {
        FULL: ("completed", 11, "mova-360p"),
        WAITING: ("waiting", 12, "mova-360p"),
        SIMPLE: ("completed", 13, "mova-360p"),
        ROW: ("completed", 14, "mova-360p"),
    }


@pytest.mark.parametrize("configured", [True, False])
def test_a_job_that_waits_goes_on_to_its_end_over_what_was_made(shell: Shell, configured: bool) -> None:
    before = record(shell, WAITING)["steps"]
    with engine() as address:
        done = shell("resume", WAITING, "--json", **({"SGLANG_360P_URL": address} if configured else {}))
    assert done.returncode == 0, done.stderr
    assert done.json["state"] == "completed"
    assert done.json["server"] == ("mova-360p" if configured else "preview")
    assert done.json["size"] == "352x640"
    made = {step["step"]: step for step in done.json["steps"]}
    assert [made[step["step"]]["output"] for step in before] == [step["output"] for step in before]


@pytest.mark.long
@pytest.mark.parametrize("run", [FULL, SIMPLE, ROW])
def test_a_finished_run_is_rendered_again_from_its_id(shell: Shell, run: str) -> None:
    before, done = record(shell, run), shell("rerun", run, "--json")
    assert done.returncode == 0, done.stderr
    again = record(shell, done.json["id"])
    for name in ("prompt", "seed", "size", "num_frames", "settings", "first_frame_sha256", "description"):
        was = before[name] | {"output_quality": None} if name == "settings" else before[name]
        assert again[name] == was, name


@pytest.mark.long
def test_a_finished_run_is_rendered_again_from_its_video_alone(shell: Shell) -> None:
    video = shell.folder / "alone.mp4"
    video.write_bytes((shell.folder / "outputs" / FULL / "video.mp4").read_bytes())
    done = shell("rerun", str(video), "--json", OUTPUT_DIR=str(shell.folder / "other"))
    assert done.returncode == 0, done.stderr
    assert done.json["seed"] == 11


def test_its_folder_is_taken_up_and_exported(shell: Shell) -> None:
    folder = shell.folder / "outputs" / FULL
    (folder / "video_description.txt").write_text('A keeper lifts a lamp and says "Still here."\n')
    done = shell("full", "--from", str(folder), "--json")
    assert done.returncode == 0, done.stderr
    assert record(shell, done.json["id"])["prompt"] == 'A keeper lifts a lamp and says "Still here."'
    assert shell("export", SIMPLE, "--output", "run.zip").returncode == 0
