"""Every kind of picture becomes plain RGB; everything else becomes one clear error."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageCms

from core.errors import PictureDamaged
from media.pictures import png_bytes, white_frame
from tests.hostile.corpus import heic
from tests.media.picture_samples import (
    BLUE,
    GREEN,
    RED,
    SIZE,
    WHITE,
    animation,
    close,
    colours,
    encoded,
    noise,
    opened,
    quarters,
)

# pytest resets the filter that media.pictures sets.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")


def grey_bytes(mode: str, values: tuple[float, ...], code: str) -> Image.Image:
    """Four quarters of deep grey."""
    picture = Image.new("F", SIZE)
    for value, corner in zip(values, ((0, 0), (40, 0), (0, 33), (40, 33)), strict=True):
        picture.paste(value, (*corner, corner[0] + 40, corner[1] + 33))
    pixels = struct.unpack(f"={SIZE[0] * SIZE[1]}f", picture.tobytes())
    return Image.frombytes(mode, SIZE, struct.pack(f"{code[0]}{len(pixels)}{code[1]}", *map(_like(code), pixels)))


def _like(code: str) -> Callable[[float], float]:
    return float if code[1] == "f" else int


@pytest.mark.parametrize(
    ("kind", "options", "within"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("GIF", {}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("JPEG", {"quality": 95}, 4),
        ("JPEG", {"quality": 95, "progressive": True}, 4),
        ("PNG", animation(), 0),
        ("GIF", animation(), 0),
        ("WEBP", animation(lossless=True), 0),
        ("TIFF", animation(), 0),
        ("MPO", animation(quality=95), 4),
        ("AVIF", {"quality": 95, "speed": 10}, 6),
        ("AVIF", animation(quality=95, speed=10), 6),
    ],
)
def test_every_kind_and_the_first_frame_of_an_animation(kind: str, options: dict[str, Any], within: int) -> None:
    assert close(colours(opened(encoded(quarters(), kind, **options))), [RED, GREEN, BLUE, WHITE], within)


@pytest.mark.parametrize(
    ("mode", "kind", "within"),
    [
        ("P", "PNG", 0),
        ("P", "TIFF", 0),
        ("CMYK", "JPEG", 6),
        ("CMYK", "TIFF", 0),
        ("YCbCr", "TIFF", 3),
        ("LAB", "TIFF", 25),
    ],
)
def test_every_colour_mode(mode: str, kind: str, within: int) -> None:
    picture = quarters().quantize(8) if mode == "P" else quarters().convert(mode)
    assert close(colours(opened(encoded(picture, kind))), [RED, GREEN, BLUE, WHITE], within)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
@pytest.mark.parametrize("mode", ["1", "L"])
def test_black_and_white_and_grey(mode: str, kind: str) -> None:
    picture = Image.new(mode, SIZE, 0)
    picture.paste(255, (40, 0, *SIZE))
    black, white = (0, 0, 0), WHITE
    assert colours(opened(encoded(picture, kind))) == [black, white, black, white]


@pytest.mark.parametrize(
    ("mode", "code", "kind", "values", "wanted"),
    [
        ("I;16", "<H", "PNG", (0, 16448, 32896, 65535), (0, 64, 128, 255)),
        ("I;16", "<H", "TIFF", (0, 16448, 32896, 65535), (0, 64, 128, 255)),
        ("I;16", "<H", "TIFF", (0, 257, 1028, 2570), (0, 1, 4, 10)),
        ("I;16B", ">H", "TIFF", (0, 16448, 32896, 65535), (0, 64, 128, 255)),
        ("I", "=i", "TIFF", (0, 64, 128, 255), (0, 64, 128, 255)),
        ("I", "=i", "TIFF", (0, 16448, 32896, 65535), (0, 64, 128, 255)),
        ("I", "=i", "TIFF", (-1000, 0, 500, 1000), (0, 128, 191, 255)),
        ("I", "=i", "TIFF", (-5, -5, -5, -5), (0, 0, 0, 0)),
        ("F", "=f", "TIFF", (0.0, 0.25, 0.5, 1.0), (0, 64, 128, 255)),
        ("F", "=f", "TIFF", (0.0, 1.0, 2.0, 4.0), (0, 64, 128, 255)),
    ],
)
def test_deep_grey_is_scaled_and_not_clipped(
    mode: str, code: str, kind: str, values: tuple[float, ...], wanted: tuple[int, ...]
) -> None:
    picture = opened(encoded(grey_bytes(mode, values, code), kind))
    assert close(colours(picture), [(grey, grey, grey) for grey in wanted], 1)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_pixels_that_are_not_numbers_are_damage(value: float) -> None:
    with pytest.raises(PictureDamaged):
        opened(encoded(grey_bytes("F", (value, 0.0, 1.0, 2.0), "=f"), "TIFF"))


def see_through(mode: str) -> Image.Image:
    """Red everywhere, seen fully only in the left half; the right half is transparent."""
    picture = Image.new("RGBA", SIZE, (255, 0, 0, 0))
    picture.paste((255, 0, 0, 255), (0, 0, 40, 66))
    return picture.convert(mode)


@pytest.mark.parametrize(("mode", "kind"), [("RGBA", "PNG"), ("RGBA", "WEBP"), ("RGBA", "TIFF"), ("RGBA", "GIF")])
def test_transparent_becomes_white(mode: str, kind: str) -> None:
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    assert colours(opened(encoded(see_through(mode), kind, **options))) == [RED, WHITE, RED, WHITE]


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "I;16"])
def test_a_phone_s_picture(mode: str) -> None:
    picture = quarters() if mode != "I;16" else grey_bytes("I;16", (0, 16448, 32896, 65535), "<H")
    shown: dict[str, list[tuple[int, ...]]] = {
        "L": [(76,) * 3, (150,) * 3, (29,) * 3, WHITE],
        "I;16": [(0,) * 3, (64,) * 3, (128,) * 3, WHITE],
    }
    found = opened(heic(picture if mode == "I;16" else picture.convert(mode), quality=95))
    assert close(colours(found), shown.get(mode, [RED, GREEN, BLUE, WHITE]), 6)


@pytest.mark.parametrize("kind", ["AVIF", "HEIC"])
def test_a_see_through_picture_of_a_phone(kind: str) -> None:
    picture = see_through("RGBA")
    data = heic(picture, quality=95) if kind == "HEIC" else encoded(picture, kind, quality=95, speed=10)
    assert close(colours(opened(data)), [RED, WHITE, RED, WHITE], 6)


def test_half_transparent_is_mixed_with_white() -> None:
    picture = opened(encoded(Image.new("RGBA", SIZE, (255, 0, 0, 128)), "PNG"))
    assert close(colours(picture), [(255, 127, 127)] * 4, 1)


def test_grey_with_alpha() -> None:
    picture = opened(encoded(see_through("LA"), "PNG"))
    assert close(colours(picture), [(76, 76, 76), WHITE, (76, 76, 76), WHITE], 1)


@pytest.mark.parametrize("alphas", [1, bytes([255, 0])])
def test_palette_with_transparency(alphas: int | bytes) -> None:
    picture = Image.new("P", SIZE, 0)
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.paste(1, (40, 0, *SIZE))
    assert colours(opened(encoded(picture, "PNG", transparency=alphas))) == [RED, WHITE, RED, WHITE]


@pytest.mark.parametrize(("mode", "seen", "clear"), [("L", 76, 9), ("RGB", RED, (1, 2, 3))])
def test_one_colour_marked_transparent(mode: str, seen: Any, clear: Any) -> None:
    picture = Image.new(mode, SIZE, seen)
    picture.paste(clear, (40, 0, *SIZE))
    shown = RED if mode == "RGB" else (76, 76, 76)
    assert colours(opened(encoded(picture, "PNG", transparency=clear))) == [shown, WHITE, shown, WHITE]


@pytest.mark.parametrize("clear", [900, 19533, 65535])
def test_one_deep_grey_marked_transparent(clear: int) -> None:
    picture = grey_bytes("I;16", (19532, clear, 19532, clear), "<H")
    shown = (76, 76, 76)
    assert colours(opened(encoded(picture, "PNG", transparency=clear))) == [shown, WHITE, shown, WHITE]


BEST: dict[str, dict[str, Any]] = {
    "WEBP": {"lossless": True},
    "JPEG": {"quality": 95},
    "AVIF": {"quality": 95, "speed": 10},
}
# How an upright picture lies in the file, for each value of the EXIF tag.
LYING = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", LYING)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIC"])
def test_every_orientation_is_turned_upright(kind: str, orientation: int) -> None:
    turn = LYING[orientation]
    lying = quarters() if turn is None else quarters().transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"exif": exif, **BEST.get(kind, {})}
    picture = opened(heic(lying, **options, quality=95) if kind == "HEIC" else encoded(lying, kind, **options))
    assert picture.size == SIZE
    assert close(colours(picture), [RED, GREEN, BLUE, WHITE], 6)


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0", b"Exif\0\0MM\0*\xff\xff\xff\xff", b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01" * 9]
)
def test_broken_exif_does_not_cost_the_picture(exif: bytes) -> None:
    assert colours(opened(encoded(quarters(), "PNG", exif=exif))) == [RED, GREEN, BLUE, WHITE]


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def swapped_profile() -> bytes:
    """A profile in which red is green and green is red."""
    return srgb_profile().replace(b"rXYZ", b"tmp.").replace(b"gXYZ", b"rXYZ").replace(b"tmp.", b"gXYZ")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF", "HEIC"])
def test_an_embedded_profile_is_applied(kind: str) -> None:
    options = {"icc_profile": swapped_profile(), **BEST.get(kind, {})}
    picture = opened(
        heic(quarters(), **options, quality=95) if kind == "HEIC" else encoded(quarters(), kind, **options)
    )
    assert close(colours(picture), [GREEN, RED, BLUE, WHITE], 12)


def test_a_profile_and_transparency_together() -> None:
    picture = opened(encoded(see_through("RGBA"), "PNG", icc_profile=swapped_profile()))
    assert close(colours(picture), [GREEN, WHITE, GREEN, WHITE], 12)


@pytest.mark.parametrize("profile", [b"nonsense", srgb_profile()[:200], bytes(3000)])
def test_a_broken_profile_is_ignored(profile: bytes) -> None:
    assert colours(opened(encoded(quarters(), "PNG", icc_profile=profile))) == [RED, GREEN, BLUE, WHITE]


def test_a_profile_for_other_colours_is_ignored() -> None:
    picture = opened(encoded(Image.new("L", SIZE, 100), "PNG", icc_profile=srgb_profile()))
    assert colours(picture) == [(100, 100, 100)] * 4


# ---- pictures that we write -----------------------------------------------------------------------------


def chunks(png: bytes) -> list[bytes]:
    names, place = [], 8
    while place < len(png):
        names.append(png[place + 4 : place + 8])
        place += 12 + int.from_bytes(png[place : place + 4])
    return names


def test_png_has_no_metadata_and_the_same_bytes_each_time() -> None:
    tagged = noise()
    tagged.info = {"icc_profile": srgb_profile(), "dpi": (72, 72), "transparency": (1, 2, 3), "comment": "secret"}
    png = png_bytes(tagged)
    assert set(chunks(png)) == {b"IHDR", b"IDAT", b"IEND"}
    assert png == png_bytes(noise())
    assert opened(png).tobytes() == noise().tobytes()
    assert "icc_profile" in tagged.info


def test_white_frame() -> None:
    frame = white_frame(640, 352)
    assert (frame.mode, frame.size, frame.getextrema()) == ("RGB", (640, 352), ((255, 255),) * 3)
