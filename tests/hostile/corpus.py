"""More than two hundred files that somebody might upload as a first frame: most of them bad, all made here.

Small ones by name from ``corpus()``; ``bombs()`` are those that are small as files and large once they are opened.
"""

from __future__ import annotations

import gzip
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin

SIZE = (96, 80)
_TRUNCATED_AT = (1, 4, 9, 15, 24, 33, 48, 90, 150, 0.3, 0.6, 0.9, 0.99)  # bytes, or a part of the file


@lru_cache
def corpus() -> dict[str, bytes]:
    """Files by the names that they are given, wrong ones among them."""
    parts = (_whole(), _truncated(), _flipped(), _spliced(), _polyglots(), _exotic(), _metadata(), _shapes(), _others())
    files = dict(item for part in parts for item in part)
    assert len(files) >= 200
    return files


def _saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def heic(picture: Image.Image, **options: Any) -> bytes:
    """As an iPhone saves it: the orientation of ``exif`` becomes a turn that the file itself tells."""
    import pillow_heif

    file, made = io.BytesIO(), pillow_heif.from_pillow(picture)
    if "exif" in options:
        made[0].info["exif"] = options.pop("exif").tobytes()
    made.save(file, format="HEIF", **options)
    return file.getvalue()


def sample(name: str) -> bytes:
    """A file that takes minutes to make."""
    return gzip.decompress((Path(__file__).parent / "samples" / f"{name}.gz").read_bytes())


def _photo(size: tuple[int, int] = SIZE) -> Image.Image:
    grey = Image.linear_gradient("L").resize(size)
    return Image.merge("RGB", [grey, grey.rotate(180), Image.radial_gradient("L").resize(size)])


def _moving(**options: Any) -> dict[str, Any]:
    return {"save_all": True, "append_images": [_photo().rotate(n * 7) for n in range(3)], "duration": 80, **options}


@lru_cache
def kinds() -> dict[str, bytes]:
    """One good picture of each kind that is taken."""
    photo = _photo()
    return {
        "png": _saved(photo, "PNG"),
        "interlaced.png": _png(SIZE, 8, 2, interlaced=True),
        "jpg": _saved(photo, "JPEG", quality=90),
        "progressive.jpg": _saved(photo, "JPEG", progressive=True),
        "gif": _saved(photo, "GIF"),
        "webp": _saved(photo, "WEBP"),
        "lossless.webp": _saved(photo, "WEBP", lossless=True),
        "bmp": _saved(photo, "BMP"),
        "tif": _saved(photo, "TIFF", compression="tiff_lzw"),
        "deflated.tif": _saved(photo, "TIFF", compression="tiff_adobe_deflate"),
        "avif": _saved(photo, "AVIF", speed=10),
        "heic": heic(photo),
    }


def _whole() -> Iterator[tuple[str, bytes]]:
    """Good pictures under names that lie."""
    for wrong, kind in (("photo.txt", "png"), ("photo.pdf", "jpg"), ("photo", "webp"), ("photo.mp4", "gif")):
        yield wrong, kinds()[kind]
    for ending, kind in (("jpg", "png"), ("png", "jpg"), ("gif", "webp"), ("webp", "tif"), ("bmp", "gif")):
        yield f"not-a-{ending}.{ending}", kinds()[kind]
    for name in ("../../up.png", "半.png", "a b&c;d.png", "x" * 200 + ".png", "con.png", ".png", "two.png.exe"):
        yield name, kinds()["png"]


def _truncated() -> Iterator[tuple[str, bytes]]:
    for kind, data in kinds().items():
        for place in _TRUNCATED_AT:
            end = place if isinstance(place, int) else int(len(data) * place)
            yield f"cut-at-{end}.{kind}", data[:end]


def _flipped() -> Iterator[tuple[str, bytes]]:
    dice = random.Random(9)
    for kind, data in kinds().items():
        for number in range(4):
            changed = bytearray(data)
            for _ in range(3):
                changed[dice.randrange(8, min(400, len(data)))] = dice.randrange(256)
            yield f"flipped-{number}.{kind}", bytes(changed)


def _spliced() -> Iterator[tuple[str, bytes]]:
    """The beginning of one kind and the rest of another."""
    names = list(kinds())
    for first, second in zip(names, names[1:] + names[:1], strict=True):
        a, b = kinds()[first], kinds()[second]
        yield f"spliced-{first.replace('.', '-')}.{second}", a[: len(a) // 2] + b[len(b) // 2 :]


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("../../evil.png", kinds()["png"])
        packed.writestr("zeros", b"\0" * 10**6)
    return file.getvalue()


def _polyglots() -> Iterator[tuple[str, bytes]]:
    script = b"<script>alert(document.cookie)</script>"
    yield "with-zip.png", kinds()["png"] + _zip()
    yield "with-page.jpg", kinds()["jpg"] + b"<html>" + script
    yield "comment.gif", b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)"
    yield "script.gif", b"GIF89a=1;" + script
    yield "begins-as.pdf.jpg", b"%PDF-1.7\n" + kinds()["jpg"]
    yield "begins-as-zip.png", _zip() + kinds()["png"]
    yield "page-first.png", b"<!doctype html>" + kinds()["png"]
    yield "bitmap.bmp", b"BM" + script * 3
    yield "two.png", kinds()["png"] * 2
    yield "png-in-jpg.jpg", kinds()["jpg"][:2] + kinds()["png"]
    yield "blank-first.png", b"\n\n" + kinds()["png"]


def _exotic() -> Iterator[tuple[str, bytes]]:
    photo = _photo()
    clear = photo.quantize(16)
    nan = Image.new("F", SIZE)
    nan.putpixel((3, 3), float("nan"))
    yield "cmyk.jpg", _saved(photo.convert("CMYK"), "JPEG")
    yield "cmyk.tif", _saved(photo.convert("CMYK"), "TIFF")
    yield "lab.tif", _saved(photo.convert("LAB"), "TIFF")
    yield "ycbcr.tif", _saved(photo.convert("YCbCr"), "TIFF")
    yield "deep.png", _saved(photo.convert("I").point(lambda value: value * 257).convert("I;16"), "PNG")
    yield "deep.tif", _saved(photo.convert("I"), "TIFF")
    yield "float.tif", _saved(photo.convert("F"), "TIFF")
    yield "nan.tif", _saved(nan, "TIFF")
    yield "deep-colours.png", _png(SIZE, 16, 2)
    yield "deep-and-clear.png", _png(SIZE, 16, 6)
    yield "clear.png", _saved(clear, "PNG", transparency=3)
    yield "clear.gif", _saved(clear, "GIF", transparency=3)
    yield "alpha.webp", _saved(photo.convert("RGBA"), "WEBP")
    yield "grey-alpha.png", _saved(photo.convert("LA"), "PNG")
    yield "one-bit.png", _saved(photo.convert("1"), "PNG")
    yield "one-bit.tif", _saved(photo.convert("1"), "TIFF", compression="group4")
    yield "moving.gif", _saved(photo, "GIF", **_moving())
    yield "moving.webp", _saved(photo, "WEBP", **_moving())
    yield "moving.png", _saved(photo, "PNG", **_moving())
    yield "pages.tif", _saved(photo, "TIFF", **_moving())
    yield "stereo.mpo", _saved(photo, "MPO", **_moving())
    for kind in ("ICO", "PPM", "TGA", "JPEG2000", "PCX", "SGI", "DDS", "EPS", "PDF", "ICNS"):
        yield f"other.{kind.lower()}", _saved(photo.resize((128, 128)), kind)
    yield "other.xbm", _saved(photo.convert("1"), "XBM")
    yield "other.psd", b"8BPS\0\1" + b"\0" * 6 + struct.pack(">HIIHH", 3, 80, 96, 8, 3) + b"\0" * 40
    yield "moving.avif", _saved(photo, "AVIF", speed=10, **_moving())
    yield "alpha.avif", _saved(photo.convert("RGBA"), "AVIF", speed=10)
    yield "alpha.heic", heic(photo.convert("RGBA"))
    yield "grey.heic", heic(photo.convert("L"))
    yield "deep.heic", heic(photo.convert("I").point(lambda value: value * 257).convert("I;16"))
    yield "named-a-jpg.jpg", kinds()["heic"]
    yield "said-640x352.heic", _said_size(sample("8900x8900.heic"))
    yield "two-pictures.heic", kinds()["heic"] + kinds()["heic"]
    yield "film-of-heic.mp4", kinds()["heic"].replace(b"ftypheic", b"ftypisom", 1)
    yield "fits.fits", b"SIMPLE  =                    T".ljust(2880)


def _said_size(data: bytes, size: tuple[int, int] = (640, 352)) -> bytes:
    """Of another size than the picture that is in it."""
    pieces = data.split(b"ispe")
    return b"ispe".join([pieces[0], *(one[:4] + struct.pack(">II", *size) + one[12:] for one in pieces[1:])])


def _metadata() -> Iterator[tuple[str, bytes]]:
    """Orientation, profiles and texts that are wrong, or enormous."""
    photo, noise = _photo(), random.Random(4)
    for number in (0, 3, 6, 8, 9, 99, 65_535):
        exif = Image.Exif()
        exif[0x0112] = number
        yield f"turned-{number}.jpg", _saved(photo, "JPEG", exif=exif)
    for name, exif_bytes in {
        "short": b"Exif\0\0",
        "loop": b"Exif\0\0MM\0*\0\0\0\x08\0\1\x87\x69\0\4\0\0\0\1\0\0\0\x08\0\0\0\x08",
        "garbage": b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + noise.randbytes(2000),
        "long": b"Exif\0\0" + noise.randbytes(60_000),
    }.items():
        yield f"exif-{name}.jpg", _saved(photo, "JPEG", exif=exif_bytes)
        yield f"exif-{name}.png", _saved(photo, "PNG", exif=exif_bytes)
    yield "profile-noise.png", _saved(photo, "PNG", icc_profile=noise.randbytes(3_000))
    yield "profile-huge.jpg", _saved(photo, "JPEG", icc_profile=noise.randbytes(4 * 10**6))
    yield "profile-huge.tif", _saved(photo, "TIFF", icc_profile=b"\0" * 10**6)
    yield "profile-empty.png", _saved(photo, "PNG", icc_profile=b"")
    texts = PngImagePlugin.PngInfo()
    for number in range(500):
        texts.add_text(f"key{number}", "x" * 50, zip=True)
    yield "texts.png", _saved(photo, "PNG", pnginfo=texts)
    for kind, payload in ((b"zTXt", b"a\0\0"), (b"iCCP", b"a\0\0"), (b"iTXt", b"a\0\1\0\0\0")):
        bomb = _chunk(kind, payload + zlib.compress(b"\0" * 80_000_000, 9))
        yield f"bomb-in-{kind.decode()}.png", _inserted(kinds()["png"], bomb)
    yield "comment.jpg", _saved(photo, "JPEG", comment=b"\xff" * 60_000)


def _shapes() -> Iterator[tuple[str, bytes]]:
    for width, height in ((1, 1), (63, 500), (500, 63), (64, 1_281), (9_000, 64), (64, 64), (2, 20_000), (1_280, 64)):
        yield f"{width}x{height}.png", _saved(Image.new("L", (width, height)), "PNG")
    for width, height in ((0, 0), (0, 80), (1, 2**31 - 1), (2**31 - 1, 2**31 - 1), (65_535, 65_535), (13_500, 13_500)):
        yield f"{width}x{height}-said.png", _png_head(width, height)
    yield "65535x65535-said.gif", b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0x80, 0, 0) + b"\0" * 30
    for width, height in ((10**9, 10**9), (80, -66), (0, 0)):
        head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
        yield f"{width}x{height}-said.bmp", b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + head + b"\0" * 99
    yield "16383x16383-said.webp", b"RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xfe\x3f\0\xfe\x3f\0" + b"\0" * 8
    sized = bytearray(kinds()["jpg"])
    place = sized.index(b"\xff\xc0") + 5
    sized[place : place + 4] = struct.pack(">HH", 65_500, 65_500)
    yield "65500x65500-said.jpg", bytes(sized)
    yield "folder-in-itself.tif", b"II*\0\x08\0\0\0" + struct.pack("<HHHIII", 1, 256, 4, 1, 80, 8)
    yield "many-entries.tif", b"II*\0\x08\0\0\0\xff\xff" + struct.pack("<HHII", 256, 4, 1, 80) * 9_000


def _others() -> Iterator[tuple[str, bytes]]:
    yield "empty.png", b""
    yield "zero.png", b"\0"
    yield "zeros.png", b"\0" * 10_000
    yield "random.png", random.Random(1).randbytes(10_000)
    yield "page.png", b"<!doctype html><html><body>Not found</body></html>"
    yield "drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)" width="99" height="99"/>'
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 9))
    yield "laughs.svg", b'<!DOCTYPE svg [<!ENTITY l0 "ha">' + laughs + b"]><svg>&l8;</svg>"
    yield "linked.svg", b'<svg><image href="file:///etc/passwd"/></svg>'
    yield "phone.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 500
    yield "new.avif", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + b"\0" * 500
    yield "archive.zip", _zip()
    yield "packed.gz", gzip.compress(kinds()["png"])
    yield "document.pdf", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    yield "film.mp4", b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + b"\0" * 300
    yield "sound.wav", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0" + b"\0" * 40
    yield "program.exe", b"MZ" + b"\x90" * 500
    yield "program.elf", b"\x7fELF\2\1\1" + b"\0" * 500
    yield "script.ps", b"%!PS\n(/etc/passwd) (r) file 1000 string readstring pop =\n"
    yield "words.txt", "一只猫。".encode("utf-16")
    yield "numbers.json", b'{"picture": null}'
    yield "list.csv", b"=cmd|' /C calc'!A0,1\n"


# ---- PNG by hand: what Pillow does not write ---------------------------------------------------------------------


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _inserted(png: bytes, chunk: bytes) -> bytes:
    """A chunk right after the head."""
    return png[:33] + chunk + png[33:]


def _head(size: tuple[int, int], depth: int, colours: int, interlaced: bool = False) -> bytes:
    fields = struct.pack(">IIBBBBB", *size, depth, colours, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", fields)


def _png_head(width: int, height: int) -> bytes:
    return _head((width, height), 8, 2) + _chunk(b"IDAT", zlib.compress(b"\0" * 100)) + _chunk(b"IEND", b"")


def _png(size: tuple[int, int], depth: int, colours: int, *, interlaced: bool = False) -> bytes:
    """A PNG of zeros; ``colours`` is PNG's colour type. Interlaced ones are longer than they need to be."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colours]
    line = 1 + -(-size[0] * depth * channels // 8)
    packer = zlib.compressobj(9)
    data = [packer.compress(b"\0" * line) for _ in range(size[1] * (2 if interlaced else 1))]
    return (
        _head(size, depth, colours, interlaced)
        + _chunk(b"IDAT", b"".join([*data, packer.flush()]))
        + _chunk(b"IEND", b"")
    )


def bombs() -> Iterator[tuple[str, bytes]]:
    """Pictures within the limit of 80 megapixels, in the modes that take the most memory."""
    side = (8_900, 8_900)
    yield "deep-grey.png", _png(side, 16, 0)
    yield "clear.png", _png(side, 8, 6)
    yield "deep-and-clear.png", _png(side, 16, 6)
    yield "strip.png", _png((40_000, 2_000), 8, 6)
    yield "float.tif", _saved(Image.new("F", side), "TIFF", compression="tiff_lzw")
    yield "clear.gif", _saved(Image.new("P", side), "GIF", transparency=0)
    yield "large.jpg", _saved(Image.new("CMYK", side), "JPEG")
    yield "large.heic", sample("8900x8900.heic")
    yield "large.avif", sample("8900x8900.avif")
    yield "said-640x352.avif", _said_size(sample("8900x8900.avif"))
    yield "large.webp", _saved(Image.new("RGBA", (8_000, 8_000)), "WEBP", lossless=True, quality=0, method=0)
