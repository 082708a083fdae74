"""What the Create page has gathered, and the order that it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from core.errors import NumberOutOfRange, TextTooLong
from core.limits import MAX_NEGATIVE_PROMPT, checked_text, checked_text_with_notes, without_unseen
from core.messages import Message, gettext_noop
from core.render_settings import LIMITS, Orientation, RenderSettings, render_settings
from core.request_options import RequestOptions
from core.steps import Step
from description.text import collapse
from jobs.model.request import JobRequest
from jobs.service.restored import FRAME, steps_of
from jobs.store.orders import Order
from media.crop import CropChoice
from media.frames import open_source, render_frame

if TYPE_CHECKING:
    from config import Settings
    from jobs.model.records import StepRecord
    from jobs.service.cards import Card
    from jobs.service.library import MadeBefore
    from ui.create.restored import Used

Kind = Literal["full", "simple", "text"]


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """The advanced settings as they were typed; ``seed`` empty for a random one."""

    num_frames: int
    fps: int
    num_inference_steps: int
    guidance_scale: float
    seed: str = ""
    negative_prompt: str = ""
    no_negative_prompt: bool = False
    takes: int = 1
    switches: Mapping[str, bool] = field(default_factory=dict)

    @property
    def negative(self) -> str | None:
        """None leaves the server's own, which an empty field means; "" is really empty. A typed one wins."""
        return self.negative_prompt.strip() or ("" if self.no_negative_prompt else None)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """``picture`` is the person's own file as it came, or the last frame of the job that it ``extends``.

    Text only gets a white frame instead. ``reused`` are earlier results that the person chose to reuse. ``cards`` are
    of people and places that the first frame is drawn after.
    """

    kind: Kind
    text: str
    orientation: Orientation
    model: str
    numbers: Numbers
    picture: bytes | None = None
    crop: CropChoice = field(default_factory=CropChoice)
    used: Used | None = None
    extends: str | None = None
    reused: MadeBefore | None = None
    cards: tuple[Card, ...] = ()

    @property
    def first_step(self) -> Step:
        """What the first act makes if no results are reused."""
        if self.kind != "full":
            return "render"
        return "image_prompt" if self.picture is None else "visual_elements"

    @property
    def too_long(self) -> TextTooLong | None:
        """What is wrong with a text that cannot be sent as long as it is."""
        try:
            without_unseen(self.text, self._text_name)
            without_unseen(self.numbers.negative_prompt, gettext_noop("negative prompt"), limit=MAX_NEGATIVE_PROMPT)
        except TextTooLong as problem:
            return problem
        return None

    @property
    def _text_name(self) -> str:
        return gettext_noop("description") if self.kind == "full" else gettext_noop("prompt")

    def taken_over(self) -> tuple[StepRecord, ...]:
        """The reused results of a restored run; with another picture, none that was made from the run's own."""
        if self.kind != "full" or self.used is None or self.used.start.kept is None:
            return ()
        steps = steps_of(self.used.run, self.used.start.kept)
        same_picture = self.picture == self.used.run.frame
        return tuple(step for step in steps if same_picture or (step.step == "image_prompt" and step.state == "done"))

    def render(self) -> tuple[RenderSettings, list[Message]]:
        """The checked numbers; a random seed is drawn anew with each call.

        Raises:
            NumberOutOfRange
        """
        numbers = self.numbers
        return render_settings(
            model=self.model,
            orientation=self.orientation,
            num_frames=numbers.num_frames,
            fps=numbers.fps,
            guidance_scale=numbers.guidance_scale,
            num_inference_steps=numbers.num_inference_steps,
            seed=seed_of(numbers.seed),
            negative_prompt=numbers.negative,
        )

    def order(self, settings: Settings) -> Order:
        """The checked order.

        Raises:
            EmptyText, TextTooLong, NumberOutOfRange, PictureError.
        """
        name = self._text_name
        text, removed = checked_text_with_notes(self.text, name)
        render, notes = self.render()
        if self.picture is not None or self.kind == "text":
            opened = open_source(self.picture, settings) if self.picture is not None else None
            notes += render_frame(opened, render, self.crop)[1]
        text = text if self.kind == "full" else checked_text(collapse(text), name)
        steps = self.taken_over()
        has_frame = any(step.step == "first_frame" for step in steps)
        return Order(
            request=self._request(
                text if self.kind == "full" else checked_text(collapse(text), name), render, settings
            ),
            picture=None if has_frame else self.picture,
            steps=steps,
            files={FRAME: self.picture} if has_frame and self.picture else {},
            parent=self.extends,
            extends=self.extends,
            warnings=(*removed, *notes),
        )

    def unfinished_order(self, settings: Settings) -> Order:
        """What the form would order as far as it goes, whatever its text and its picture are; raises for numbers."""
        return Order(request=self._request(self.text, self.render()[0], settings))

    def _request(self, text: str, render: RenderSettings, settings: Settings) -> JobRequest:
        before = self.used.run.options if self.used else RequestOptions(subtitle_marker=settings.subtitle_marker)
        quality = self.used.run.render.output_quality if self.used else settings.output_quality
        request = JobRequest(
            mode="full" if self.kind == "full" else "simple",
            text=text,
            render=replace(render, output_quality=quality),
            model=self.model,
            orientation=self.orientation,
            white_frame=self.kind == "text",
            crop_mode=self.crop.mode,
            crop_shift=self.crop.shift,
            takes=self.numbers.takes,
        )
        return request.changed(**{**before.options, **self.numbers.switches})


def seed_of(typed: str) -> int:
    """A typed seed; 0, which draws one, where nothing was typed.

    Raises:
        NumberOutOfRange
    """
    typed = typed.strip()
    if not typed:
        return 0
    try:
        return int(typed)
    except ValueError:
        raise NumberOutOfRange(name="seed", value=typed[:40], accepted=str(LIMITS["seed"])) from None
