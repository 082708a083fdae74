"""A drawn still knows its scene: 48 bits in pixels that nobody sees, so that it can be set in motion again."""

from __future__ import annotations

from PIL import Image

from storyboard.board import Board
from storyboard.canvas import pixel
from storyboard.scene import Scene, scene_of

_BITS = 48  # of the scene's seed, in the last bits of blue of the first row


def still(text: str, width: int, height: int) -> Image.Image:
    """The first frame of a text's scene, signed: RGB, of that size in pixels; the same words, the same pixels."""
    scene = scene_of(text)
    picture = Board(scene, width, height).frame()
    for at in range(min(_BITS, width)):
        red, green, blue = pixel(picture, at, 0)
        picture.putpixel((at, 0), (red, green, (blue & ~1) | (scene.seed >> at & 1)))
    return picture


def is_still_of(picture: Image.Image, scene: Scene) -> bool:
    """Whether a picture is the unchanged still of this scene."""
    if picture.mode != "RGB" or picture.width < _BITS:
        return False
    return sum((pixel(picture, at, 0)[2] & 1) << at for at in range(_BITS)) == scene.seed
