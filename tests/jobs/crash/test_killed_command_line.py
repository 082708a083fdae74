"""``workflow.py`` killed with SIGKILL: ``resume`` takes its job up, ``jobs`` lists it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.cli.shell import TINY, Done, Shell
from tests.jobs.crash.scene import USUAL, Scene
from tests.waiting import until


def shell_of(stage: Scene) -> Shell:
    return Shell(stage.folder, stage.services.environment(stage.service))


@contextmanager
def begun(shell: Shell, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command on its way."""
    process = subprocess.Popen(
        shell.command(*arguments),
        cwd=shell.folder,
        env=shell.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def record(folder: Path) -> dict[str, Any]:
    """The only job's document, empty as long as there is none."""
    documents: list[dict[str, Any]] = [json.loads(path.read_text()) for path in folder.glob("outputs/*/job.json")]
    return documents[0] if documents else {}


def listed(shell: Shell) -> list[dict[str, Any]]:
    done = shell("jobs", "--json")
    assert done.returncode == 0
    jobs: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return jobs


def full(shell: Shell, *arguments: str) -> Done:
    done = shell("full", "--description", "An orange cat. Rain patters.", "--json", *TINY, *arguments)
    assert done.returncode == 0, done.stderr
    return done


def test_killed_during_a_render_it_is_taken_up_by_resume(stage: Scene) -> None:
    stage.server.seconds = None
    shell = shell_of(stage)
    command = ("full", "--description", stage.texts[0], "--server", stage.server.url, *TINY)
    with begun(shell, *command) as process:
        until(lambda: record(stage.folder).get("server_job_id"))
        process.kill()
    job_id = record(stage.folder)["id"]
    (job,) = listed(shell)
    assert (job["id"], job["state"], job["mode"]) == (job_id, "rendering", "full")
    stage.server.finish()
    done = shell("resume", job_id, "--json")
    assert (done.returncode, done.json["state"]) == (0, "completed"), done.stderr
    stage.check_completed()
    assert stage.paid() == USUAL
    assert Path(done.json["video"]).is_file()


def test_killed_before_its_preparation_is_done_it_buys_nothing_twice(stage: Scene) -> None:
    shell = shell_of(stage)
    command = ("full", "--description", stage.texts[0], "--server", stage.server.url, *TINY)
    with begun(shell, *command) as process:
        until(lambda: stage.services.count("openai.image"))
        process.kill()
    done = shell("resume", record(stage.folder)["id"], "--json")
    assert (done.returncode, done.json["state"]) == (0, "completed"), done.stderr
    stage.check_completed()
    assert stage.bought_again() <= 1


def test_killed_with_its_own_preview_engine_it_renders_anew(tmp_path: Path) -> None:
    """The engine dies with the command; nobody's GPU has the job, so it is sent to the next one."""
    shell = Shell(tmp_path, {})
    command = ("full", "--description", "An orange cat. Rain patters.", "--num-frames", "97")
    with begun(shell, *command) as process:
        until(lambda: record(tmp_path).get("server_job_id"))
        process.kill()
    job_id = record(tmp_path)["id"]
    done = shell("resume", job_id, "--json")
    assert (done.returncode, done.json["state"]) == (0, "completed"), done.stderr
    assert (done.json["num_frames"], done.json["server"]) == (97, "preview")
    assert [path.name for path in (tmp_path / "outputs" / job_id).glob("*.mp4")] == ["video.mp4"]


def test_jobs_lists_the_newest_first(stage: Scene) -> None:
    shell = shell_of(stage)
    assert listed(shell) == []
    made = [full(shell, "--until", "image_prompt").json["id"], full(shell, "--server", stage.server.url).json["id"]]
    jobs = listed(shell)
    assert [job["id"] for job in jobs] == made[::-1]
    assert [(job["state"], job["mode"]) for job in jobs] == [("completed", "full"), ("waiting", "full")]
    assert jobs[0]["created"] >= jobs[1]["created"]


def test_resume_of_a_finished_job_says_its_result(stage: Scene) -> None:
    shell = shell_of(stage)
    done = full(shell, "--server", stage.server.url)
    again = shell("resume", done.json["id"], "--json")
    assert again.returncode == 0
    for name in ("id", "state", "video", "seed", "size", "num_frames", "folder"):
        assert again.json[name] == done.json[name]
    assert Path(done.json["video"]).name in shell("resume", done.json["id"]).stdout
    assert stage.server.posts() == 1


def test_resume_of_an_unknown_job_says_so(stage: Scene) -> None:
    done = shell_of(stage)("resume", "20260101-000000-abcdef")
    assert done.returncode == 2
    assert "20260101-000000-abcdef" in done.stderr
    assert not list(stage.folder.glob("outputs/*/job.json"))
