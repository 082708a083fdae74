"""What the Create page has gathered, and the order that it becomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from description.text import collapse
from errors import NumberOutOfRange
from input_limits import given, given_text
from jobs.desk import Order
from jobs.wish import Wish
from media.crop import CropChoice
from media.frames import open_source, render_frame
from notes import N_, Note
from render_settings import MAX_SEED, Orientation, RenderSettings, render_settings
from step_result import Step

if TYPE_CHECKING:
    from config import Settings

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
    captions: bool = False


@dataclass(frozen=True, kw_only=True)
class Draft:
    """``picture`` is the person's own file as it came; Text only gets a white frame in its place."""

    kind: Kind
    text: str
    orientation: Orientation
    model: str
    numbers: Numbers
    picture: bytes | None = None
    crop: CropChoice = field(default_factory=CropChoice)

    @property
    def next_step(self) -> Step:
        """What its first act would make."""
        if self.kind != "full":
            return "render"
        return "image_prompt" if self.picture is None else "visual_elements"

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
            negative_prompt=numbers.negative_prompt.strip() or None,
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
        return Order(
            mode="full" if self.kind == "full" else "simple",
            wish=self._wish(text, settings),
            render=render,
            line=line,
            picture=self.picture,
            ask=ask and self.kind == "full",
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
            subtitle_marker=settings.subtitle_marker,
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
