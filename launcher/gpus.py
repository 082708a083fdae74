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

from errors import BadOption
from notes import N_

_QUERY = ("--query-gpu=index,uuid,name,memory.total,memory.free", "--format=csv,noheader,nounits")
_MIB = 1024 * 1024
_GB = 1e9


@dataclass(frozen=True)
class Gpu:
    """One GPU. ``index`` counts as nvidia-smi does; ``free_gb`` is what other programs leave."""

    index: int
    total_gb: float
    free_gb: float
    name: str = ""
    uuid: str = ""


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
            raise BadOption(option="--gpus", value=text, accepted=N_("numbers such as 0-3 or 0,2"))
        first, last = int(match[1]), int(match[2] or match[1])
        numbers.extend(range(first, last + 1))
    if not numbers or len(set(numbers)) < len(numbers):
        raise BadOption(option="--gpus", value=text, accepted=N_("numbers such as 0-3 or 0,2"))
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
    return Gpu(index, memory.total / _GB, memory.free / _GB, name, uuid)


def _text(value: str | bytes) -> str:
    """Older versions of nvidia-ml-py give bytes."""
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _through_smi() -> list[Gpu]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    try:
        done = subprocess.run([program, *_QUERY], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return read_smi(done.stdout) if done.returncode == 0 else []


def read_smi(answer: str) -> list[Gpu]:
    """The GPUs in an answer of nvidia-smi: lines of index, id, name, MiB in all and MiB free."""
    fields = [[field.strip() for field in line.split(",")] for line in answer.splitlines()]
    return [
        Gpu(int(index), int(total) * _MIB / _GB, int(free) * _MIB / _GB, name, uuid)
        for index, uuid, name, total, free in (row for row in fields if len(row) == 5)
        if index.isdecimal() and total.isdecimal() and free.isdecimal()
    ]


def host_memory_gb() -> float | None:
    """The memory of this machine that programs can still have, in GB; None where it cannot be read."""
    try:
        text = Path("/proc/meminfo").read_text()
    except OSError:
        return None
    match = re.search(r"^MemAvailable:\s+(\d+) kB", text, re.MULTILINE)
    return int(match[1]) * 1024 / _GB if match else None
