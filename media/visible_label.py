"""A copy of a video that says on every picture that it was made by AI; the video itself stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import numpy.typing as npt

from media.recoding import recode

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from PIL.Image import Image

TEXT = "AI-generated / AI 生成"
_HEIGHT = 0.05  # of the shorter side: GB 45438-2025 asks for letters of at least that
_GROUND = 0.55  # how dark the ground is under the letters

Plane = npt.NDArray[np.float32]


def write_labelled(source: Path, target: Path, *, on_frame: Callable[[int], None]) -> None:
    """Write ``source`` with the label in its lower right corner; the sound is copied as it is.

    ``target`` may be there in part where this raises.

    Raises:
        FileMissing, VideoUnplayable: the source cannot be read.
        OSError: the target cannot be written.
    """
    label: Label | None = None
    done = 0

    def labelled(frame: VideoFrame) -> VideoFrame:
        nonlocal label, done
        label, done = label or Label(frame.width, frame.height), done + 1
        on_frame(done)
        return label.on(frame)

    recode(source, target, x264={"preset": "fast", "crf": "16"}, change=labelled)


class Label:
    """The label for pictures of one size. Only its corner is touched: the rest is not even converted."""

    def __init__(self, width: int, height: int) -> None:
        drawn = _drawn(round(max(12, min(width, height) * _HEIGHT)))
        # Even numbers, for colours have half as many pixels.
        self._width, self._height = min(drawn.width, width) // 2 * 2, min(drawn.height, height) // 2 * 2
        margin = max(2, min(width, height) // 40)
        self._left = max(0, width - self._width - margin) // 2 * 2
        self._top = max(0, height - self._height - margin) // 2 * 2
        self._letters: Plane = (np.asarray(drawn)[: self._height, : self._width] / 255).astype(np.float32)

    def on(self, frame: VideoFrame) -> VideoFrame:
        """The same picture with the label."""
        yuv = frame.to_ndarray(format="yuv420p").astype(np.uint8, copy=False)
        height, width = frame.height, frame.width
        self._write(yuv[:height])
        # Both colour planes lie behind it, their rows two by two in one row of the array.
        half = yuv[height:].reshape(2, height // 2, width // 2)
        left, top = self._left // 2, self._top // 2
        for plane in half:
            corner = plane[top : top + self._height // 2, left : left + self._width // 2]
            corner[:] = (corner * (1 - _GROUND) + 128 * _GROUND).astype(np.uint8)
        return av.VideoFrame.from_ndarray(yuv, format="yuv420p")

    def _write(self, luma: npt.NDArray[np.uint8]) -> None:
        letters = self._letters
        corner = luma[self._top : self._top + self._height, self._left : self._left + self._width]
        darkened = corner * (1 - _GROUND) + 16 * _GROUND
        corner[:] = (darkened * (1 - letters) + 235 * letters).astype(np.uint8)


def _drawn(size: int) -> Image:
    """The letters, white on black, with room around them."""
    from PIL import Image, ImageDraw

    from storyboard.lettering import draw_line, drawable, line_height, width

    text, pad = drawable(TEXT), size // 3
    page = Image.new("L", (round(width(text, size)) + 2 * pad, line_height(size) + pad), 0)
    draw_line(ImageDraw.Draw(page), pad, pad // 2, text, size, "white")
    return page
