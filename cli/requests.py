"""What a command line, or a row of a manifest, asks for, as a request and an order for the service. Nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar

from pydantic import Field

from cli.cards import cards_shown
from core.file_names import as_it_lies
from core.limits import checked_text, checked_text_with_notes, whole_within
from core.messages import Message, gettext_noop
from core.render_settings import Orientation, OutputQuality, RenderSettings, render_settings
from core.request_options import Switches
from core.steps import Step
from description.text import collapse
from jobs.model.drafts import draft_steps
from jobs.model.request import JobRequest, QueueKey
from jobs.store.orders import Order
from jobs.worker import service_without_worker
from listening.gates import MOST_TAKES
from media.crop import CropChoice
from media.frames import open_source, read_own, render_frame

if TYPE_CHECKING:
    import argparse

    from config import Settings
    from record.folder import RunRecord

_FILMS = (".mp4", ".mov", ".m4v")  # a job's id has no ending
# What the settings have a default for.
_DEFAULTED = ("num_frames", "fps", "guidance_scale", "num_inference_steps", "seed", "output_quality")
_OF_A_RUN = (*_DEFAULTED, "orientation", "negative_prompt", "description")


class RunOptions(Switches):
    """The options of one run as given; None means the setting, or the value of the run to continue.

    A switch that is not given is not among ``model_fields_set``.
    """

    prompt: str | None = None
    description: str | None = None
    image: str | Path | None = None
    cast: str | Path | None = None
    white_frame: bool = False
    orientation: Orientation | None = None
    server: str | None = None
    num_frames: int | None = None
    fps: int | None = None
    seed: int | None = None
    guidance_scale: float | None = None
    num_inference_steps: int | None = None
    negative_prompt: str | None = None
    output_quality: OutputQuality | None = None
    crop_shift: float = 0.0
    bars: bool = False
    takes: Annotated[int, Field(ge=1, le=MOST_TAKES)] | None = None

    @property
    def crop(self) -> CropChoice:
        """Raises NumberOutOfRange."""
        return CropChoice(mode="bars" if self.bars else "crop", shift=self.crop_shift)

    def render(self, model: str, settings: Settings) -> tuple[RenderSettings, list[Message]]:
        """The checked numbers, and what was changed or is unusual; raises NumberOutOfRange, TextTooLong."""
        values = {name: getattr(self, name) for name in _DEFAULTED}
        given = {name: getattr(settings, name) if value is None else value for name, value in values.items()}
        if self.draft and self.num_inference_steps is None:
            given["num_inference_steps"] = draft_steps(settings, model)
        orientation = self.orientation or "landscape"
        return render_settings(model=model, orientation=orientation, negative_prompt=self.negative_prompt, **given)

    def request(self, text: str, key: QueueKey, render: RenderSettings, **more: Any) -> JobRequest:
        """The request with a checked text.

        Raises:
            NumberOutOfRange
        """
        whole_within("--takes", self.takes or 1, 1, MOST_TAKES)
        return JobRequest(
            text=text,
            render=render,
            model=key.model,
            wanted_server=key.wanted_server,
            orientation=self.orientation or "landscape",
            crop_mode=self.crop.mode,
            crop_shift=self.crop_shift,
            takes=self.takes or 1,
            **more,
        )


class CommandOptions(RunOptions):
    """Further options that only the command line has."""

    until: Step | None = None
    extend: str | None = None

    @classmethod
    def of(cls, options: argparse.Namespace) -> Self:
        """From a parsed command line; options that a command does not have are not given."""
        given = {name: value for name, value in vars(options).items() if name in cls.model_fields}
        return cls.model_construct(None, **given)  # not copied as text: a file's name may hold bytes that are no text

    def like(self, before: RunRecord) -> Self:
        """The same, with options that were not given taken from an earlier run."""
        known = {**vars(before), **before.options}
        not_said = [name for name in _OF_A_RUN if getattr(self, name) is None]
        taken = {name: known[name] for name in (*not_said, *(self.switches.keys() - self.model_fields_set))}
        if self.draft and not before.options["draft"]:
            taken.pop("num_inference_steps", None)
        if taken.get("fps"):
            taken["fps"] = int(taken["fps"])
        return self.model_copy(update=taken)


Options = TypeVar("Options", bound=RunOptions)


@dataclass(frozen=True)
class OwnPicture:
    """The person's own first frame; ``extends`` is the job whose last frame it is."""

    data: bytes
    notes: tuple[Message, ...] = ()
    extends: str | None = None


def uploaded_picture(options: Options, settings: Settings) -> tuple[Options, OwnPicture | None]:
    """The person's own picture, checked; wrong numbers are also reported here, before a server is asked.

    ``extend`` gives the last frame of a job's video or of a video file; so does a video in ``image``.

    Returns:
        The options, completed from the job that is continued; and the picture.

    Raises:
        InputError
    """
    extend = getattr(options, "extend", None)
    film = Path(extend) if extend else None
    if extend and film and film.suffix.lower() not in _FILMS and not as_it_lies(film).is_file():
        return _last_frame(options, extend, settings)
    options.render("mova-360p", settings)
    _ = options.crop
    source = film or options.image
    if not source:
        return options, None
    data, notes = read_own(Path(source), settings)
    return options, OwnPicture(data, tuple(notes))


def _last_frame(options: Options, job_id: str, settings: Settings) -> tuple[Options, OwnPicture]:
    """The last frame of the job to continue; options that were not given are taken from that job."""
    with service_without_worker(settings) as service:
        job, frame = service.get(job_id), service.videos.last_frame(job_id)
    names: tuple[str, ...] = (*(name for name in _DEFAULTED if name != "seed"), "negative_prompt")
    if job.request.draft and not options.draft:  # what goes on from a draft is none
        names = tuple(name for name in names if name != "num_inference_steps")
    taken: dict[str, Any] = {name: getattr(job.render, name) for name in names if getattr(options, name) is None}
    taken["orientation"] = options.orientation or job.request.orientation
    options = options.model_copy(update=taken)
    options.render(job.model, settings)
    return options, OwnPicture(frame, extends=job_id)


def simple_order(options: RunOptions, settings: Settings, picture: OwnPicture | None, key: QueueKey) -> Order:
    """Prompt and first frame straight to MOVA.

    Raises:
        InputError
    """
    text, removed = checked_text_with_notes(options.prompt or "", gettext_noop("prompt"))
    text = checked_text(collapse(text), gettext_noop("prompt"))
    render, notes = options.render(key.model, settings)
    request = options.request(text, key, render, mode="simple", white_frame=options.white_frame, draft=options.draft)
    _, cut = render_frame(open_source(picture.data, settings) if picture else None, render, request.crop)
    return _order(request, picture, (*removed, *notes, *cut))


def full_order(options: RunOptions, settings: Settings, picture: OwnPicture | None, key: QueueKey) -> Order:
    """Description to video over all steps, or up to ``until``.

    Raises:
        InputError
    """
    text, removed = checked_text_with_notes(options.description or "", gettext_noop("description"))
    shown = cards_shown(text, Path(options.cast), settings) if options.cast else None
    if shown:
        text = checked_text(shown.description, gettext_noop("description"))
    render, notes = options.render(key.model, settings)
    request = options.request(
        text,
        key,
        render,
        mode="full",
        **{"subtitle_marker": settings.subtitle_marker, **options.switches},
        until=getattr(options, "until", None),
        references=shown.references if shown else (),
    )
    order = _order(request, picture, (*removed, *notes))
    return replace(order, references=shown.pictures, warnings=(*order.warnings, *shown.notes)) if shown else order


def _order(request: JobRequest, picture: OwnPicture | None, warnings: tuple[Message, ...]) -> Order:
    if picture is None:
        return Order(request=request, warnings=warnings)
    extends = picture.extends
    return Order(
        request=request,
        picture=picture.data,
        parent=extends,
        extends=extends,
        warnings=(*warnings, *picture.notes),
    )


def picture_and_settings(
    options: RunOptions, model: str, settings: Settings
) -> tuple[bytes, RenderSettings, list[Message]]:
    """The first frame as PNG bytes in the exact size of the render, the render settings, and what was changed."""
    data, taken = read_own(Path(options.image or ""), settings)
    picture = open_source(data, settings)
    render, notes = options.render(model, settings)
    frame, cut = render_frame(picture, render, options.crop)
    return frame, render, [*taken, *notes, *cut]
