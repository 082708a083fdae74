"""What a person asked for, as it is recorded on the job, and the render that follows from it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from render.servers import PREVIEW
from render_settings import Orientation, RenderSettings
from step_result import Step

if TYPE_CHECKING:
    from jobs.records import JobRecord, Json
    from media.crop import CropChoice


@dataclass(frozen=True, kw_only=True)
class Wish:
    """``text`` is the description of Full Workflow, or Simple Mode's prompt. Recorded as the job's ``inputs``.

    ``until`` is the last step to make before the job waits, None where it goes to the render. ``look_try`` counts the
    tries that were made by themselves up to this one, and ``next_try`` is the job of the one after it.
    """

    text: str
    orientation: Orientation = "landscape"
    white_frame: bool = False
    crop_mode: str = "crop"
    crop_shift: float = 0.0
    captions: bool = False
    subtitle_marker: bool = True
    trim_negative_prompt: bool = False
    until: Step | None = None
    source_picture: str | None = None
    look_try: int = 0
    next_try: str | None = None

    @classmethod
    def of(cls, job: JobRecord) -> Self:
        known = {field.name for field in dataclasses.fields(cls)}
        return cls(**{name: value for name, value in job.inputs.items() if name in known})

    def as_json(self) -> Json:
        return dataclasses.asdict(self)

    @property
    def crop(self) -> CropChoice:
        from media.crop import CropChoice

        mode: Any = self.crop_mode
        return CropChoice(mode=mode, shift=self.crop_shift)


def render_of(job: JobRecord) -> RenderSettings:
    """The settings that were recorded with the job."""
    return RenderSettings(**job.settings)


def shown_server(job: JobRecord) -> str | None:
    """What people call the server that has a job: its name, its address where that was given, or ``preview``."""
    only = server_of(job.model)
    if job.server is None:
        return None
    if job.server.startswith(PREVIEW):
        return PREVIEW
    return only if only and "://" in only else job.server


def model_of(line: str) -> str:
    """The model of a line such as ``mova-360p`` or, for jobs of one server only, ``mova-360p@server``."""
    return line.split("@", 1)[0]


def server_of(line: str) -> str | None:
    """The one server that a line belongs to: a name, an address, or ``preview``."""
    return line.split("@", 1)[1] if "@" in line else None
