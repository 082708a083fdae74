"""What MOVA is asked to render, in true numbers: size, frames, seconds, seed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Literal, get_args

from errors import InputError
from input_limits import MAX_NEGATIVE_PROMPT, number_within, whole_within, without_unseen
from notes import N_, Note, note

Orientation = Literal["landscape", "portrait"]
ORIENTATIONS: tuple[Orientation, ...] = get_args(Orientation)

# MOVA's own sizes. 360p is 640x352, never 640x360: a server makes 624x352 of that (SGLang 0.5.23).
SIZES: dict[str, dict[Orientation, tuple[int, int]]] = {
    "mova-360p": {"landscape": (640, 352), "portrait": (352, 640)},
    "mova-720p": {"landscape": (1280, 720), "portrait": (720, 1280)},
}
TRAINED_FRAMES, TRAINED_FPS = 193, 24
MAX_SEED = 2**63 - 1
_DRAWN_SEEDS = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class RenderSettings:
    """Everything about a render but its words and its picture.

    ``num_frames`` is 4k+1; ``negative_prompt`` None leaves the server's own, "" means really empty.
    Build it with ``render_settings``, which checks the numbers.
    """

    width: int
    height: int
    num_frames: int
    fps: int
    guidance_scale: float
    num_inference_steps: int
    seed: int
    negative_prompt: str | None = None

    @property
    def size(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def seconds(self) -> float:
        return self.num_frames / self.fps

    @property
    def receipt(self) -> Note:
        """The render in plain words: ``640x352 · 193 frames · 8.04 s · seed 7``."""
        template = N_("{size} · {num_frames} frames · {seconds} s · seed {seed}")
        seconds = f"{self.seconds:.2f}"
        return note(template, size=self.size, num_frames=self.num_frames, seconds=seconds, seed=self.seed)


def draw_seed() -> int:
    """A random seed, never 0: 0 asks for a random one."""
    return secrets.randbelow(_DRAWN_SEEDS) + 1


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
) -> tuple[RenderSettings, list[Note]]:
    """Check the numbers, snap the frames, draw the seed; return the settings and what was changed or is unusual.

    Raises:
        NumberOutOfRange: for the first number that MOVA cannot take.
        TextTooLong: of the negative prompt.
    """
    whole_within("num_frames", num_frames, 5, 481)
    whole_within("fps", fps, 1, 60)
    whole_within("num_inference_steps", num_inference_steps, 1, 200)
    number_within("guidance_scale", guidance_scale, 0, 20)
    whole_within("seed", seed, 0, MAX_SEED)
    if model not in SIZES or orientation not in ORIENTATIONS:
        raise InputError(f"model {model!r}, orientation {orientation!r}")
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
    )
    return settings, [*removed, *_unusual(settings, num_frames)]


def _negative(text: str | None) -> tuple[str | None, list[Note]]:
    """Without what nobody sees, and what was taken out."""
    return (None, []) if text is None else without_unseen(text, N_("negative prompt"), limit=MAX_NEGATIVE_PROMPT)


def _unusual(settings: RenderSettings, asked_frames: int) -> list[Note]:
    notes = []
    if settings.num_frames != asked_frames:
        notes.append(
            note(
                N_("{asked} frames were asked for; MOVA renders 4k+1, so {rendered}."),
                asked=asked_frames,
                rendered=settings.num_frames,
            )
        )
    if (settings.num_frames, settings.fps) != (TRAINED_FRAMES, TRAINED_FPS):
        notes.append(
            note(N_("MOVA was trained on 193 frames at 24 fps only; other lengths and speeds may look worse."))
        )
    return notes
