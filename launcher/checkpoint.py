"""Reads a MOVA checkpoint before minutes of loading: is it one, is it whole, 360p or 720p.

The layout is that of ``MOVAPipeline`` in SGLang 0.5.23: ``model_index.json`` and a folder for each component.
SGLang itself tells 360p from 720p by the path alone, which has to hold ``mova`` and ``360p`` or ``720p``.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

from core.errors import AnotherModel, CheckpointMissing, HalfDownloaded, NotACheckpoint
from core.messages import Phrase, gettext_noop, phrase
from launcher.resolution import Resolution, resolution_of

INDEX = "model_index.json"
CLASSES = ("MOVA", "MOVAPipeline")
WITH_WEIGHTS = ("video_vae", "audio_vae", "text_encoder", "video_dit", "video_dit_2", "audio_dit", "dual_tower_bridge")
COMPONENTS = (*WITH_WEIGHTS, "tokenizer", "scheduler")
_WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".ckpt")
_LFS = b"version https://git-lfs.github.com/spec/"
_LFS_MAX_BYTES = 1024
# Attention heads of MOVA's two towers, for a checkpoint whose settings do not say: 40 of the picture, 12 of the sound.
_HEADS = {"video_dit": 40, "audio_dit": 12}


@dataclass(frozen=True)
class Checkpoint:
    """A whole checkpoint. ``heads`` is the largest number that divides the attention heads of both towers."""

    path: Path
    resolution: Resolution
    heads: int


def read_checkpoint(given: str, model: str | None) -> Checkpoint:
    """Check a folder and read what has to be known of it; ``model`` is what the person says it is.

    Raises:
        CheckpointMissing, NotACheckpoint, AnotherModel, HalfDownloaded: what is wrong with it.
        ResolutionUnknown, ResolutionUnclear: where ``model`` is needed to tell 360p from 720p.
    """
    path = Path(given).expanduser().absolute()
    if not path.is_dir():
        raise CheckpointMissing(folder=str(path))
    try:
        _check_class(path)
        for component in COMPONENTS:
            _check_component(path, component)
        return Checkpoint(path, resolution_of(path, model), _heads(path))
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise NotACheckpoint(folder=str(problem.filename or path), reason=reason) from None


def _check_class(path: Path) -> None:
    index = path / INDEX
    if not index.exists():
        raise NotACheckpoint(folder=str(path), reason=_why_no_index(path))
    _check_pointer(index, INDEX)
    try:
        found = json.loads(index.read_bytes())
    except ValueError:
        raise NotACheckpoint(
            folder=str(path), reason=phrase(gettext_noop("its {file} is not JSON"), file=INDEX)
        ) from None
    kind = found.get("_class_name") if isinstance(found, dict) else None
    if kind not in CLASSES:
        raise AnotherModel(folder=str(path), found=str(kind or "?"))


def _why_no_index(path: Path) -> Phrase:
    inside = sorted([*path.glob(f"*/{INDEX}"), *path.glob(f"snapshots/*/{INDEX}")])
    if inside:
        return phrase(gettext_noop("it has no {file}, but {folder} has one"), file=INDEX, folder=str(inside[0].parent))
    return phrase(gettext_noop("it has no {file}"), file=INDEX)


def _check_component(path: Path, component: str) -> None:
    folder = path / component
    if not folder.is_dir():
        raise HalfDownloaded(
            folder=str(path), reason=phrase(gettext_noop("the folder {part} is missing"), part=component)
        )
    files = [file for file in sorted(folder.iterdir()) if not file.name.startswith(".")]
    if not files:
        raise HalfDownloaded(
            folder=str(path), reason=phrase(gettext_noop("the folder {part} is empty"), part=component)
        )
    for file in files:
        _check_file(path, file)
    if component in WITH_WEIGHTS and not any(file.suffix in _WEIGHTS for file in files):
        raise HalfDownloaded(
            folder=str(path), reason=phrase(gettext_noop("the folder {part} has no weights"), part=component)
        )


def _check_file(path: Path, file: Path) -> None:
    name = file.relative_to(path).as_posix()
    if not file.exists():  # a link into a cache that has lost the file
        raise HalfDownloaded(folder=str(path), reason=phrase(gettext_noop("{file} is missing"), file=name))
    if file.is_dir():
        return
    _check_pointer(file, name)
    if file.name.endswith(".index.json"):
        _check_shards(path, file)
    elif file.suffix in _WEIGHTS and file.stat().st_size == 0:
        raise HalfDownloaded(folder=str(path), reason=phrase(gettext_noop("{file} is empty"), file=name))
    elif file.suffix == ".safetensors" and file.stat().st_size < _safetensors_size(file):
        raise HalfDownloaded(folder=str(path), reason=phrase(gettext_noop("{file} is incomplete"), file=name))


def _check_pointer(file: Path, name: str) -> None:
    """Git without LFS leaves a small text in the place of a large file."""
    if file.stat().st_size <= _LFS_MAX_BYTES and file.read_bytes().startswith(_LFS):
        reason = phrase(gettext_noop("{file} is only a pointer of Git LFS, not the file itself"), file=name)
        raise HalfDownloaded(folder=str(file.parent), reason=reason)


def _check_shards(path: Path, index: Path) -> None:
    try:
        shards = sorted({str(name) for name in json.loads(index.read_bytes())["weight_map"].values()})
    except (ValueError, KeyError, TypeError, AttributeError):
        name = index.relative_to(path).as_posix()
        raise HalfDownloaded(folder=str(path), reason=phrase(gettext_noop("{file} is incomplete"), file=name)) from None
    missing = [shard for shard in shards if not (index.parent / shard).exists()]
    if missing:
        file = (index.parent / missing[0]).relative_to(path).as_posix()
        template = gettext_noop("{file} is missing; {missing} of {all} parts of the weights are not there")
        reason = phrase(template, file=file, missing=len(missing), all=len(shards))
        raise HalfDownloaded(folder=str(path), reason=reason)


def _safetensors_size(file: Path) -> int:
    """The size in bytes that a safetensors file has by its own header; 0 where the header cannot be read."""
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        if length > file.stat().st_size:
            return length + 8
        try:
            header = json.loads(opened.read(length))
            ends = [part["data_offsets"][1] for name, part in header.items() if name != "__metadata__"]
            return 8 + length + max(ends, default=0)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            return 0


def _heads(path: Path) -> int:
    return math.gcd(*(_heads_of(path / tower / "config.json", usual) for tower, usual in _HEADS.items()))


def _heads_of(config: Path, usual: int) -> int:
    try:
        found = json.loads(config.read_bytes())["num_heads"]
    except (OSError, ValueError, KeyError, TypeError):
        return usual
    return found if isinstance(found, int) and found > 0 else usual
