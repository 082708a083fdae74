"""What was found fastest, kept beside the checkpoint for exactly this machine, and looked up at the next start."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import FolderUnusable
from core.files import atomic_write
from core.messages import Message, gettext_noop, message
from launcher.gpus import Gpu
from launcher.options import FILES
from launcher.tune.sets import FlagSet, from_json

_VERSION = 1
_MAX_BYTES = 1_000_000
_DRIVER = Path("/proc/driver/nvidia/version")
_DRAFTS = FILES / "draft_steps.json"
_WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".json")


@dataclass(frozen=True)
class Key:
    """What a measurement holds for: another GPU, driver, SGLang or checkpoint may have another fastest set."""

    gpus: tuple[str, ...]
    driver: str
    sglang: str
    checkpoint: str

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "gpus": list(self.gpus)}


@dataclass(frozen=True)
class Kept:
    """The set, and seconds a clip with it and with the launcher's own plan; ``draft_steps`` None: not looked for."""

    flags: FlagSet
    seconds: float
    baseline_seconds: float
    measured: str
    draft_steps: int | None = None

    @property
    def reason(self) -> Message:
        template = gettext_noop(
            "tuned: {name}, {seconds} s a clip where these options alone took {baseline} s, measured here on {date} "
            "(--no-tuned leaves it out)"
        )
        return message(
            template,
            name=self.flags.name,
            seconds=f"{self.seconds:.1f}",
            baseline=f"{self.baseline_seconds:.1f}",
            date=self.measured[:10],
        )


def key_of(gpus: Sequence[Gpu], sglang: str, checkpoint: Path) -> Key:
    """The key of this machine with these GPUs; ``sglang`` is its version."""
    names = tuple(f"{gpu.name or 'GPU'} {gpu.total_gb:.0f} GB" for gpu in gpus)
    return Key(names, _driver(), sglang, _fingerprint(checkpoint))


def _driver() -> str:
    try:
        found = re.search(r"Kernel Module\D*([\d.]+)", _DRIVER.read_text())
    except OSError:
        return ""
    return found[1] if found else ""


def _fingerprint(checkpoint: Path) -> str:
    """Of the names and sizes of its files: reading 80 GB takes minutes."""
    files = sorted(path for path in checkpoint.glob("*/*") if path.suffix in _WEIGHTS)
    told = [(path.relative_to(checkpoint).as_posix(), path.stat().st_size) for path in files]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def beside(checkpoint: Path) -> Path:
    """``/models/MOVA-360p.tuned.json`` for ``/models/MOVA-360p``."""
    return checkpoint.with_name(f"{checkpoint.name}.tuned.json")


def in_cache(checkpoint: Path) -> Path:
    """In the user's own cache, for a folder of checkpoints that they may not write in."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    mark = hashlib.sha256(os.fsencode(checkpoint)).hexdigest()[:16]
    return cache / "mova-workflow" / "tuned" / f"{checkpoint.name}-{mark}.json"


def keep(checkpoint: Path, key: Key, kept: Kept) -> Path:
    """Write it down; returns where.

    Raises:
        FolderUnusable: neither beside the checkpoint nor in the cache.
    """
    entry = {"key": key.as_json(), **asdict(kept), "flags": kept.flags.as_json()}
    for file in (beside(checkpoint), in_cache(checkpoint)):
        others = [one for one in _entries(file) if one.get("key") != entry["key"]]
        document = {"kind": "mova-tuned", "version": _VERSION, "entries": [*others, entry]}
        try:
            if file != beside(checkpoint):
                file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            atomic_write(file, json.dumps(document, indent=1).encode() + b"\n")
        except OSError as problem:
            reason = problem.strerror or "?"
            continue
        return file
    raise FolderUnusable(folder=str(in_cache(checkpoint).parent), reason=reason)


def look_up(checkpoint: Path, key: Key) -> Kept | None:
    """What was kept for this key; None where there is nothing, or nothing that can be believed."""
    for file in (beside(checkpoint), in_cache(checkpoint)):
        for entry in _entries(file):
            if entry.get("key") == key.as_json():
                with contextlib.suppress(ValueError, TypeError, KeyError):
                    return _kept(entry)
    return None


def _kept(entry: dict[str, Any]) -> Kept:
    draft = entry.get("draft_steps")
    return Kept(
        from_json(entry["flags"]),
        float(entry["seconds"]),
        float(entry["baseline_seconds"]),
        str(entry["measured"])[:40],
        int(draft) if draft else None,
    )


def _entries(file: Path) -> list[dict[str, Any]]:
    try:
        if file.stat().st_size > _MAX_BYTES:
            return []
        document = json.loads(file.read_bytes())
        found = document["entries"] if document["version"] == _VERSION else []
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def keep_draft_steps(model: str, steps: int) -> None:
    """For the app on this machine: how many steps look right in a draft of this model."""
    with contextlib.suppress(OSError):  # the app then takes its own number
        _DRAFTS.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic_write(_DRAFTS, json.dumps({**_drafts(), model: steps}).encode())


def draft_steps(model: str) -> int | None:
    """What a tuning on this machine found; None where there was none."""
    found = _drafts().get(model)
    return found if isinstance(found, int) and 1 <= found <= 200 else None


def _drafts() -> dict[str, Any]:
    try:
        found = json.loads(_DRAFTS.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
