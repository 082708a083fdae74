"""A film's storyboard as a PDF: a row a shot with its frame, its words, its sound, and its place on the clock."""

from __future__ import annotations

import atexit
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

from PIL import Image

from core.errors import LibraryMissing
from film.subtitles import language_of
from storyboard.lettering import drawable, font_files

if TYPE_CHECKING:
    from fpdf import FPDF

_MARGIN, _ROW, _GAP, _LINE, _TEXT, _SMALL = 12.0, 34.0, 3.0, 4.2, 9, 7  # mm; points
_MOST = 420  # characters of a cell
_GREY, _BLACK = (110, 110, 110), (20, 20, 20)


@dataclass(frozen=True)
class BoardRow:
    """``picture``: PNG or JPEG bytes, None without one; ``clock`` is where the shot lies in the film."""

    picture: bytes | None
    head: str
    clock: str
    action: str
    lines: str
    sound: str


def check_library() -> None:
    """Find out whether a storyboard can be written, without the seconds that it takes.

    Raises:
        LibraryMissing: the library that writes PDF is not installed.
    """
    if find_spec("fpdf") is None:
        raise LibraryMissing(what_for="storyboard.pdf")


def storyboard_pdf(title: str, rows: Sequence[BoardRow], headings: tuple[str, str, str]) -> bytes:
    """The pages, in landscape A4.

    Args:
        headings: of the columns of words, speech and sound.

    Raises:
        LibraryMissing: the library that writes PDF is not installed.
    """
    try:
        from fpdf import FPDF
    except ImportError:
        raise LibraryMissing(what_for="storyboard.pdf") from None
    pdf = FPDF(orientation="landscape", format="A4")
    pdf.set_auto_page_break(auto=False)
    pdf.set_margin(_MARGIN)
    told = [title, *headings]
    for row in rows:
        told += [row.head, row.clock, row.action, row.lines, row.sound]
    names = []
    for name, path in font_files("".join(map(drawable, told))):
        pdf.add_font(name, fname=_unpacked(path))
        names.append(name)
    pdf.set_font(names[0], size=_TEXT)
    pdf.set_fallback_fonts(names[1:])
    bottom = 0.0
    for row in rows:
        if not pdf.pages or bottom + _ROW > pdf.h - _MARGIN:
            bottom = _new_page(pdf, title, headings)
        _row(pdf, row, bottom)
        bottom += _ROW + _GAP
    if not pdf.pages:
        _new_page(pdf, title, headings)
    return bytes(pdf.output())


@cache
def _unpacked(font: Path) -> Path:
    """A font as a plain file of this process: unpacking one with all of Chinese takes seconds."""
    from fontTools.ttLib.woff2 import decompress

    folder = TemporaryDirectory(prefix="mova-fonts-")
    atexit.register(folder.cleanup)
    plain = Path(folder.name) / f"{font.stem}.ttf"
    decompress(font, plain)
    return plain


def _columns(pdf: FPDF) -> list[tuple[float, float]]:
    """Left and width of frame, action, lines and sound."""
    whole, frame = pdf.w - 2 * _MARGIN, 60.0
    rest = whole - frame - 3 * _GAP
    widths, left, found = [frame, rest * 0.42, rest * 0.36, rest * 0.22], _MARGIN, []
    for width in widths:
        found.append((left, width))
        left += width + _GAP
    return found


def _new_page(pdf: FPDF, title: str, headings: tuple[str, str, str]) -> float:
    pdf.add_page()
    put = partial(_put, pdf)
    put(drawable(title), _MARGIN, _MARGIN, pdf.w - 3 * _MARGIN, 1, size=12)
    put(str(pdf.page_no()), pdf.w - _MARGIN - 10, _MARGIN, 10, 1, size=_SMALL, colour=_GREY)
    for (left, width), heading in zip(_columns(pdf)[1:], headings, strict=True):
        put(drawable(heading), left, _MARGIN + 7, width, 1, size=_SMALL, colour=_GREY)
    return _MARGIN + 12


def _row(pdf: FPDF, row: BoardRow, top: float) -> None:
    frame, action, lines, sound = _columns(pdf)
    high = _ROW - _LINE - 1
    if row.picture is not None:
        _frame(pdf, row.picture, frame, top, high)
    _put(pdf, drawable(f"{row.head}   {row.clock}"), frame[0], top + high + 0.5, frame[1], 1, size=_SMALL, colour=_GREY)
    for (left, width), words in ((action, row.action), (lines, row.lines), (sound, row.sound)):
        _put(pdf, drawable(words), left, top, width, int(_ROW / _LINE))
    pdf.set_draw_color(210)
    pdf.line(_MARGIN, top + _ROW + 1, pdf.w - _MARGIN, top + _ROW + 1)


def _frame(pdf: FPDF, picture: bytes, column: tuple[float, float], top: float, high: float) -> None:
    """A picture at the column's left edge, as large as it may be."""
    with Image.open(io.BytesIO(picture)) as opened:
        aspect = opened.width / opened.height
    left, width = column
    pdf.image(
        io.BytesIO(picture), left, top, *((width, width / aspect) if width / aspect < high else (high * aspect, high))
    )


def _put(
    pdf: FPDF,
    text: str,
    left: float,
    top: float,
    width: float,
    lines: int,
    *,
    size: int = _TEXT,
    colour: tuple[int, int, int] = _BLACK,
) -> None:
    """Text in at most so many lines; what does not fit ends with dots."""
    from fpdf.enums import WrapMode

    if not text:
        return
    pdf.set_font_size(size)
    pdf.set_text_color(*colour)
    shown, wrap = text[:_MOST], WrapMode.CHAR if language_of([text]) == "zho" else WrapMode.WORD
    while True:
        pdf.set_xy(left, top)
        cut = shown if shown == text else f"{shown.rstrip()}…"
        needed = pdf.multi_cell(width, _LINE, cut, dry_run=True, output="LINES", align="L", wrapmode=wrap)
        if len(cast("list[str]", needed)) <= lines or len(shown) < 8:
            break
        shown = shown[: len(shown) * 9 // 10]
    pdf.multi_cell(width, _LINE, cut, align="L", wrapmode=wrap)
