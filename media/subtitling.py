"""Subtitles in a film: as a track that players can switch on, or drawn into the pictures with the shipped fonts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import av
import numpy as np
import numpy.typing as npt
from av.packet import Packet
from PIL import Image, ImageDraw, ImageFilter

from storyboard.lettering import draw_line, drawable, line_height, width

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.frame import VideoFrame

Plane = npt.NDArray[np.uint8]
_SIZE, _SMALLEST = 0.055, 9  # of the picture's height; pixels
_EDGE, _RAISED = 0.05, 0.3  # of the picture, below and beside; below, over the captions of a preview
_WHITE, _BLACK = 235, 16  # luma
_HEADER = b"""[Script Info]
ScriptType: v4.00+
PlayResX: 384
PlayResY: 288

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
_CLOCK = Fraction(1, 1000)


class Cue(Protocol):
    """One subtitle, in seconds of the film."""

    @property
    def begins(self) -> float: ...

    @property
    def ends(self) -> float: ...

    @property
    def lines(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, kw_only=True)
class Subtitles:
    """``language`` by its ISO 639-2 code; ``burnt`` into the pictures, or a track beside them; ``raised``: above the
    captions that a preview has at the bottom of its pictures.
    """

    cues: Sequence[Cue]
    language: str
    burnt: bool = False
    raised: bool = False


class SoftTrack:
    """A track of ``mov_text``; its packets are written as the pictures reach them."""

    def __init__(self, container: OutputContainer, subtitles: Subtitles) -> None:
        self._container, self._cues, self._next = container, subtitles.cues, 0
        self._track = container.add_stream("mov_text", time_base=_CLOCK)
        self._track.codec_context.subtitle_header = _HEADER
        self._track.metadata["language"] = subtitles.language

    def write_to(self, seconds: float) -> None:
        """Write what begins before this time."""
        while self._next < len(self._cues) and self._cues[self._next].begins <= seconds:
            cue = self._cues[self._next]
            begins, ends = round(cue.begins * 1000), round(cue.ends * 1000)
            self._put("\n".join(cue.lines), begins, max(ends, begins + 1))
            self._next += 1

    def _put(self, text: str, begins: int, ends: int) -> None:
        told = text.encode()[:65_535]
        packet = Packet(len(told).to_bytes(2) + told)
        packet.stream, packet.time_base = self._track, _CLOCK
        packet.pts = packet.dts = begins
        packet.duration = ends - begins
        self._container.mux(packet)


class Burner:
    """Draws the subtitles into pictures of one size."""

    def __init__(self, subtitles: Subtitles, size: tuple[int, int]) -> None:
        self._cues, self._size, self._next = subtitles.cues, size, 0
        self._edge = _RAISED if subtitles.raised else _EDGE

    def drawn(self, frame: VideoFrame, seconds: float) -> VideoFrame:
        """A picture of this time in ``yuv420p`` with its subtitle, if it has one."""
        while self._next < len(self._cues) and self._cues[self._next].ends <= seconds:
            self._next += 1
        if self._next == len(self._cues) or self._cues[self._next].begins > seconds:
            return frame
        luma, share = lettered(self._cues[self._next].lines, self._size, self._edge)
        planes = frame.to_ndarray(format="yuv420p").astype(np.uint8, copy=False)
        height, width_ = luma.shape
        planes[:height] = _mixed(planes[:height], luma, share)
        colours = planes[height:].reshape(2, height // 2, width_ // 2)
        colours[:] = _mixed(colours, np.full_like(colours, 128), share[::2, ::2][: height // 2, : width_ // 2])
        return av.VideoFrame.from_ndarray(planes, format="yuv420p")


@lru_cache(maxsize=4)
def lettered(
    lines: tuple[str, ...], size: tuple[int, int], edge: float = _EDGE
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    """The luma of a subtitle over a picture of this size, and how much of it is seen, 0 to 1; ``edge`` is the share of
    the picture below it.
    """
    across, down = size
    told = [drawable(line) for line in lines]
    letters = max(_SMALLEST, round(min(down, across) * _SIZE))
    while letters > _SMALLEST and max(width(line, letters) for line in told) > across * (1 - 2 * _EDGE):
        letters -= 1
    text = Image.new("L", size)
    draw, high = ImageDraw.Draw(text), line_height(letters)
    top = down - round(down * edge) - high * len(told)
    for number, line in enumerate(told):
        left = (across - width(line, letters)) / 2
        draw_line(draw, max(0.0, left), top + number * high, line, letters, "white")
    outline = text.filter(ImageFilter.MaxFilter(2 * max(1, letters // 12) + 1)).filter(ImageFilter.GaussianBlur(0.6))
    ink = np.asarray(text, np.float32) / 255
    share = np.maximum(ink, np.asarray(outline, np.float32) / 255 * 0.9)
    luma = np.where(share > 0, _BLACK + (_WHITE - _BLACK) * ink / np.maximum(share, 1e-6), _BLACK)
    return np.clip(luma, _BLACK, _WHITE).astype(np.uint8), share


def _mixed(below: Plane, above: Plane, share: npt.NDArray[np.float32]) -> Plane:
    return np.rint(below * (1 - share) + above * share).astype(np.uint8)
