"""Any picture file that people have, as plain 8-bit RGB; any other file, as one clear error."""

from __future__ import annotations

import io
import math
import os
import warnings
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock

from PIL import Image, ImageCms, ImageMath, ImageOps

from core.errors import FileMissing, NotAPicture, PictureDamaged, PictureTooLarge, PictureTooNarrow, PictureTooSmall
from core.file_names import as_it_lies
from core.messages import gettext_noop

KINDS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")  # a camera's MPO opens as JPEG
MAX_ASPECT = 20  # of the longer side to the shorter one; a panorama of a whole turn has about 10
_MILLION = 1_000_000
_one_at_a_time = Lock()  # the largest picture takes a gigabyte while it is decoded: visitors share one
warnings.filterwarnings("ignore", module=r"PIL\.")  # what is wrong with a file is said once, by an error of ours
# The colour modes that a profile can be applied to as they are; every other mode goes through RGB.
_COLOUR_MODES = ("L", "RGB", "CMYK", "LAB")
# The usual whites of pictures with more than 8 bits; values beyond them are stretched from darkest to brightest.
_WHITES: dict[str, tuple[float, ...]] = {"I;16": (65535,), "I": (255, 65535), "F": (1,)}


def open_picture(source: Path | bytes, *, max_bytes: int, max_pixels: int, min_side: int = 64) -> Image.Image:
    """Read a picture as it is meant to be seen: plain RGB in sRGB, turned upright, transparency on white.

    Of an animation, the first frame. The kind is told by the content, never by the name. Sizes are checked
    on the header, before a pixel is decoded; above about 179 megapixels Pillow itself refuses, whatever
    ``max_pixels`` says.

    Raises:
        FileMissing: the path cannot be read.
        NotAPicture: not one of KINDS.
        PictureDamaged: begins like one of them and cannot be decoded to its end.
        PictureTooSmall: a side is shorter than ``min_side`` pixels.
        PictureTooNarrow: one side is more than MAX_ASPECT times the other.
        PictureTooLarge: more than ``max_bytes`` or ``max_pixels``.
    """
    data = source if isinstance(source, bytes) else read_picture(source, max_bytes=max_bytes)
    _check_bytes(len(data), max_bytes)
    picture = _opened(data, max_pixels)
    _check_size(picture.size, max_pixels, min_side)
    try:
        with _one_at_a_time:
            return _plain(picture)
    except Exception as problem:  # on hostile bytes Pillow raises whatever its plugins stumble over
        raise PictureDamaged(f"{type(problem).__name__}: {problem}") from problem


def png_bytes(picture: Image.Image) -> bytes:
    """The picture as an RGB PNG without any metadata; the same pixels give the same bytes."""
    bare = picture.convert("RGB")
    bare.info.clear()
    buffer = io.BytesIO()
    bare.save(buffer, "PNG", compress_level=3)  # a tenth larger than level 6, in a third of the time
    return buffer.getvalue()


def is_bare_png(data: bytes) -> bool:
    """Whether this is a PNG as ``png_bytes`` writes it: 8-bit RGB and nothing else, so that it can go as it is."""
    if data[:16] != b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" or data[24:29] != b"\x08\x02\0\0\0":
        return False
    place, kind = 33, b""
    while place + 12 <= len(data) and kind != b"IEND":
        length, kind = int.from_bytes(data[place : place + 4]), data[place + 4 : place + 8]
        if kind not in (b"IDAT", b"IEND"):
            return False
        place += length + 12
    return kind == b"IEND" and place == len(data)


def white_frame(width: int, height: int) -> Image.Image:
    """A pure white picture: MOVA's first frame where there is only text."""
    return Image.new("RGB", (width, height), "white")


def read_picture(path: Path, *, max_bytes: int, max_film: int = 0) -> bytes:
    """The bytes of a file that may be a picture, read once: a pipe gives them only once.

    Args:
        max_film: how many bytes of an MP4 or MOV file are taken, where one is.

    Raises:
        FileMissing: the path cannot be read.
        PictureTooLarge: more than ``max_bytes``; no more is read.
    """
    try:
        with as_it_lies(path).open("rb") as file:
            data = file.read(16)
            limit = max(max_bytes, max_film) if data[4:8] == b"ftyp" else max_bytes
            data += file.read(limit + 1 - len(data))
            _check_bytes(max(len(data), os.fstat(file.fileno()).st_size), limit)
            return data
    except OSError as problem:
        raise FileMissing(name=path.name, reason=problem.strerror or gettext_noop("unreadable")) from problem
    except ValueError as problem:
        raise FileMissing(name=repr(path.name), reason=gettext_noop("not a file name")) from problem


def _check_bytes(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise PictureTooLarge(size=_megabytes(size), limit=_megabytes(max_bytes))


def is_film(data: bytes) -> bool:
    """Whether this begins as MP4 and MOV files do, and not as HEIC or AVIF, which are built alike."""
    if data[4:8] != b"ftyp":
        return False
    _know_heif()
    Image.init()
    return not _begins_like_a_picture(data)


def kind_of(data: bytes) -> str:
    """The file ending of what a picture that can be opened really is: ``png``, ``jpg``, ``webp``…"""
    kind = (_picture(data).format or "bin").lower()
    return {"jpeg": "jpg", "tiff": "tif", "heif": "heic"}.get(kind, kind)


def _picture(data: bytes) -> Image.Image:
    if data[4:8] == b"ftyp":
        _know_heif()
    return Image.open(io.BytesIO(data), formats=KINDS)


@cache
def _know_heif() -> None:
    """HEIC, what iPhones save, is read by libheif, only when one comes; nothing but the picture itself is read."""
    from pi_heif import register_heif_opener

    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


def _opened(data: bytes, max_pixels: int) -> Image.Image:
    """The picture with its header read and its pixels not."""
    try:
        return _picture(data)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        limit = min(max_pixels, 2 * (Image.MAX_IMAGE_PIXELS or max_pixels))
        raise PictureTooLarge(size=f"> {_megapixels(limit)}", limit=_megapixels(limit)) from problem
    except Exception as problem:
        kind = PictureDamaged if _begins_like_a_picture(data) else NotAPicture
        raise kind from problem


def _begins_like_a_picture(data: bytes) -> bool:
    tests = (Image.OPEN[kind][1] for kind in KINDS if kind in Image.OPEN)
    return any(test is not None and test(data[:16]) for test in tests)


def _check_size(size: tuple[int, int], max_pixels: int, min_side: int) -> None:
    width, height = size
    if width * height > max_pixels:
        shown = f"{width}x{height} ({_megapixels(width * height)})"
        raise PictureTooLarge(size=shown, limit=_megapixels(max_pixels))
    if min(size) < min_side:
        raise PictureTooSmall(width=width, height=height, minimum=min_side)
    if max(size) > MAX_ASPECT * min(size):
        raise PictureTooNarrow(width=width, height=height, limit=MAX_ASPECT)


def _plain(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    picture.load()
    with suppress(Exception):  # broken EXIF data must not cost the picture
        ImageOps.exif_transpose(picture, in_place=True)
    colour, alpha = _split(picture)
    rgb = _in_srgb(_eight_bits(colour), profile)
    if alpha is None:
        rgb.info.clear()
        return rgb
    page = white_frame(*rgb.size)
    page.paste(rgb, mask=alpha)
    return page


def _split(picture: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Colours and alpha, None where nothing is transparent."""
    if not picture.has_transparency_data:
        return picture, None
    if _is_deep(picture):
        return picture, _all_but(picture.convert("I"), picture.info["transparency"])
    layered = picture if picture.mode == "RGBA" else picture.convert("RGBA")  # no copy: it may be large
    return layered.convert("RGB"), layered.getchannel("A")


def _all_but(grey: Image.Image, clear: int) -> Image.Image:
    """Opaque except where the value is ``clear``; Pillow's own way would compare after clipping to 8 bits."""
    opaque: Image.Image = ImageMath.lambda_eval(lambda names: (names["grey"] != clear) * 255, grey=grey)
    return opaque.convert("L")


def _is_deep(picture: Image.Image) -> bool:
    return picture.mode[:4] in _WHITES


def _eight_bits(picture: Image.Image) -> Image.Image:
    """The picture in a mode that a colour profile can be applied to."""
    if picture.mode in _COLOUR_MODES:
        return picture
    if _is_deep(picture):
        return _scaled(picture)
    return picture.convert("L" if picture.mode == "1" else "RGB")


def _scaled(picture: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits, whole or floating, as 8 bits from black to white."""
    values = picture if picture.mode == "F" else picture.convert("I")
    low, high = (float(edge) for edge in values.getextrema())  # type: ignore[arg-type]
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("pixels that are not numbers")
    fitting = [white for white in _WHITES[picture.mode[:4]] if low >= 0 and high <= white]
    black, white = (0.0, fitting[0]) if fitting else (low, high)
    scale = 255 / ((white - black) or 1)
    return values.point(lambda value: value * scale + (0.5 - black * scale)).convert("L")


def _in_srgb(picture: Image.Image, profile: object) -> Image.Image:
    if isinstance(profile, bytes) and profile:
        with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):  # a broken profile is as good as none
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return _transformed(picture, source)
    is_plain = type(picture) is Image.Image and picture.mode == "RGB"
    return picture if is_plain else picture.convert("RGB")


def _transformed(picture: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), picture.mode, "RGB")
    return transform.apply(picture)


def _megabytes(size: int) -> str:
    return f"{math.ceil(size * 10 / _MILLION) / 10:g} MB"  # rounded up, so that too large never reads as the limit


def _megapixels(pixels: int) -> str:
    return f"{math.ceil(pixels * 10 / _MILLION) / 10:g} MP"
