"""360p or 720p: from the checkpoint's name, or from the settings inside it.

Public MOVA checkpoints have the same architecture at both sizes, so often only a name tells. What can tell, the surest
first: the folder's own name, what the settings say of it (a picture's size, the name that it was saved under, the
repository that it was cloned from), and the names of the folders above, by which SGLang itself would take it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ResolutionUnclear, ResolutionUnknown
from core.messages import Message, gettext_noop, message

MODELS = ("mova-360p", "mova-720p")
_SIDES = {352: "mova-360p", 640: "mova-360p", 720: "mova-720p", 1280: "mova-720p"}
_AREAS = {352 * 640: "mova-360p", 720 * 1280: "mova-720p"}
_SETTINGS_MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Resolution:
    """``model`` is mova-360p or mova-720p, ``reason`` says what told."""

    model: str
    reason: Message


def resolution_of(path: Path, told: str | None) -> Resolution:
    """Which of the two models a folder holds; ``told`` is the person's word and wins.

    Raises:
        ResolutionUnclear: the name says one thing and the settings another.
        ResolutionUnknown: nothing tells.
    """
    if told:
        return Resolution(told, message(gettext_noop("{model}, as --model says"), model=told))
    by_name = _named(path.name) or _named(path.resolve().name)
    inside, source = _inside(path)
    if by_name and inside and by_name != inside:
        raise ResolutionUnclear(folder=str(path), name=by_name, settings=inside, file=source)
    if by_name:
        return Resolution(by_name, message(gettext_noop("{model}, by the name of its folder"), model=by_name))
    if inside:
        return Resolution(
            inside, message(gettext_noop("{model}, by the settings in {file}"), model=inside, file=source)
        )
    above = next(filter(None, map(_named, _folders_above(path))), None)
    if above:
        return Resolution(above, message(gettext_noop("{model}, by the name of a folder above it"), model=above))
    raise ResolutionUnknown(folder=str(path))


def recognised_as(path: str) -> str | None:
    """The model that SGLang 0.5.23 takes a path for: it looks for 360p first, anywhere in the path."""
    low = path.lower()
    return next((f"mova-{size}" for size in ("360p", "720p") if "mova" in low and size in low), None)


def _named(name: str) -> str | None:
    found = {f"mova-{size}" for size in re.findall(r"(?<!\d)(?:360|720)p", name.lower())}
    return found.pop() if len(found) == 1 else None


def _folders_above(path: Path) -> Iterator[str]:
    yield from reversed(path.parts[:-1])
    yield from reversed(path.resolve().parts[:-1])


def _inside(path: Path) -> tuple[str | None, str]:
    """What the settings say, and the file that says it; nothing where they contradict each other."""
    found = {model: file for file, model in _signs(path)}
    return next(iter(found.items())) if len(found) == 1 else (None, "")


def _signs(path: Path) -> Iterator[tuple[str, str]]:
    for file in [path / "model_index.json", *sorted(path.glob("*/*config.json"))]:
        if file.is_file() and file.stat().st_size <= _SETTINGS_MAX_BYTES:
            yield from ((file.relative_to(path).as_posix(), model) for model in _models_in(file))
    remote = path / ".git" / "config"
    if remote.is_file() and (
        model := _named(" ".join(re.findall(r"url *= *(.*)", remote.read_text(errors="replace"))))
    ):
        yield ".git/config", model


def _models_in(file: Path) -> Iterator[str]:
    try:
        settings = json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        return
    for name, value in _pairs(settings):
        if isinstance(value, str) and name in ("_name_or_path", "resolution", "model_name", "name"):
            yield from filter(None, [_named(value)])
        elif isinstance(value, int) and name.endswith(("height", "width", "resolution")):
            yield from filter(None, [_SIDES.get(value)])
        elif isinstance(value, int) and name == "max_area":
            yield from filter(None, [_AREAS.get(value)])


def _pairs(settings: Any) -> Iterator[tuple[str, Any]]:
    """Every name with its value, however deep."""
    if isinstance(settings, dict):
        for name, value in settings.items():
            yield str(name), value
            yield from _pairs(value)
    elif isinstance(settings, list):
        for value in settings:
            yield from _pairs(value)
