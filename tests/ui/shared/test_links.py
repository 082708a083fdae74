"""The short names of jobs and of what is saved of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.shared.links import file_name, short, title_of


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


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("A cat sits. It rains.", "A cat sits"),
        ("A lens of 3.5 cm. It rains.", "A lens of 3.5 cm"),
        ('A girl says "Come home." Rain patters.', 'A girl says "Come home."'),
        ("她说“跟我回家吧。”雨点落在街上。", "她说“跟我回家吧。”"),
        ("她说“跟我。回家吧”，雨点落下。再见。", "她说“跟我。回家吧”，雨点落下"),
        (
            f'An old man by the window says: "I have never {"ever " * 20}left." It rains.',
            "An old man by the window says…",
        ),
        (f"“I have never {'ever ' * 20}left”, he says.", None),
    ],
)
def test_a_title_is_never_cut_inside_a_quotation(text: str, title: str | None) -> None:
    made = title_of(text)
    assert title is None or made == title
    assert made.count("“") == made.count("”")
    assert made.count('"') % 2 == 0


@given(st.text(alphabet='ab .!?。"“”「」', max_size=200))
def test_a_title_has_both_ends_of_a_quotation_and_fits(text: str) -> None:
    made = title_of(text)
    assert made.count('"') % 2 == 0 or "“" in made or "「" in made
    assert len(made) <= 63
