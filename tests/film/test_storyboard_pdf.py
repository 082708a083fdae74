"""The storyboard as a PDF: a row a shot, on as many pages as they take, whatever is in them."""

from __future__ import annotations

import re
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import LibraryMissing
from film import storyboard_pdf as module
from film.storyboard_pdf import BoardRow, check_library, storyboard_pdf
from tests.pictures import picture

pytest.importorskip("fpdf")
HEADINGS = ("Picture", "Speech", "Sound")
A_PAGE = 4  # rows


def row(number: int, *, frame: bytes | None = None, text: str = "Mara looks up.") -> BoardRow:
    return BoardRow(frame, f"{number} · close-up", "00:00:00 – 00:08:01", text, f"Mara: {text}", "rain")


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def streams(pdf: bytes) -> list[bytes]:
    """What is drawn, unpacked."""
    found = []
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            found.append(packed)
    return found


@pytest.mark.parametrize("count", [0, 1, A_PAGE, pytest.param(300, marks=pytest.mark.long)])
def test_every_shot_has_its_row(count: int) -> None:
    pdf = storyboard_pdf("灯塔 The Lamp", [row(number) for number in range(1, count + 1)], HEADINGS)
    assert pdf.startswith(b"%PDF-")
    assert pages(pdf) == max(1, -(-count // A_PAGE))


def test_the_frames_are_in_it() -> None:
    frame = picture(640, 352, "navy")
    pdf = storyboard_pdf("The Lamp", [row(1, frame=frame), row(2), row(3, frame=frame)], HEADINGS)
    assert pdf.count(b"/Subtype /Image") == 1  # the same picture is there once
    assert sum(part.count(b" Do") for part in streams(pdf)) == 2


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=900))
def test_no_text_breaks_it(text: str) -> None:
    assert pages(storyboard_pdf(text, [row(1, text=text), row(2)], HEADINGS)) == 1


def test_without_the_library_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    check_library()
    monkeypatch.setattr(module, "find_spec", lambda _name: None)
    with pytest.raises(LibraryMissing, match="storyboard"):
        check_library()
    monkeypatch.setitem(__import__("sys").modules, "fpdf", None)
    with pytest.raises(LibraryMissing, match="storyboard"):
        storyboard_pdf("x", [], HEADINGS)
