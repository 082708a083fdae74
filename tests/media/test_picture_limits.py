"""What is too large, too small, broken or no picture at all: one clear error each."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.errors import FileMissing, NotAPicture, PictureDamaged, PictureError, PictureTooLarge, PictureTooSmall
from media.pictures import open_picture
from tests.hostile.corpus import heic
from tests.media.picture_samples import (
    BLUE,
    GREEN,
    RED,
    SIZE,
    WHITE,
    animation,
    colours,
    encoded,
    noise,
    opened,
    quarters,
)

# pytest resets the filter that media.pictures sets.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
REPO = Path(__file__).resolve().parents[2]

# ---- limits ---------------------------------------------------------------------------------------------


def png_header(width: int, height: int) -> bytes:
    """A PNG that breaks off right after saying its size."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + b"\0\0\0\0IDAT"


@pytest.mark.parametrize(
    ("width", "height"), [(2000, 501), (9000, 9950), (10000, 10000), (65535, 65535), (2**31 - 1, 2)]
)
def test_too_many_pixels_are_refused_on_the_header_alone(width: int, height: int) -> None:
    with pytest.raises(PictureTooLarge) as caught:
        opened(png_header(width, height), max_pixels=1_000_000)
    assert caught.value.facts["limit"] == "1 MP"


def test_too_many_pixels_names_the_size() -> None:
    with pytest.raises(PictureTooLarge, match=r"2000x501 \(1.1 MP\); at most 1 MP"):
        opened(png_header(2000, 501))


def test_a_limit_beyond_pillows_own_names_pillows() -> None:
    with pytest.raises(PictureTooLarge, match="at most 179 MP"):
        opened(png_header(20000, 20000), max_pixels=10**9)


def test_pillow_says_nothing_beside_our_error(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png_header(10000, 10000))
    script = """
import sys, pathlib, media.pictures
from core import errors
try:
    media.pictures.open_picture(pathlib.Path(sys.argv[1]), max_bytes=999, max_pixels=999)
except errors.PictureTooLarge:
    print("too large")
"""
    command = [sys.executable, "-c", script, str(tmp_path / "a.png")]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("too large\n", "")


def test_within_the_limits_a_cut_header_is_damage() -> None:
    with pytest.raises(PictureDamaged):
        opened(png_header(1000, 1000))


def test_too_many_bytes(tmp_path: Path) -> None:
    data = encoded(noise(), "PNG")
    (tmp_path / "a.png").write_bytes(data)
    for source in (data, tmp_path / "a.png"):
        assert opened(source, max_bytes=len(data)).size == SIZE
        with pytest.raises(PictureTooLarge):
            opened(source, max_bytes=len(data) - 1)


def test_only_the_allowed_bytes_of_an_endless_file_are_read() -> None:
    with pytest.raises(PictureTooLarge):
        opened(Path("/dev/zero"), max_bytes=1000)


@pytest.mark.parametrize("size", [(63, 500), (500, 63), (1, 1)])
def test_too_small(size: tuple[int, int]) -> None:
    with pytest.raises(PictureTooSmall, match=f"{size[0]}x{size[1]} pixels; at least 64"):
        opened(encoded(Image.new("RGB", size), "PNG"))


def test_the_smallest_side_can_be_chosen() -> None:
    picture = open_picture(encoded(Image.new("RGB", (8, 9)), "PNG"), max_bytes=9999, max_pixels=9999, min_side=8)
    assert picture.size == (8, 9)


# ---- what is not a picture ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"<html><body>Not found</body></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>',
        b"%PDF-1.7\n",
        b"RIFF\x24\0\0\0WAVEfmt ",
        encoded(noise(), "PPM"),
        encoded(noise(), "ICO"),
        encoded(noise(), "TGA"),
    ],
)
def test_not_a_picture(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        opened(data)


def test_the_name_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(encoded(quarters(), "PNG"))
    assert colours(opened(path)) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize("name", ["nothing.png", ".", "a\0b.png", "x" * 300])
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileMissing):
        opened(tmp_path / name)


# ---- broken pictures ------------------------------------------------------------------------------------

WHOLE = {
    "PNG": encoded(noise(), "PNG"),
    "JPEG": encoded(noise(), "JPEG", quality=90),
    "GIF": encoded(noise(), "GIF"),
    "WEBP": encoded(noise(), "WEBP", quality=90),
    "lossless WEBP": encoded(noise(), "WEBP", lossless=True),
    "BMP": encoded(noise(), "BMP"),
    "TIFF": encoded(noise(), "TIFF", compression="tiff_lzw"),
    "raw TIFF": encoded(noise(), "TIFF"),
    "animated PNG": encoded(noise(), "PNG", **animation()),
    "animated GIF": encoded(noise(), "GIF", **animation()),
    "animated WEBP": encoded(noise(), "WEBP", **animation()),
    "MPO": encoded(noise(), "MPO", **animation()),
    "AVIF": encoded(noise(), "AVIF", speed=10),
    "HEIC": heic(noise()),
}


def verdict(data: bytes) -> type[PictureError] | None:
    """The error for these bytes, None for a picture; any other exception fails the test."""
    try:
        opened(data)
    except PictureError as problem:
        return type(problem)
    return None


@pytest.mark.parametrize("kind", WHOLE)
def test_cut_anywhere_it_is_damaged_or_still_a_picture(kind: str) -> None:
    whole = WHOLE[kind]
    step = max(1, len(whole) // 60)
    lengths = {*range(16, min(len(whole), 120)), *range(16, len(whole), step)}
    assert {verdict(whole[:length]) for length in lengths} <= {PictureDamaged, None}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "lossless WEBP", "BMP", "TIFF", "AVIF", "HEIC"])
def test_half_a_picture_is_damaged(kind: str) -> None:
    whole = WHOLE[kind]
    with pytest.raises(PictureDamaged):
        opened(whole[: len(whole) // 2])


@given(st.sampled_from(sorted(WHOLE)), st.data())
@settings(max_examples=250, deadline=None)
def test_changed_bytes_give_a_picture_or_one_of_our_errors(kind: str, data: st.DataObject) -> None:
    changed = bytearray(WHOLE[kind])
    for place in data.draw(st.lists(st.integers(0, min(len(changed), 300) - 1), min_size=1, max_size=8)):
        changed[place] = data.draw(st.integers(0, 255))
    assert verdict(bytes(changed)) is not PictureError


@given(st.binary(max_size=200))
def test_any_bytes_give_one_of_our_errors(data: bytes) -> None:
    with pytest.raises((NotAPicture, PictureDamaged)):
        opened(data)
