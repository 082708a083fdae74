"""What a person asks for: one type for every way in, and the queue that its job waits in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, Self

from pydantic import ConfigDict, Field

from core.references import Reference
from core.render_settings import CropMode, Orientation, RenderSettings
from core.request_options import RequestOptions
from core.steps import Step

if TYPE_CHECKING:
    from media.crop import CropChoice

Mode = Literal["simple", "full"]
PREVIEW = "preview"  # the preview engine's name as a server


class QueueKey(NamedTuple):
    """Jobs of one key wait in one queue: those of a model, or those that must go to one server of it.

    ``wanted_server`` is a configured name, an address, or ``preview``.
    """

    model: str
    wanted_server: str | None = None


class JobRequest(RequestOptions):
    """What command line, batch row, page, restored file, preset, rerun and variation are all turned into.

    ``text`` is the description of Full Workflow, or Simple Mode's prompt. ``wanted_server`` is the one server that may
    have the job: a configured name, an address, or ``preview``; None for any of its model. ``until`` is the last step
    to make before the job waits, None where it goes to the render; with ``review_each_step`` it waits before every one.
    ``source_picture`` is the size of the person's own picture, such as ``4032x3024``. ``references`` are pictures of
    people and places that the first frame is drawn after; their files lie in the job's folder. ``takes`` is how many
    are rendered at most, one seed after the other, until one is good.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode
    text: str
    render: RenderSettings
    model: str = "mova-360p"
    wanted_server: str | None = None
    orientation: Orientation = "landscape"
    white_frame: bool = False
    crop_mode: CropMode = "crop"
    crop_shift: float = 0.0
    until: Step | None = None
    review_each_step: bool = False
    source_picture: str | None = None
    references: tuple[Reference, ...] = ()
    takes: Annotated[int, Field(ge=1, le=8)] = 1

    def changed(self, **changes: object) -> Self:
        """The same with other values.

        Raises:
            TypeError: there is no such value.
        """
        if unknown := changes.keys() - type(self).model_fields.keys():
            raise TypeError(f"a request has no {', '.join(sorted(unknown))}")
        return self.model_copy(update=changes)

    @property
    def crop(self) -> CropChoice:
        from media.crop import CropChoice

        return CropChoice(mode=self.crop_mode, shift=self.crop_shift)

    @property
    def queue_key(self) -> QueueKey:
        return QueueKey(self.model, self.wanted_server)


def is_preview_server(name: str | None) -> bool:
    """Whether a server is a preview engine of this program: each working process has one of its own."""
    return name is not None and name.partition("-")[0] == PREVIEW
