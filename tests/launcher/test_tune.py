"""--tune from its call to what it keeps, with a command that plays `sglang` and whose times answer to its options."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.launcher import test_launch
from tests.launcher.made_up import checkpoint
from tests.launcher.test_launch import Launch, run
from tests.real_sglang.ports import free_block

pytestmark = pytest.mark.long

ACTOR = Path(__file__).with_name("tuned_sglang.py")
FULL = ("--tune", "--tune-frames", "5", "--tune-steps", "10")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(test_launch, "ACTOR", ACTOR)
    checkpoint(tmp_path / "models" / "MOVA-360p")
    yield tmp_path
    (tmp_path / "models").chmod(0o755)
    for launch in test_launch._started:
        launch.process.kill()
        launch.process.wait()
        for pid in launch.left():
            os.kill(pid, signal.SIGKILL)
    test_launch._started.clear()


def words(folder: Path, *more: str, gpus: int = 1) -> list[str]:
    files = ["--output-path", f"{folder}/out", "--input-save-path", f"{folder}/in", "--tune-path", f"{folder}/tuning"]
    machine = ["--num-gpus", str(gpus), "--gpu-memory", "141", "--port", str(free_block())]
    return ["--model-path", str(folder / "models" / "MOVA-360p"), *machine, *files, *more]


def start(folder: Path, *more: str, gpus: int = 1) -> Launch:
    own = {"STARTS": str(folder / "starts"), "XDG_CACHE_HOME": str(folder / "cache")}
    return Launch(folder, *words(folder, *more, gpus=gpus), act="", **own)


def results(folder: Path) -> dict[str, Any]:
    (file,) = (folder / "tuning").glob("*/results.json")
    found: dict[str, Any] = json.loads(file.read_bytes())
    return {row["name"]: row for row in found["sets"]}


def starts(folder: Path) -> list[str]:
    return (folder / "starts").read_text().splitlines()


def test_the_fastest_that_renders_the_same_is_kept_and_used(folder: Path) -> None:
    launch = start(folder, "--tune=quick", "--tune-frames", "5", "--tune-steps", "10")
    assert launch.ends() == 0, launch.said
    found = results(folder)
    assert {name: row["verdict"] for name, row in found.items()} == {
        "baseline": "same",
        "attention torch_cudnn_sdpa": "same",
        "attention sage_attn": "different",
    }
    best = found["attention torch_cudnn_sdpa"]
    assert (best["step_seconds"], best["stages"]["decoding"], best["peak_gb"]) == (0.6011, 1.5, 41.94)
    assert "Best: attention torch_cudnn_sdpa" in launch.said
    assert "| attention torch_cudnn_sdpa |" in launch.said
    kept = json.loads((folder / "models" / "MOVA-360p.tuned.json").read_bytes())["entries"][0]
    assert kept["flags"]["options"] == ["--attention-backend", "torch_cudnn_sdpa"]
    assert kept["key"]["gpus"] == ["GPU 141 GB"]
    assert kept["key"]["sglang"].startswith("options ")
    for clip in (1, 2):
        assert next((folder / "tuning").glob(f"*/02-*/clip-{clip}.mp4")).stat().st_size
    assert launch.left() == []

    served = start(folder)
    served.waits_for("ready after")
    assert "tuned: attention torch_cudnn_sdpa" in served.said
    assert starts(folder)[-1].endswith("attention-backend torch_cudnn_sdpa")
    served.process.send_signal(signal.SIGINT)
    served.ends()
    plain = run_dry(folder, "--no-tuned")
    assert "attention-backend" not in plain
    assert "--attention-backend torch_cudnn_sdpa" in run_dry(folder)
    assert "--attention-backend fa" in run_dry(folder, "--", "--attention-backend", "fa")
    assert "torch_cudnn_sdpa" not in run_dry(folder, "--", "--attention-backend", "fa")
    assert "torch_cudnn_sdpa" not in run_dry(folder, gpus=2)  # another machine


def run_dry(folder: Path, *more: str, gpus: int = 1) -> str:
    before, behind = (more[: more.index("--")], more[more.index("--") :]) if "--" in more else (more, ())
    path = f"{folder / 'bin'}:/usr/bin:/bin"
    done = run(folder, *words(folder, *before, gpus=gpus), "--dry-run", *behind, PATH=path, STARTS=os.devnull)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_sets_that_fail_are_noted_and_the_next_is_tried(folder: Path) -> None:
    launch = start(folder, *FULL, "--residency", "resident", gpus=2)
    assert launch.ends() == 0, launch.said
    found = results(folder)
    assert {name: row["verdict"] for name, row in found.items()} == {
        "baseline": "same",
        "cfg 1, ring 1, ulysses 2": "same",
        "cfg 1, ring 2, ulysses 1": "same",
        "attention fa": "noise",
        "attention torch_cudnn_sdpa": "same",
        "attention torch_sdpa": "failed",
        "attention sage_attn": "different",
        "CUDA graphs": "failed",
    }
    assert found["attention torch_sdpa"]["reason"] == "RuntimeError: no kernel for this head size"
    assert "CUDA error: operation not permitted" in found["CUDA graphs"]["reason"]
    assert found["attention fa"]["likeness"]["psnr"] < 60
    assert "Best: attention torch_cudnn_sdpa" in launch.said
    assert "from 4 steps on: DRAFT_STEPS=4" in launch.said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_tuning_goes_on_where_it_was(folder: Path, number: signal.Signals) -> None:
    quick = ("--tune=quick", "--tune-frames", "5", "--tune-steps", "10")
    launch = start(folder, *quick)
    launch.waits_for("2 of 3, attention torch_cudnn_sdpa: starting")
    launch.process.send_signal(number)
    assert launch.ends() == (-9 if number == signal.SIGKILL else 130)
    assert ("the same command goes on" in launch.said) == (number != signal.SIGKILL)
    before = results(folder)["baseline"]
    again = start(folder, *quick)
    assert again.ends() == 0, again.said
    assert results(folder)["baseline"] == before
    assert [line for line in starts(folder) if "attention" not in line] == ["ulysses-degree 1"]
    assert "Best: attention torch_cudnn_sdpa" in again.said
    assert again.left() == []


def test_a_folder_of_checkpoints_that_may_not_be_written_in(folder: Path) -> None:
    if os.geteuid() == 0:  # root may write everywhere: a folder in the file's place refuses root too
        (folder / "models" / "MOVA-360p.tuned.json").mkdir()
    else:
        (folder / "models").chmod(0o555)
    launch = start(folder, "--tune=quick", "--tune-frames", "5", "--tune-steps", "10")
    assert launch.ends() == 0, launch.said
    (kept,) = (folder / "cache" / "mova-workflow" / "tuned").iterdir()
    assert f"The next start uses it: {kept}" in launch.said
    found = run(
        folder, *words(folder), "--dry-run", PATH=f"{folder / 'bin'}:/usr/bin:/bin", XDG_CACHE_HOME=f"{folder}/cache"
    )
    assert "--attention-backend torch_cudnn_sdpa" in found.stdout


def test_two_models_are_not_tuned_at_once(folder: Path) -> None:
    checkpoint(folder / "models" / "MOVA-720p")
    both = ("--gpus", "0", "--model-path", str(folder / "models" / "MOVA-720p"), "--gpus", "1")
    done = run(folder, "--tune", "--dry-run", "--gpu-memory", "80", "--model-path", f"{folder}/models/MOVA-360p", *both)
    assert done.returncode == 2
    assert "one --model-path at a time" in done.stderr


@pytest.mark.parametrize("machine", [(1, 141), (2, 80), (8, 141), (4, 24), (1, 13)])
def test_a_dry_run_lists_the_sets_of_any_machine(folder: Path, machine: tuple[int, int]) -> None:
    gpus, memory = map(str, machine)
    path = str(folder / "models" / "MOVA-360p")
    asked = ("--model-path", path, "--num-gpus", gpus, "--gpu-memory", memory, "--tune", "--dry-run")
    done = run(folder, *asked, PYTHON=sys.executable)
    assert done.returncode == 0, done.stderr
    names = [line for line in done.stdout.splitlines() if line.startswith("# ")]
    commands = [line for line in done.stdout.splitlines() if line.startswith("sglang serve")]
    assert names[0] == "# 1. baseline"
    assert len(names) == len(commands) == len(set(commands))
    assert all(f"--num-gpus {gpus} " in one for one in commands)
    assert not list((folder / "models").glob("*.json"))
