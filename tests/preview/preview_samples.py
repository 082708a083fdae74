"""A plan and a picture to render."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image

from preview.fields import VideoGenerationsRequest
from preview.plan import Plan, plan_of
from preview.sizes import MODELS


def plan(*, model: str = "mova-360p", **fields: Any) -> Plan:
    asked = VideoGenerationsRequest(**{"prompt": "A cat. Static shot.", "num_frames": 9, **fields})
    return plan_of(asked, has_picture=True, model=MODELS[model])


def picture_file(path: Path, image: Image.Image, **options: Any) -> Path:
    image.save(path, "PNG", **options)
    return path


def gradient(size: tuple[int, int]) -> Image.Image:
    """Dark above, bright below, more red to the right."""
    down = Image.linear_gradient("L").resize(size)
    across = Image.linear_gradient("L").rotate(90).resize(size)
    return Image.merge("RGB", (across, down, down))
