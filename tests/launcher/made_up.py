"""Made-up checkpoints and machines."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from launcher.checkpoint import COMPONENTS, WITH_WEIGHTS
from launcher.gpus import Gpu


def safetensors(data: bytes = bytes(4), promised: int | None = None) -> bytes:
    """A file of one tensor; ``promised`` is the size in bytes that its header tells."""
    size = len(data) if promised is None else promised
    header = json.dumps({"w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    return struct.pack("<Q", len(header)) + header + data


def checkpoint(path: Path, settings: Mapping[str, Any] | None = None, class_name: str = "MOVA") -> Path:
    """A whole one; ``settings`` has the contents of ``config.json`` for some components."""
    path.mkdir(parents=True)
    index = {
        "_class_name": class_name,
        "_diffusers_version": "0.37.0",
        **{name: ["lib", "Kind"] for name in COMPONENTS},
    }
    (path / "model_index.json").write_text(json.dumps(index))
    for name in COMPONENTS:
        (path / name).mkdir()
        (path / name / "config.json").write_text(json.dumps((settings or {}).get(name, {})))
        if name in WITH_WEIGHTS:
            (path / name / "model.safetensors").write_bytes(safetensors())
    return path


def gpus(*free: float, total: float | None = None) -> list[Gpu]:
    return [Gpu(index, total or gb, gb, "NVIDIA Made Up") for index, gb in enumerate(free)]


def alike(count: int, gb: float) -> Sequence[Gpu]:
    return gpus(*[gb] * count)
