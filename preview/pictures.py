"""The picture of a request: taken from the request itself only, decoded within limits."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path, PurePosixPath

from fastapi import UploadFile
from PIL import Image, ImageOps, UnidentifiedImageError

from preview.sizes import centre_crop

MAX_PIXELS = 64_000_000
VIDEO_ENDINGS = {".avi", ".gif", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm"}
_BASE64_HINT = "Failed to decode base64 image. Expected format: `data:[<media-type>];base64,<data>`"
_FAILED = "Failed to process image source: "


class PictureFailed(Exception):
    """The picture cannot be decoded; the job fails with this text."""


async def picture_of_form(upload: UploadFile | None, reference_url: str | None) -> bytes | None:
    """The bytes of an uploaded picture or of a ``data:`` URL; None where there is none, or a video.

    Raises:
        ValueError: ``reference_url`` is something else.
    """
    if upload is not None and not _is_video(upload.filename, upload.content_type):
        return await upload.read()
    return picture_of_url(reference_url) if reference_url and not _is_video(reference_url) else None


def picture_of_json(input_reference: str | None, reference_url: str | None) -> bytes | None:
    """The bytes of a ``data:`` URL in either field; None where there is none, or a video.

    Raises:
        ValueError: either is something else, such as a path of the server.
    """
    source = reference_url if reference_url and not _is_video(reference_url) else input_reference
    return picture_of_url(source) if source and not _is_video(source) else None


def _is_video(name: str | None, content_type: str | None = None) -> bool:
    if (content_type or "").lower().startswith("video/") or (name or "").lower().startswith("data:video"):
        return True
    plain = re.split(r"[?#]", name or "", maxsplit=1)[0]
    return PurePosixPath(plain).suffix.lower() in VIDEO_ENDINGS


def picture_of_url(url: str) -> bytes:
    """The bytes in a ``data:image/...;base64,`` URL.

    Raises:
        ValueError: another kind of URL, or a path: this engine fetches no address and reads no file.
    """
    if url.lower().startswith(("http://", "https://")):
        raise ValueError(f"{_FAILED}the preview engine fetches no address; send the file or a data: URL")
    if not url.startswith("data:image"):
        raise ValueError(f"{_FAILED}Unsupported image url format")
    found = re.match(r"data:[^,;\r\n]*(;base64)?,(.*)", url, re.DOTALL)
    if not found:
        raise ValueError(_FAILED + _BASE64_HINT)
    if not found[1] or not found[2]:
        reason = "(empty data payload)" if found[1] else "(missing ;base64 marker)"
        raise ValueError(f"{_FAILED}{_BASE64_HINT} {reason}")
    try:
        return base64.b64decode(found[2])
    except binascii.Error as error:
        raise ValueError(f"{_FAILED}Failed to decode base64 image: {error}") from error


def first_frame(path: Path, size: tuple[int, int], *, scale: float = 1.0) -> Image.Image:
    """The picture in ``path`` as RGB, turned as its EXIF says, cropped to the aspect of ``size`` as SGLang does.

    It comes back ``scale`` times as large as ``size`` (pixels).

    Raises:
        PictureFailed: not a picture, broken, or over ``MAX_PIXELS``.
    """
    try:
        with Image.open(path) as picture:
            _check_pixels(picture.size)
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except UnidentifiedImageError:
        raise PictureFailed("cannot identify image file 'input_reference'") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise PictureFailed(str(error)) from error
    box = centre_crop(upright.size, size)
    if box[0] >= box[2] or box[1] >= box[3]:
        raise PictureFailed(f"nothing is left of a picture of {upright.size} pixels, cropped for {size}")
    large = (round(size[0] * scale), round(size[1] * scale))
    return upright.resize(large, Image.Resampling.BICUBIC, box=box)


def _check_pixels(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise PictureFailed(f"Image size ({size[0] * size[1]} pixels) exceeds limit of {MAX_PIXELS} pixels")
