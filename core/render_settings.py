"""What MOVA is asked to render, in true numbers: size, frames, seconds, seed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import AfterValidator, Field

from core.errors import InputError, NumberOutOfRange
from core.limits import MAX_NEGATIVE_PROMPT, number_within, whole_within, without_unseen
from core.messages import Message, gettext_noop, message

Orientation = Literal["landscape", "portrait"]
CropMode = Literal["crop", "bars"]
# SGLang 0.5.23 encodes with x264 at crf 0, 5, 22, 33 and 25; other words are refused.
OutputQuality = Literal["maximum", "high", "medium", "low", "default"]
OUTPUT_QUALITIES: tuple[OutputQuality, ...] = get_args(OutputQuality)
ORIENTATIONS: tuple[Orientation, ...] = get_args(Orientation)

# MOVA's own sizes. 360p is 640x352, never 640x360: a server makes 624x352 of that (SGLang 0.5.23).
SIZES: dict[str, dict[Orientation, tuple[int, int]]] = {
    "mova-360p": {"landscape": (640, 352), "portrait": (352, 640)},
    "mova-720p": {"landscape": (1280, 720), "portrait": (720, 1280)},
}
TRAINED_FRAMES, TRAINED_FPS = 193, 24
MAX_SEED = 2**63 - 1
_DRAWN_SEEDS = 2**31 - 1


class Limit(NamedTuple):
    """The lowest and the highest value, both included."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low} to {self.high}"


# The one place for what each number of a render may be. A seed of 0 asks for a random one.
LIMITS: Mapping[str, Limit] = {
    "num_frames": Limit(5, 481),
    "fps": Limit(1, 60),
    "guidance_scale": Limit(0, 20),
    "num_inference_steps": Limit(1, 200),
    "seed": Limit(0, MAX_SEED),
}


def _four_k_plus_one(value: int) -> int:
    if value % 4 != 1:
        raise ValueError(gettext_noop("a number of the form 4k+1, such as 193"))
    return value


NumFrames = Annotated[int, Field(ge=LIMITS["num_frames"].low, le=LIMITS["num_frames"].high)]
RenderedFrames = Annotated[NumFrames, AfterValidator(_four_k_plus_one)]
Fps = Annotated[int, Field(ge=LIMITS["fps"].low, le=LIMITS["fps"].high)]
GuidanceScale = Annotated[
    float, Field(ge=LIMITS["guidance_scale"].low, le=LIMITS["guidance_scale"].high, allow_inf_nan=False)
]
NumInferenceSteps = Annotated[int, Field(ge=LIMITS["num_inference_steps"].low, le=LIMITS["num_inference_steps"].high)]
Seed = Annotated[int, Field(ge=LIMITS["seed"].low, le=LIMITS["seed"].high)]
DrawnSeed = Annotated[int, Field(ge=1, le=LIMITS["seed"].high)]
NegativePrompt = Annotated[str, Field(max_length=MAX_NEGATIVE_PROMPT)]


@dataclass(frozen=True, kw_only=True)
class RenderSettings:
    """Everything about a render but its words and its picture.

    ``width`` and ``height`` are in pixels, ``fps`` in frames a second; ``num_frames`` is 4k+1, and ``seed`` is drawn.
    ``negative_prompt`` None leaves the server's own, "" means really empty. ``output_quality`` None sends nothing of
    it, as was done before it was recorded.
    Build it with ``render_settings``, which checks the numbers.
    """

    width: int
    height: int
    num_frames: NumFrames
    fps: Fps
    guidance_scale: GuidanceScale
    num_inference_steps: NumInferenceSteps
    seed: DrawnSeed
    negative_prompt: NegativePrompt | None = None
    output_quality: OutputQuality | None = None

    @property
    def size(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def seconds(self) -> float:
        return self.num_frames / self.fps

    @property
    def receipt(self) -> Message:
        """The render in plain words: ``640x352 · 193 frames · 8.04 s · seed 7``."""
        template = gettext_noop("{size} · {num_frames} frames · {seconds} s · seed {seed}")
        seconds = f"{self.seconds:.2f}"
        return message(template, size=self.size, num_frames=self.num_frames, seconds=seconds, seed=self.seed)


def draw_seed() -> int:
    """A random seed, never 0: 0 asks for a random one."""
    return secrets.randbelow(_DRAWN_SEEDS) + 1


def check_seed(seed: object) -> None:
    """Make sure that a seed is one, or 0, which asks for a random one.

    Raises:
        NumberOutOfRange
    """
    whole_within("seed", seed, *LIMITS["seed"])


def snap_frames(num_frames: int) -> int:
    """The next number of the form 4k+1, as SGLang rounds."""
    return num_frames + (1 - num_frames) % 4


def render_settings(
    *,
    model: str,
    orientation: Orientation,
    num_frames: int,
    fps: int,
    guidance_scale: float,
    num_inference_steps: int,
    seed: int,
    negative_prompt: str | None = None,
    output_quality: OutputQuality | None = None,
) -> tuple[RenderSettings, list[Message]]:
    """Check the numbers, snap the frames, draw the seed; return the settings and what was changed or is unusual.

    Raises:
        NumberOutOfRange: for the first number that MOVA cannot take, or an output quality that SGLang does not know.
        TextTooLong: of the negative prompt.
        InputError: for a model or an orientation that there is not.
    """
    for name, value in {"num_frames": num_frames, "fps": fps, "num_inference_steps": num_inference_steps}.items():
        whole_within(name, value, *LIMITS[name])
    number_within("guidance_scale", guidance_scale, *LIMITS["guidance_scale"])
    check_seed(seed)
    if model not in SIZES or orientation not in ORIENTATIONS:
        raise InputError(f"model {model!r}, orientation {orientation!r}")
    _check_quality(output_quality)
    negative_prompt, removed = _negative(negative_prompt)
    width, height = SIZES[model][orientation]
    settings = RenderSettings(
        width=width,
        height=height,
        num_frames=snap_frames(num_frames),
        fps=fps,
        guidance_scale=float(guidance_scale),
        num_inference_steps=num_inference_steps,
        seed=seed or draw_seed(),
        negative_prompt=negative_prompt,
        output_quality=output_quality,
    )
    return settings, [*removed, *_unusual(settings, num_frames)]


def _check_quality(quality: object) -> None:
    if quality not in (None, *OUTPUT_QUALITIES):
        raise NumberOutOfRange(name="output_quality", value=str(quality)[:40], accepted=", ".join(OUTPUT_QUALITIES))


def _negative(text: str | None) -> tuple[str | None, list[Message]]:
    """Without what nobody sees, and what was taken out."""
    return (
        (None, []) if text is None else without_unseen(text, gettext_noop("negative prompt"), limit=MAX_NEGATIVE_PROMPT)
    )


def _unusual(settings: RenderSettings, asked_frames: int) -> list[Message]:
    notes = []
    if settings.num_frames != asked_frames:
        notes.append(
            message(
                gettext_noop("{asked} frames were asked for; MOVA renders 4k+1, so {rendered}."),
                asked=asked_frames,
                rendered=settings.num_frames,
            )
        )
    if (settings.num_frames, settings.fps) != (TRAINED_FRAMES, TRAINED_FPS):
        notes.append(
            message(
                gettext_noop("MOVA was trained on 193 frames at 24 fps only; other lengths and speeds may look worse.")
            )
        )
    return notes
