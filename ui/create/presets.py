"""Presets: render settings under a name, as files of JSON that can be handed on. No path and no key is in one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from core.accepted_values import accepted
from core.errors import BadPreset, StorageError, storage_error
from core.files import atomic_write
from core.messages import Phrase, gettext_noop, phrase
from core.render_settings import (
    ORIENTATIONS,
    SIZES,
    Fps,
    GuidanceScale,
    NegativePrompt,
    NumInferenceSteps,
    RenderedFrames,
    Seed,
)
from jobs.storage.base import LocalStorage

SCHEMA = "mova-preset"
VERSION: Literal[1] = 1
MAX_BYTES = 64 * 1024
_FOLDER = "presets"


class PresetSettings(BaseModel):
    """What a preset sets; ``seed`` 0 draws a random one, ``negative_prompt`` "" leaves the server's default."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    mode: Literal["full", "simple", "text"]
    model: str
    orientation: str
    num_frames: RenderedFrames
    fps: Fps
    num_inference_steps: NumInferenceSteps
    guidance_scale: GuidanceScale
    seed: Seed
    negative_prompt: NegativePrompt
    captions: bool

    @field_validator("model")
    @classmethod
    def _known_model(cls, value: str) -> str:
        return _one_of(value, tuple(SIZES))

    @field_validator("orientation")
    @classmethod
    def _known_orientation(cls, value: str) -> str:
        return _one_of(value, ORIENTATIONS)


class Preset(BaseModel):
    """A preset as it stands in its file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    schema_: Annotated[Literal["mova-preset"], Field(alias="schema")] = "mova-preset"
    version: Literal[1] = VERSION
    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]+$")
    ]
    settings: PresetSettings

    @classmethod
    def named(cls, name: str, settings: PresetSettings) -> Self:
        """A preset of these settings.

        Raises:
            BadPreset: the name is empty or too long.
        """
        try:
            return cls(name=name, settings=settings)
        except ValidationError as problem:
            raise BadPreset(reason=_first(problem)) from None

    @classmethod
    def read(cls, data: bytes) -> Self:
        """A preset from the bytes of a file.

        Raises:
            BadPreset: naming the first thing that is wrong with it.
        """
        if len(data) > MAX_BYTES:
            raise BadPreset(reason=gettext_noop("more than 64 KB"))
        try:
            return cls.model_validate(_object(data))
        except ValidationError as problem:
            raise BadPreset(reason=_first(problem)) from None

    def as_json(self) -> str:
        return json.dumps(self.model_dump(by_alias=True), ensure_ascii=False, indent=2) + "\n"


def checked(values: Mapping[str, object]) -> PresetSettings:
    """Settings from single values.

    Raises:
        BadPreset
    """
    try:
        return PresetSettings.model_validate(dict(values))
    except ValidationError as problem:
        raise BadPreset(reason=_first(problem)) from None


def stored(storage: LocalStorage, owner: str) -> list[Preset]:
    """An owner's presets by name; a file that cannot be read is left out."""
    found = []
    with suppress(StorageError):  # those that are here
        storage.sync(f"{_FOLDER}/{_file_name(owner)}")
    for path in _folder(storage.root, owner).glob("*.json"):
        try:
            found.append(Preset.read(path.read_bytes()))
        except (OSError, BadPreset):
            continue
    return sorted(found, key=lambda preset: preset.name.casefold())


def take_over(storage: LocalStorage, former: str, owner: str) -> None:
    """An owner's presets from the time of another name, unless there are some under the present one."""
    with suppress(OSError):  # there are none, or some under both names
        storage.sync(f"{_FOLDER}/{_file_name(former)}")
        _folder(storage.root, former).rename(_folder(storage.root, owner))
        for path in _folder(storage.root, owner).glob("*.json"):
            storage.keep(path.relative_to(storage.root).as_posix())
        storage.remove_folder(f"{_FOLDER}/{_file_name(former)}")


def store(storage: LocalStorage, owner: str, preset: Preset) -> None:
    """Keep a preset; one of the same name is written over.

    Raises:
        StorageError.
    """
    path = _path(storage.root, owner, preset.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path, preset.as_json().encode())
    except OSError as problem:
        raise storage_error(path.parent, problem) from None
    storage.keep(path.relative_to(storage.root).as_posix())


def remove(storage: LocalStorage, owner: str, name: str) -> None:
    """Delete a preset; one that is not there is no fault."""
    path = _path(storage.root, owner, name)
    path.unlink(missing_ok=True)
    storage.remove(path.relative_to(storage.root).as_posix())


def _object(data: bytes) -> object:
    """The JSON of a file whose schema and version are ours."""
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadPreset(reason=gettext_noop("it is not JSON")) from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise BadPreset(reason=phrase(gettext_noop('"schema" is not "{schema}"'), schema=SCHEMA))
    if found.get("version") != VERSION or found["version"] is True:
        raise BadPreset(reason=phrase(gettext_noop('"version" is not {version}'), version=VERSION))
    return found


def _first(problem: ValidationError) -> Phrase:
    first = problem.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return phrase(gettext_noop("{where}: {accepted} is accepted"), where=where[:100], accepted=accepted(first))


def _one_of(value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise PydanticCustomError("literal_error", gettext_noop("one of {expected}"), {"expected": ", ".join(known)})
    return value


def _folder(output_dir: Path, owner: str) -> Path:
    return output_dir / _FOLDER / _file_name(owner)


def _path(output_dir: Path, owner: str, name: str) -> Path:
    return _folder(output_dir, owner) / f"{_file_name(name)}.json"


def _file_name(text: str) -> str:
    """A person's text is never a path: its digest is the name of the file."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]
