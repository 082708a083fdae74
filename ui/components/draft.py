"""What the Create page has gathered, and the order that it becomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from description.text import collapse
from errors import MovaError, NumberOutOfRange
from input_limits import given, given_text
from jobs.desk import Order
from jobs.restored import FRAME, first_to_make, steps_of
from jobs.wish import Wish
from media.crop import CropChoice
from media.frames import open_source, render_frame
from notes import N_, Note
from pipeline import Materials
from render_settings import MAX_SEED, Orientation, RenderSettings, render_settings
from step_result import Step

if TYPE_CHECKING:
    from config import Settings
    from jobs.records import StepRecord
    from ui.components.restored import Used

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
    captions: bool = False

    @property
    def negative(self) -> str | None:
        """None leaves the server's own, which an empty field means; "" is really empty. A typed one wins."""
        return self.negative_prompt.strip() or ("" if self.no_negative_prompt else None)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """``picture`` is the person's own file as it came, or the last frame of the job that it ``extends``.

    Text only gets a white frame in its place.
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

    @property
    def next_step(self) -> Step:
        """What its first act would make."""
        if self.kind != "full":
            return "render"
        if steps := self.taken_over():
            return self._first_to_make(steps)
        return "image_prompt" if self.picture is None else "visual_elements"

    @property
    def straight(self) -> bool:
        """Whether a run was restored whole, to be rendered at once."""
        return self.used is not None and self.used.start.straight and self.next_step == "render"

    def taken_over(self) -> tuple[StepRecord, ...]:
        """The results of a restored run that are still wanted: with another picture, none that rests on its own."""
        if self.kind != "full" or self.used is None or self.used.start.kept is None:
            return ()
        steps = steps_of(self.used.run, self.used.start.kept)
        same_picture = self.picture == self.used.run.frame
        return tuple(step for step in steps if same_picture or (step.step == "image_prompt" and step.state == "done"))

    def _first_to_make(self, steps: tuple[StepRecord, ...]) -> Step:
        run = self.used.run if self.used else None
        try:
            text, render = given(self.text, N_("description")), self.render()[0]
        except MovaError:  # said where the order is made
            return "image_prompt"
        frame = run.frame if run and run.render.size == render.size else self.picture or b""
        materials = Materials(
            description=text,
            orientation=self.orientation,
            render=render,
            captions=self.numbers.captions,
            subtitle_marker=run.subtitle_marker if run else True,
        )
        return first_to_make(steps, materials, frame)

    def render(self) -> tuple[RenderSettings, list[Note]]:
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

    def order(self, settings: Settings, *, line: str, ask: bool) -> Order:
        """The checked order.

        Raises:
            EmptyText, TextTooLong, NumberOutOfRange, PictureError.
        """
        text, removed = given_text(self.text, N_("description") if self.kind == "full" else N_("prompt"))
        render, notes = self.render()
        if self.picture is not None or self.kind == "text":
            opened = open_source(self.picture, settings) if self.picture is not None else None
            notes += render_frame(opened, render, self.crop)[1]
        steps = self.taken_over()
        has_frame = any(step.step == "first_frame" for step in steps)
        return Order(
            mode="full" if self.kind == "full" else "simple",
            wish=self._wish(text, settings),
            render=render,
            line=line,
            picture=None if has_frame else self.picture,
            steps=steps,
            files={FRAME: self.picture} if has_frame and self.picture else {},
            ask=ask and self.kind == "full",
            parent=self.extends,
            extends=self.extends,
            warnings=(*removed, *notes),
        )

    def _wish(self, text: str, settings: Settings) -> Wish:
        return Wish(
            text=text if self.kind == "full" else given(collapse(text), N_("prompt")),
            orientation=self.orientation,
            white_frame=self.kind == "text",
            crop_mode=self.crop.mode,
            crop_shift=self.crop.shift,
            captions=self.numbers.captions,
            subtitle_marker=self.used.run.subtitle_marker if self.used else settings.subtitle_marker,
            trim_negative_prompt=self.used is not None and self.used.run.trim_negative_prompt,
        )


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
        raise NumberOutOfRange(name="seed", value=typed[:40], accepted=f"0 to {MAX_SEED}") from None
