"""The look at the GPUs, through either library, and what CUDA_VISIBLE_DEVICES leaves."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.errors import BadOption
from launcher.gpus import Gpu, driver, host_memory_gb, listed, look, read_smi, visible

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


def test_parts_and_users_through_nvml(monkeypatch: pytest.MonkeyPatch) -> None:
    library = nvml((80 << 30, 20 << 30), (80 << 30, 80 << 30))
    mine = SimpleNamespace(pid=os.getpid(), usedGpuMemory=60 * 10**9)
    gone = SimpleNamespace(pid=2**22 + 1, usedGpuMemory=None)

    def mig(index: int) -> list[int]:
        if index:
            raise library.NVMLError("Not Supported")
        return [1, 1]

    library.nvmlDeviceGetMigMode = mig
    library.nvmlDeviceGetComputeRunningProcesses = lambda index: [] if index else [mine, gone]
    monkeypatch.setitem(sys.modules, "pynvml", library)
    first, second = look({})
    name = Path("/proc/self/comm").read_text().strip()
    assert first.users == (f"{name} (PID {os.getpid()}, 60 GB)", f"? (PID {2**22 + 1})")
    assert (first.mig, second.mig, second.users) == (True, False, ())


def test_parts_and_users_through_nvidia_smi(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    answers = "echo '0, GPU-1f, A100, 81920, 1000, Enabled'; echo '1, GPU-2f, L40S, 46068, 46000, [N/A]'"
    smi(monkeypatch, tmp_path, f'case "$*" in *apps*) echo "GPU-1f, {2**22 + 1}, 76000";; *) {answers};; esac')
    first, second = look({})
    assert (first.mig, first.users) == (True, (f"? (PID {2**22 + 1}, 80 GB)",))
    assert (second.mig, second.users) == (False, ())


def test_an_old_nvidia_smi_that_knows_no_mig(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    smi(monkeypatch, tmp_path, 'case "$*" in *mig*|*apps*) exit 2;; *) echo "0, GPU-1f, V100, 16384, 16000";; esac')
    assert [(gpu.name, gpu.mig, gpu.users) for gpu in look({})] == [("V100", False, ())]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12\nGCC version: 12.3.0\n", "535.183.01"),
        ("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (x)\n", "580.65.06"),
        ("nonsense", ""),
        (None, ""),
    ],
)
def test_the_driver(tmp_path: Path, text: str | None, version: str) -> None:
    file = tmp_path / "version"
    if text is not None:
        file.write_text(text)
    assert driver(file) == version


def machine(root: Path, **files: str) -> Path:
    (root / "proc").mkdir(parents=True)
    (root / "proc" / "meminfo").write_text("MemTotal: 999 kB\nMemAvailable:   100000000 kB\n")
    for name, text in files.items():
        file = root / "sys" / "fs" / "cgroup" / name.replace("__", "/").replace("-", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def test_the_memory_of_the_machine_or_of_the_container(tmp_path: Path) -> None:
    assert host_memory_gb(machine(tmp_path / "a")) == 102.4
    used = {"memory-current": "50000000000", "memory-stat": "anon 10\nfile 20000000000\n"}
    assert host_memory_gb(machine(tmp_path / "b", **{"memory-max": "64000000000"}, **used)) == 34
    assert host_memory_gb(machine(tmp_path / "c", **{"memory-max": "max"}, **used)) == 102.4
    first = {"memory__memory-limit_in_bytes": "64000000000", "memory__memory-usage_in_bytes": "50000000000"}
    assert host_memory_gb(machine(tmp_path / "d", **first, **{"memory__memory-stat": "cache 20000000000"})) == 34
    assert host_memory_gb(tmp_path / "nowhere") is None


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
