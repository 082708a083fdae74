"""Looks at the GPUs of this machine: through nvidia-ml-py, else through ``nvidia-smi``.

Memory is in GB of 10^9 bytes: by that measure a card has at least what its box says (an L40S of 48 GB: 48.3).
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import BadOption
from core.messages import gettext_noop

_PLAIN = "--format=csv,noheader,nounits"
_QUERY = ("--query-gpu=index,uuid,name,memory.total,memory.free", _PLAIN)
_WITH_MIG = ("--query-gpu=index,uuid,name,memory.total,memory.free,mig.mode.current", _PLAIN)  # drivers from 450 on
_APPS = ("--query-compute-apps=gpu_uuid,pid,used_gpu_memory", _PLAIN)
_DRIVER = Path("/proc/driver/nvidia/version")
_MIB = 1024 * 1024
_GB = 1e9


@dataclass(frozen=True)
class Gpu:
    """One GPU. ``index`` counts as nvidia-smi does; ``free_gb`` is what other programs leave.

    ``mig``: it is split into parts; ``users`` are the programs that compute on it, such as ``python3 (PID 7, 20 GB)``.
    """

    index: int
    total_gb: float
    free_gb: float
    name: str = ""
    uuid: str = ""
    mig: bool = False
    users: tuple[str, ...] = ()


def look(environment: Mapping[str, str] = os.environ) -> list[Gpu]:
    """The GPUs that CUDA_VISIBLE_DEVICES leaves, all where it is not set; none where there is no driver."""
    seen = _through_nvml()
    return visible(_through_smi() if seen is None else seen, environment.get("CUDA_VISIBLE_DEVICES"))


def visible(gpus: Sequence[Gpu], setting: str | None) -> list[Gpu]:
    """Those that a value of CUDA_VISIBLE_DEVICES names, by index or by the start of their id."""
    if setting is None:
        return list(gpus)
    names = [name.strip() for name in setting.split(",") if name.strip()]
    return [gpu for name in names for gpu in gpus if _is_named(gpu, name)]


def _is_named(gpu: Gpu, name: str) -> bool:
    return gpu.index == int(name) if name.isdecimal() else bool(gpu.uuid) and gpu.uuid.startswith(name)


def listed(text: str) -> tuple[int, ...]:
    """The numbers in ``0-3`` or ``0,2,5-7``.

    Raises:
        BadOption: where it is no such list.
    """
    numbers: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,3})(?:-(\d{1,3}))?\s*", part)
        if not match:
            raise BadOption(option="--gpus", value=text, accepted=gettext_noop("numbers such as 0-3 or 0,2"))
        first, last = int(match[1]), int(match[2] or match[1])
        numbers.extend(range(first, last + 1))
    if not numbers or len(set(numbers)) < len(numbers):
        raise BadOption(option="--gpus", value=text, accepted=gettext_noop("numbers such as 0-3 or 0,2"))
    return tuple(numbers)


def _through_nvml() -> list[Gpu] | None:
    """None where nvidia-ml-py is not installed or finds no driver."""
    try:
        nvml: Any = importlib.import_module("pynvml")
    except ImportError:
        return None
    try:
        nvml.nvmlInit()
        try:
            return [_of_nvml(nvml, index) for index in range(nvml.nvmlDeviceGetCount())]
        finally:
            nvml.nvmlShutdown()
    except nvml.NVMLError:
        return None


def _of_nvml(nvml: Any, index: int) -> Gpu:
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    name, uuid = map(_text, (nvml.nvmlDeviceGetName(handle), nvml.nvmlDeviceGetUUID(handle)))
    mig, *_ = _if_known(nvml, "nvmlDeviceGetMigMode", handle) or (0,)
    processes = _if_known(nvml, "nvmlDeviceGetComputeRunningProcesses", handle) or ()
    users = tuple(_user(one.pid, one.usedGpuMemory) for one in processes)
    return Gpu(index, memory.total / _GB, memory.free / _GB, name, uuid, mig == 1, users)


def _if_known(nvml: Any, question: str, handle: Any) -> Any:
    """The answer to a question that not every GPU, driver or version of nvidia-ml-py knows; None there."""
    try:
        return getattr(nvml, question)(handle)
    except (AttributeError, nvml.NVMLError):
        return None


def _user(pid: int, used: int | None) -> str:
    """A program by its short name; its command line may hold a key."""
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:  # in another container
        name = "?"
    return f"{name} (PID {pid}, {used / _GB:.0f} GB)" if used else f"{name} (PID {pid})"


def _text(value: str | bytes) -> str:
    """Older versions of nvidia-ml-py give bytes."""
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _through_smi() -> list[Gpu]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    answer = _asked(program, _WITH_MIG) or _asked(program, _QUERY)
    return read_smi(answer, _asked(program, _APPS) if answer else "")


def _asked(program: str, query: Sequence[str]) -> str:
    """Its answer; empty where it has none."""
    try:
        done = subprocess.run([program, *query], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def read_smi(answer: str, apps: str = "") -> list[Gpu]:
    """The GPUs in an answer of nvidia-smi: lines of index, id, name, MiB in all, MiB free and, where known, MIG.

    Args:
        apps: lines of a GPU's id, a process and its MiB.
    """
    users: dict[str, tuple[str, ...]] = {}
    for uuid, pid, used in (row for row in _rows(apps) if len(row) == 3 and row[1].isdecimal()):
        size = int(used) * _MIB if used.isdecimal() else None
        users[uuid] = (*users.get(uuid, ()), _user(int(pid), size))
    return [
        Gpu(
            *(int(index), int(total) * _MIB / _GB, int(free) * _MIB / _GB, name, uuid),
            mig=mig == ["Enabled"],
            users=users.get(uuid, ()),
        )
        for index, uuid, name, total, free, *mig in (row for row in _rows(answer) if len(row) in (5, 6))
        if index.isdecimal() and total.isdecimal() and free.isdecimal()
    ]


def _rows(answer: str) -> list[list[str]]:
    return [[field.strip() for field in line.split(",")] for line in answer.splitlines()]


def driver(file: Path = _DRIVER) -> str:
    """The version of the NVIDIA driver, such as ``580.65.06``; empty where it cannot be told."""
    try:
        found = re.search(r"Kernel Module.*?\s(\d{3,}\.\d+(?:\.\d+)?)\s", file.read_text())
    except OSError:
        return ""
    return found[1] if found else ""


def host_memory_gb(root: Path = Path("/")) -> float | None:
    """The memory that programs can still have here, in GB; None where it cannot be read.

    A container may have less than its machine: its limit stands in its cgroup, of version 2 or 1.
    """
    try:
        text = (root / "proc/meminfo").read_text()
    except OSError:
        return None
    match = re.search(r"^MemAvailable:\s+(\d+) kB", text, re.MULTILINE)
    if match is None:
        return None
    limits = [_left_in(root / "sys/fs/cgroup", *names) for names in _CGROUP_FILES]
    return min(int(match[1]) * 1024, *(left for left in limits if left is not None), 1 << 62) / _GB


_CGROUP_FILES = (
    ("memory.max", "memory.current", "memory.stat", "file"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat", "cache"),
)


def _left_in(folder: Path, limit: str, usage: str, stat: str, cache: str) -> int | None:
    """What a cgroup has left, in bytes: its cache of files is given back when it is needed."""
    try:
        cached = re.search(rf"^{cache} (\d+)$", (folder / stat).read_text(), re.MULTILINE)
        used = int((folder / usage).read_text()) - (int(cached[1]) if cached else 0)
        return int((folder / limit).read_text()) - used
    except (OSError, ValueError):  # no limit is the word max
        return None
