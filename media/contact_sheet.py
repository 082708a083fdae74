"""Pictures of one look side by side with their lines, on one sheet: what is looked at before anything is rendered."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from storyboard.lettering import draw_line, drawable, line_height, wrapped

_PAPER, _INK, _FAINT, _EMPTY = "#121416", "#e9e9e6", "#9aa0a5", "#1d2023"
_CELL, _GAP, _SIZE, _LINES = 400, 20, 15, 4
_MAX_CELLS = 500


@dataclass(frozen=True)
class Cell:
    """One picture: PNG or JPEG bytes, None where there is none yet; ``head`` and ``text`` stand below it."""

    picture: bytes | None
    head: str
    text: str = ""


def contact_sheet(cells: Sequence[Cell], *, aspect: float, columns: int = 4) -> bytes:
    """A PNG with the cells in rows.

    Args:
        aspect: width by height of the pictures.

    Raises:
        PIL.UnidentifiedImageError: a picture cannot be read.
    """
    cells = cells[:_MAX_CELLS]
    columns = max(1, min(columns, len(cells)))
    height = round(_CELL / aspect)
    row_height = height + (1 + _LINES) * line_height(_SIZE) + _GAP
    rows = -(-len(cells) // columns)
    sheet = Image.new("RGB", (columns * (_CELL + _GAP) + _GAP, rows * row_height + _GAP), _PAPER)
    draw = ImageDraw.Draw(sheet)
    for place, cell in enumerate(cells):
        left, top = _GAP + place % columns * (_CELL + _GAP), _GAP + place // columns * row_height
        if cell.picture is None:
            draw.rectangle((left, top, left + _CELL - 1, top + height - 1), fill=_EMPTY)
        else:
            with Image.open(io.BytesIO(cell.picture)) as picture:
                sheet.paste(picture.convert("RGB").resize((_CELL, height)), (left, top))
        draw_line(draw, left, top + height + 4, drawable(cell.head), _SIZE, _FAINT)
        for number, line in enumerate(wrapped(drawable(cell.text), _SIZE, _CELL)[:_LINES], 1):
            draw_line(draw, left, top + height + 4 + number * line_height(_SIZE), line, _SIZE, _INK)
    written = io.BytesIO()
    sheet.save(written, "PNG")
    return written.getvalue()
