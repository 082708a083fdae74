"""The short names of jobs and of what is saved of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ui.shared.links import file_name, short


@given(st.text(), st.integers(2, 60))
def test_a_short_text_is_one_line(text: str, room: int) -> None:
    assert len(short(text, room)) <= room + 1
    assert len(short(text, room).splitlines()) <= 1


@given(st.text())
def test_a_file_name_holds_nothing_special(text: str) -> None:
    name = file_name("20261124-101530-4f9c2a", text, "mp4")
    assert name.startswith("mova-20261124-101530-4f9c2a")
    assert name.endswith(".mp4")
    assert not set(name) & set('/\\:*?"<>|\n\0 ')
