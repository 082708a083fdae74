"""--tune over the real SGLang server, whose played model answers to --attention-backend (serve.py: ATTENTION)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.launcher.made_up import checkpoint
from tests.launcher.test_launch import SCRIPT
from tests.real_sglang.ports import free_block
from tests.real_sglang.real_server import HERE, PYTHON

_SECONDS = 1800


def test_the_fastest_equal_set_is_kept_a_failing_and_a_different_one_are_not(tmp_path: Path) -> None:
    path = checkpoint(tmp_path / "MOVA-360p")
    files = ("--output-path", f"{tmp_path}/out", "--input-save-path", f"{tmp_path}/in", "--tune-path", f"{tmp_path}/t")
    machine = ("--num-gpus", "1", "--gpu-memory", "141", "--port", str(free_block()))
    clip = ("--tune", "--tune-frames", "17", "--tune-steps", "20")
    own = {"MOVA_LANGUAGE": "en", "STAND_IN": "--step-time 0.2", "SGLANG_PYTHON": str(PYTHON), "PYTHON": sys.executable}
    done = subprocess.run(
        [SCRIPT, "--model-path", str(path), *machine, *files, *clip],
        env={**os.environ, **own, "PATH": f"{HERE / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (results,) = (tmp_path / "t").glob("*/results.json")
    rows = {row["name"]: row for row in json.loads(results.read_bytes())["sets"]}
    verdicts = {name: row["verdict"] for name, row in rows.items()}
    assert {name: verdicts[f"attention {name}"] for name in ("torch_cudnn_sdpa", "torch_sdpa", "sage_attn")} == {
        "torch_cudnn_sdpa": "same",
        "torch_sdpa": "failed",
        "sage_attn": "different",
    }
    assert "no kernel for this head size" in rows["attention torch_sdpa"]["reason"]
    assert verdicts["baseline"] == "same"
    best, usual = rows["attention torch_cudnn_sdpa"], rows["baseline"]
    assert best["seconds"] < usual["seconds"]
    assert rows["attention sage_attn"]["seconds"] < best["seconds"]  # it would have won
    assert 0.05 < best["stages"]["denoising"] < usual["stages"]["denoising"]
    kept = json.loads(Path(f"{path}.tuned.json").read_bytes())["entries"][0]
    assert kept["flags"]["options"] == ["--attention-backend", "torch_cudnn_sdpa"]
    assert kept["key"]["sglang"].startswith("options ")  # the command is a script here, which names no Python
