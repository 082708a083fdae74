"""A picture and a film of real weight, drawn by us: nothing of the kind is kept in the repository."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from core.render_settings import RenderSettings

if TYPE_CHECKING:
    from preview.plan import Plan

# A job as it usually is.
RENDER = RenderSettings(
    width=640, height=352, num_frames=193, fps=24, guidance_scale=5.0, num_inference_steps=50, seed=7
)
PROMPT = "The camera slowly moves in on an orange cat in the rain. The audio has soft rain and a distant horn."


def drawn(width: int = 1376, height: int = 768) -> bytes:
    """A PNG with something on it everywhere, in the size in which an image model sends one."""
    import numpy as np
    from PIL import Image, ImageFilter

    noise = np.random.default_rng(1).integers(0, 255, (height // 8, width // 8, 3), dtype=np.uint8)
    picture = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(2)).save(file, "PNG")
    return file.getvalue()


def plan(width: int = 640, height: int = 352, num_frames: int = 193) -> Plan:
    """A render of the preview engine at 24 frames a second."""
    from preview.plan import Plan

    return Plan(
        prompt=PROMPT,
        asked_width=width,
        asked_height=height,
        width=width,
        height=height,
        num_frames=num_frames,
        fps=24,
        num_inference_steps=50,
        seeds=(7,),
        num_outputs=1,
        output_compression=50,
    )


def film() -> bytes:
    """193 frames of 640x352 with sound, in which something moves: made by the preview engine."""
    from preview.animatic import render

    with tempfile.TemporaryDirectory() as folder:
        picture, video = Path(folder) / "frame.png", Path(folder) / "video.mp4"
        picture.write_bytes(drawn())
        render(plan(), picture, video, lambda done, whole: None)
        return video.read_bytes()
