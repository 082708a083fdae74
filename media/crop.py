"""How a picture of any shape becomes a frame of the render's shape, the way SGLang would do it, or better.

SGLang 0.5.23 (``_center_crop_and_resize`` of its MOVA pipeline) keeps the side that is short for the wanted
shape whole, computes the other as ``short * wanted_long // wanted_short``, cuts half of the rest (rounded down)
off the left or the top, and shrinks or enlarges what is left with antialiased bilinear filtering.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from PIL import Image

from core.errors import InputError, NumberOutOfRange, PictureTooSmall
from core.messages import Message, gettext_noop, message, phrase
from core.render_settings import CropMode

_LEAST_SIDE = 16  # fewer pixels of a side than this are a smear, not a picture


@dataclass(frozen=True)
class CropChoice:
    """``shift`` moves the crop along the axis that is cut: -1 keeps the left or top edge, 1 the right or bottom.

    0 is exactly the server's centre crop. Bars show the whole picture, and do not look at ``shift``.

    Raises:
        NumberOutOfRange: ``shift`` is not a number from -1 to 1.
        InputError: an unknown ``mode``.
    """

    mode: CropMode = "crop"
    shift: float = 0.0

    def __post_init__(self) -> None:
        _check_shift(self.shift)
        if self.mode not in get_args(CropMode):
            raise InputError(f"crop mode {self.mode!r}")


@dataclass(frozen=True)
class Box:
    """A part of a picture, in its pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def corners(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom, as Pillow wants them."""
        return self.left, self.top, self.left + self.width, self.top + self.height


@dataclass(frozen=True)
class Fitted:
    """``picture`` has exactly the size asked for; ``box`` is the part of the source that is in it, None with bars.

    ``inner`` is where in ``picture`` the source is: all of it after a crop, the part between the bars otherwise.
    """

    picture: Image.Image
    source_size: tuple[int, int]
    box: Box | None
    inner: Box

    @property
    def message(self) -> Message | None:
        """What was cut off or added, side by side in pixels; None where nothing was."""
        if self.box is None:
            return _bars_note(self.inner, self.source_size, self.picture.size)
        return _crop_note(self.box, self.source_size)


def crop_box(picture_size: tuple[int, int], target_size: tuple[int, int], shift: float = 0.0) -> Box:
    """The part of a picture that becomes the frame; sizes are (width, height) in pixels, ``shift`` as in CropChoice.

    A very flat or narrow picture can leave a box without pixels; ``fit`` refuses that.

    Raises:
        NumberOutOfRange: ``shift`` is not a number from -1 to 1.
    """
    _check_shift(shift)
    (width, height), (target_width, target_height) = picture_size, target_size
    if height * target_width < width * target_height:
        kept = height * target_width // target_height
        return Box(_offset(width - kept, shift), 0, kept, height)
    kept = width * target_height // target_width
    return Box(0, _offset(height - kept, shift), width, kept)


def fit(picture: Image.Image, width: int, height: int, choice: CropChoice | None = None) -> Fitted:
    """Make a picture exactly ``width`` x ``height`` pixels, by a crop or by black bars, never distorted.

    Raises:
        PictureTooSmall: the crop would leave less than 16 pixels on a side.
    """
    choice = choice or CropChoice()
    if choice.mode == "bars":
        return _with_bars(picture, width, height)
    box = crop_box(picture.size, (width, height), choice.shift)
    if min(box.width, box.height) < _LEAST_SIDE:
        raise _too_small(picture.size, (width, height))
    # Cut before resizing: with resize(box=...) the filter would see pixels beyond the box, the server's does not.
    part = picture.crop(box.corners)
    frame = part.resize((width, height), Image.Resampling.BILINEAR)
    return Fitted(frame, picture.size, box, Box(0, 0, width, height))


def _check_shift(shift: float) -> None:
    if not -1 <= shift <= 1:  # false for NaN too
        raise NumberOutOfRange(
            name="shift", value=shift, accepted=phrase(gettext_noop("{low} to {high}"), low=-1, high=1)
        )


def _offset(rest: int, shift: float) -> int:
    """Where the kept part begins: ``rest // 2`` for 0, as the server has it."""
    return int(rest * (1 + shift) / 2)


def _too_small(size: tuple[int, int], target: tuple[int, int]) -> PictureTooSmall:
    needed = -(-_LEAST_SIDE * max(target) // min(target))
    return PictureTooSmall(width=size[0], height=size[1], minimum=needed)


def _with_bars(picture: Image.Image, width: int, height: int) -> Fitted:
    inner = _centred(picture.size, (width, height))
    frame = Image.new("RGB", (width, height))
    frame.paste(picture.resize((inner.width, inner.height), Image.Resampling.BILINEAR), (inner.left, inner.top))
    return Fitted(frame, picture.size, None, inner)


def _centred(picture_size: tuple[int, int], target_size: tuple[int, int]) -> Box:
    """The largest box of the picture's shape inside the target, to the nearest pixel."""
    (width, height), (target_width, target_height) = picture_size, target_size
    scale = min(target_width / width, target_height / height)
    inner_width = min(target_width, max(1, round(width * scale)))
    inner_height = min(target_height, max(1, round(height * scale)))
    return Box((target_width - inner_width) // 2, (target_height - inner_height) // 2, inner_width, inner_height)


def _crop_note(box: Box, source: tuple[int, int]) -> Message | None:
    _, _, right, bottom = box.corners
    sizes = {"source": f"{source[0]}x{source[1]}", "kept": f"{box.width}x{box.height}"}
    if box.width < source[0]:
        text = gettext_noop(
            "The picture ({source}) is cropped to {kept}: {left} px cut off on the left, {right} px on the right."
        )
        return message(text, left=box.left, right=source[0] - right, **sizes)
    if box.height < source[1]:
        text = gettext_noop(
            "The picture ({source}) is cropped to {kept}: {top} px cut off at the top, {bottom} px at the bottom."
        )
        return message(text, top=box.top, bottom=source[1] - bottom, **sizes)
    return None


def _bars_note(inner: Box, source: tuple[int, int], frame: tuple[int, int]) -> Message | None:
    _, _, right, bottom = inner.corners
    sizes = {"source": f"{source[0]}x{source[1]}", "frame": f"{frame[0]}x{frame[1]}"}
    if inner.width < frame[0]:
        text = gettext_noop(
            "The whole picture ({source}) is shown in {frame}: black bars, {left} px on the left, {right} px on "
            "the right."
        )
        return message(text, left=inner.left, right=frame[0] - right, **sizes)
    if inner.height < frame[1]:
        text = gettext_noop(
            "The whole picture ({source}) is shown in {frame}: black bars, {top} px at the top, {bottom} px at "
            "the bottom."
        )
        return message(text, top=inner.top, bottom=frame[1] - bottom, **sizes)
    return None
