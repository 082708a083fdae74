"""What the camera looks at: the scene that the words tell, in layers that move, or else the picture as it came."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PIL import Image

from preview.pictures import first_frame
from preview.plan import Plan
from storyboard.board import Board, View
from storyboard.scene import Scene
from storyboard.signature import is_still_of

OVERSIZE = 1.16  # the nearest view shows 0.86 of the frame: even then no pixel of a picture is stretched


class Shot(Protocol):
    def frame(self, seconds: float, view: View, *, speaking: bool) -> Image.Image:
        """The RGB picture at a moment, through a view."""


class PictureShot:
    """A picture of somebody else's: it stands still, only the camera moves."""

    def __init__(self, picture: Image.Image, size: tuple[int, int]) -> None:
        self._picture, self._size = picture, size

    def frame(self, seconds: float, view: View, *, speaking: bool) -> Image.Image:
        left, top = view.left * self._picture.width, view.top * self._picture.height
        box = (left, top, left + view.scale * self._picture.width, top + view.scale * self._picture.height)
        return self._picture.resize(self._size, Image.Resampling.BILINEAR, box=box)


def shot_of(plan: Plan, scene: Scene, picture: Path) -> Shot:
    """The drawn scene where the picture is its still, or is white because the words are all there is.

    Raises:
        PictureFailed: the picture cannot be used.
    """
    size = (plan.width, plan.height)
    seen = first_frame(picture, size)
    if min(size) >= 64 and (is_still_of(seen, scene) or seen.getextrema() == ((255, 255),) * 3):
        return Board(scene, *size, quick=True)
    return PictureShot(first_frame(picture, size, scale=OVERSIZE), size)
