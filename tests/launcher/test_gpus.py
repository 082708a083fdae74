"""The look at the GPUs, through either library, and what CUDA_VISIBLE_DEVICES leaves."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from errors import BadOption
from launcher.gpus import Gpu, listed, look, read_smi, visible

SEEN = [Gpu(0, 80, 80, "A", "GPU-aaaa-1"), Gpu(1, 80, 80, "B", "GPU-bbbb-2"), Gpu(2, 80, 80, "C", "GPU-cccc-3")]


def nvml(*memory: tuple[int, int], as_bytes: bool = False, broken: bool = False) -> Any:
    class NVMLError(Exception):
        pass

    def init() -> None:
        if broken:
            raise NVMLError("Driver Not Loaded")

    def text(value: str) -> Any:
        return value.encode() if as_bytes else value

    return SimpleNamespace(
        NVMLError=NVMLError,
        nvmlInit=init,
        nvmlShutdown=lambda: None,
        nvmlDeviceGetCount=lambda: len(memory),
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetMemoryInfo=lambda index: SimpleNamespace(total=memory[index][0], free=memory[index][1]),
        nvmlDeviceGetName=lambda index: text("NVIDIA L40S"),
        nvmlDeviceGetUUID=lambda index: text(f"GPU-{index}"),
    )


@pytest.mark.parametrize("as_bytes", [True, False])
def test_through_nvml(monkeypatch: pytest.MonkeyPatch, as_bytes: bool) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", nvml((46068 << 20, 45000 << 20), (8 << 30, 0), as_bytes=as_bytes))
    first, second = look({})
    assert (first.index, first.name, first.uuid) == (0, "NVIDIA L40S", "GPU-0")
    assert (round(first.total_gb, 1), round(first.free_gb, 1), second.free_gb) == (48.3, 47.2, 0)


def smi(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda name: str(program))


@pytest.mark.parametrize("library", ["absent", "broken"])
def test_through_nvidia_smi(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, library: str) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None if library == "absent" else nvml(broken=True))
    smi(monkeypatch, tmp_path, 'echo "0, GPU-1f, NVIDIA H200, 143771, 143000"')
    assert [(gpu.name, round(gpu.total_gb), round(gpu.free_gb)) for gpu in look({})] == [("NVIDIA H200", 151, 150)]


@pytest.mark.parametrize("script", ["exit 9", 'echo "No devices were found"; exit 6', "echo '0, x, [N/A], [N/A]'"])
def test_no_driver_is_no_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    smi(monkeypatch, tmp_path, script)
    assert look({}) == []


def test_no_program_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert look({}) == []


def test_an_answer_with_unknown_memory_is_left_out() -> None:
    assert [gpu.index for gpu in read_smi("0, G-0, A, 100, [N/A]\n1, G-1, B, 100, 90\n\nnonsense")] == [1]


@pytest.mark.parametrize(
    ("setting", "indices"),
    [
        (None, [0, 1, 2]),
        ("", []),
        ("2,0", [2, 0]),
        ("GPU-bbbb", [1]),
        (" 1 , GPU-aaaa-1 ", [1, 0]),
        ("7", []),
        ("-1", []),
    ],
)
def test_what_the_environment_leaves(setting: str | None, indices: list[int]) -> None:
    assert [gpu.index for gpu in visible(SEEN, setting)] == indices


@pytest.mark.parametrize(("text", "numbers"), [("0-3", (0, 1, 2, 3)), ("2", (2,)), ("0, 2,5-6", (0, 2, 5, 6))])
def test_a_list_of_gpus(text: str, numbers: tuple[int, ...]) -> None:
    assert listed(text) == numbers


@pytest.mark.parametrize("text", ["", "a", "0-", "3-1", "0,0", "0-2,1", "-1", "0;1", "0,"])
def test_no_list_of_gpus(text: str) -> None:
    with pytest.raises(BadOption, match="--gpus"):
        listed(text)
