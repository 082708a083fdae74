"""``workflow.py batch`` killed with SIGKILL and started again: every row has one job, and each is sent once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.shell import Shell
from tests.jobs.crash.scene import Scene
from tests.jobs.crash.test_killed_command_line import begun, shell_of
from tests.waiting import until

ROWS = 50


def manifest(folder: Path) -> str:
    row: dict[str, Any] = {"white_frame": True, "num_frames": 17, "num_inference_steps": 4}
    rows = [json.dumps({"prompt": f"Take {number}.", **row}) for number in range(ROWS)]
    (folder / "rows.jsonl").write_text("\n".join(rows))
    return "rows.jsonl"


def shell_with_server(stage: Scene) -> Shell:
    shell = shell_of(stage)
    return Shell(stage.folder, {**shell.variables, "SGLANG_360P_URL": stage.server.url})


def test_killed_while_jobs_are_created_and_again_in_the_middle_no_row_runs_twice(stage: Scene) -> None:
    stage.server.seconds = 0.05
    shell, name = shell_with_server(stage), manifest(stage.folder)
    with begun(shell, "batch", name) as process:
        until(lambda: len(list(stage.folder.glob("outputs/batch-*"))) > 5)
        process.kill()
    with begun(shell, "batch", name) as process:
        until(lambda: len(stage.server.accepted) > 20)
        process.kill()
    assert len(stage.server.accepted) < ROWS
    done = shell("batch", name, "--json")
    assert done.returncode == 0, done.stderr
    assert done.json["counts"] == {"completed": ROWS}
    assert [row["line"] for row in done.json["rows"]] == list(range(1, ROWS + 1))
    assert len({row["id"] for row in done.json["rows"]}) == ROWS
    tags = [job.tag for job in stage.server.accepted]
    assert len(tags) == len(set(tags)) == ROWS
    assert len(list(stage.folder.glob("outputs/*/video.mp4"))) == ROWS
