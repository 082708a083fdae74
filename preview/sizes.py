"""Which size and how many frames a request becomes: the arithmetic of SGLang's MOVA configuration."""

from __future__ import annotations

import math
from dataclasses import dataclass

MULTIPLE = 16  # both sides: 8 pixels a latent cell, 2 cells a patch


@dataclass(frozen=True)
class Model:
    """A MOVA model as SGLang serves it: its name, and the size (pixels) it renders when none is asked for."""

    name: str
    width: int
    height: int

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def path(self) -> str:
        """What ``/server_info`` names; the resolution can be read from it, as from a real model path."""
        return f"preview/{self.name.replace('mova', 'MOVA')}"


MODELS = {model.name: model for model in (Model("mova-360p", 640, 352), Model("mova-720p", 1280, 720))}


def rendered_size(model: Model, width: int, height: int) -> tuple[int, int]:
    """The size (pixels) that is rendered when ``width`` x ``height`` is asked for.

    The aspect is kept, the area becomes the model's, both sides become multiples of 16, rounded down
    (SGLang 0.5.23, ``InputValidationStage``): 640x360 becomes 624x352. A side can become 0.
    """
    aspect = height / width
    return _side(math.sqrt(model.area / aspect)), _side(math.sqrt(model.area * aspect))


def _side(length: float) -> int:
    return round(length) // MULTIPLE * MULTIPLE


def rendered_frames(num_frames: int) -> int:
    """The frames rendered when ``num_frames`` are asked for: the next number of the form 4k+1."""
    return num_frames + (1 - num_frames) % 4


def centre_crop(picture: tuple[int, int], target: tuple[int, int]) -> tuple[int, int, int, int]:
    """The part of a picture that is kept: ``(left, top, right, bottom)`` in pixels, in SGLang's whole-number way."""
    (width, height), (target_width, target_height) = picture, target
    if height * target_width < width * target_height:
        kept = height * target_width // target_height
        left = (width - kept) // 2
        return left, 0, left + kept, height
    kept = width * target_height // target_width
    top = (height - kept) // 2
    return 0, top, width, top + kept
