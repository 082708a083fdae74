"""The machine as a server of MOVA: what the launcher would say, as findings."""

from __future__ import annotations

from typing import Any

import pytest

from core.version import TESTED_SGLANG
from doctor.gpus import gpus
from launcher import gpus as gpu_look
from launcher import installed, machine
from launcher.gpus import Gpu
from launcher.installed import Versions

H200 = Gpu(0, 151, 150, "NVIDIA H200")


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A machine with these GPUs, this driver, and an SGLang of these versions."""

    def make(*seen: Gpu, driver: str = "580.65.06", versions: Versions | None = None) -> None:
        monkeypatch.delenv("MOVA_MODEL_PATH", raising=False)
        monkeypatch.setattr(gpu_look, "look", lambda: list(seen))
        monkeypatch.setattr(gpu_look, "driver", lambda: driver)
        monkeypatch.setattr(gpu_look, "host_memory_gb", lambda: 500.0)
        monkeypatch.setattr(installed, "program", lambda: "/opt/sglang" if versions else None)
        monkeypatch.setattr(installed, "versions", lambda _program: versions)
        monkeypatch.setattr(machine, "shm_gb", lambda: 8.0)

    return make


def test_a_machine_that_serves_nothing_is_left_alone(made_up: Any) -> None:
    made_up()
    assert gpus() == []


def test_an_sglang_without_a_gpu_is_a_note(made_up: Any) -> None:
    made_up(versions=Versions(TESTED_SGLANG, "2.14.1+cpu", ""))
    assert [(finding.key, finding.verdict) for finding in gpus()] == [("gpu", "warning")]


def test_a_machine_that_is_well(made_up: Any) -> None:
    made_up(H200, H200, versions=Versions(TESTED_SGLANG, "2.14.1", "13.0"))
    (finding,) = gpus()
    assert (finding.key, finding.verdict) == ("gpu", "ok")
    assert finding.says.text() == (
        f"MOVA can be served here: 2 GPUs (NVIDIA H200), driver 580.65.06, SGLang {TESTED_SGLANG}"
    )


def test_what_blocks_is_broken_and_the_rest_is_a_note(made_up: Any) -> None:
    made_up(H200, driver="550.54.15", versions=Versions("0.5.1", "2.14.1", "13.0"))
    first, second = gpus()
    assert (first.key, first.verdict, first.measured["oldest"]) == ("gpu.driver", "broken", 580)
    assert (second.key, second.verdict) == ("sglang.version", "warning")


def test_sglang_at_work_is_nobody_else(made_up: Any) -> None:
    made_up(Gpu(0, 151, 10, "NVIDIA H200", users=("sgl_diffusion:: (PID 7, 140 GB)",)))
    assert [finding.key for finding in gpus()] == ["gpu"]
    made_up(Gpu(0, 151, 30, "NVIDIA H200", users=("python3 (PID 7, 120 GB)",)))
    assert "gpu.others" in [finding.key for finding in gpus()]


def test_a_gpu_that_is_too_small_is_told(made_up: Any) -> None:
    made_up(Gpu(0, 8, 8, "NVIDIA T1000"))
    assert [finding.key for finding in gpus()] == ["gpu.memory"]
