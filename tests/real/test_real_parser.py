"""Every command that the launcher makes, read by SGLang's own parser: nothing unknown, understood as it was meant."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from launcher.command import options, words
from launcher.fit import COMPONENT, LAYERWISE, RESIDENT
from launcher.options import LaunchRequest
from launcher.plan import Plan, plans
from tests.launcher.made_up import checkpoint
from tests.real_sglang.ports import free_block
from tests.real_sglang.real_server import HERE, PYTHON


class Parser:
    """SGLang's parser, loaded once for many command lines."""

    def __init__(self, folder: Path) -> None:
        self._log = (folder / "parser.log").open("wb")
        self._process = subprocess.Popen(
            [PYTHON, "-W", "ignore", HERE / "parse.py"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
        )  # fmt: skip

    def read(self, command: list[str]) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(command), file=self._process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(60)
        self._log.close()


@pytest.fixture(scope="module")
def parser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parser]:
    opened = Parser(tmp_path_factory.mktemp("parser"))
    yield opened
    opened.close()


def planned(path: Path, **request: Any) -> Plan:
    plan = plans([LaunchRequest(str(path), port=free_block(), **request)], [], None, dry_run=True)[0]
    if plan.link:
        plan.link.make()
    return plan


MODES = {12: LAYERWISE, 24: LAYERWISE, 48: COMPONENT, 80: COMPONENT, 141: RESIDENT}


@pytest.mark.parametrize("gb", MODES)
@pytest.mark.parametrize("count", [1, 2, 4, 8])
@pytest.mark.parametrize("size", ["360p", "720p"])
def test_every_machine(parser: Parser, tmp_path: Path, size: str, count: int, gb: int) -> None:
    plan = planned(checkpoint(tmp_path / f"MOVA-{size}"), num_gpus=count, gpu_memory=gb)
    read = parser.read(words(options(plan), ())[1:])
    assert read.get("error") is None
    assert (read["unknown"], read["kind"], read["config"]) == ([], "diffusion", f"MOVA{size.upper()}Config")
    degrees = [read[name] for name in ("num_gpus", "sp_degree", "ring_degree", "ulysses_degree", "tp_size")]
    assert degrees == [count, count // plan.spread.cfg, plan.spread.ring, plan.spread.ulysses, 1]
    assert read["enable_cfg_parallel"] == (plan.spread.cfg == 2) == (count > 1)
    ports = plan.ports
    assert [read[f"{kind}port"] for kind in ("", "scheduler_", "master_")] == [
        ports.http,
        ports.scheduler,
        ports.master,
    ]
    assert (read["host"], read["strict_ports"], read["warmup_mode"]) == ("127.0.0.1", True, "server")
    assert read["served_model_name"] == f"mova-{size}"
    assert (read["output_path"], read["input_save_path"]) == (str(plan.output_path), str(plan.input_save_path))
    _check_residency(read, MODES[gb])


def _check_residency(read: dict[str, Any], mode: str) -> None:
    parts = read["residency"]
    heavy = {parts[name] for name in ("video_dit", "video_dit_2", "dual_tower_bridge", "video_vae", "audio_vae")}
    told = {RESIDENT: "resident", COMPONENT: "component-offload", LAYERWISE: None}[mode]
    assert heavy == {told}
    assert parts["text_encoder"] == ("component-offload" if mode == COMPONENT else None)
    assert read["performance_mode"] == ("memory" if mode == LAYERWISE else "auto")
    assert not read["enable_torch_compile"]


def test_a_folder_that_sglang_would_not_recognise(parser: Parser, tmp_path: Path) -> None:
    path = checkpoint(tmp_path / "weights")
    plan = planned(path, model="mova-720p", num_gpus=1, gpu_memory=80)
    read = parser.read(words(options(plan), ())[1:])
    assert read.get("config") == "MOVA720PConfig", read
    assert plan.link
    plan.link.link.unlink()


@pytest.mark.parametrize("count", [3, 5, 6, 7, 16])
def test_odd_numbers_of_gpus(parser: Parser, tmp_path: Path, count: int) -> None:
    plan = planned(checkpoint(tmp_path / "MOVA-360p"), num_gpus=count, gpu_memory=80)
    read = parser.read(words(options(plan), ())[1:])
    assert read.get("error") is None
    assert read["ring_degree"] * read["ulysses_degree"] * (1 + read["enable_cfg_parallel"]) == count


def test_what_is_passed_on_wins(parser: Parser, tmp_path: Path) -> None:
    passed_on = ("--log-level", "debug", "--output-path", "/elsewhere")
    plan = planned(checkpoint(tmp_path / "MOVA-360p"), num_gpus=1, gpu_memory=80, passed_on=passed_on)
    read = parser.read(words(options(plan), plan.passed_on)[1:])
    assert (read["log_level"], read["output_path"], read["unknown"]) == ("debug", "/elsewhere", [])


def test_the_parser_does_object(parser: Parser, tmp_path: Path) -> None:
    """So that the tests above can fail."""
    path = str(checkpoint(tmp_path / "MOVA-360p"))
    eight = ["--model-path", path, "--num-gpus", "8", "--ring-degree", "2", "--ulysses-degree", "2"]
    assert "must equal ring_degree" in parser.read(eight)["error"]
    assert "error" in parser.read(["--model-path", path, "--adjust-frames", "false"])
