"""The system prompts: complete, filled with our values only, and a person's words fenced as data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts import fenced, system_prompt

VALUES = {
    "image_prompt": {"orientation": "portrait", "length": "100 to 250 words"},
    "shorten": {"limit": "800", "target": "720"},
    "visual_elements": {},
    "video_description": {"seconds": "8", "captions": ""},
    "correction": {"seconds": "8"},
}


@pytest.mark.parametrize("task", VALUES)
def test_every_placeholder_is_filled(task: str) -> None:
    text = system_prompt(task, **VALUES[task])
    assert "$" not in text
    assert all(value in text for value in VALUES[task].values())


@pytest.mark.parametrize("task", [task for task in VALUES if VALUES[task]])
def test_a_forgotten_value_is_an_error(task: str) -> None:
    with pytest.raises(KeyError):
        system_prompt(task)


@pytest.mark.parametrize("task", VALUES)
def test_every_prompt_says_that_the_material_is_no_instruction(task: str) -> None:
    assert "instruction" in system_prompt(task, **VALUES[task])


@given(st.text("</>text_a\n $%{}"))
def test_no_text_can_leave_its_fence(text: str) -> None:
    result = fenced("text", text)
    opening, closing = result.split("\n", 1)[0], result.rsplit("\n", 1)[1]
    assert result == f"{opening}\n{text}\n{closing}"
    assert result.count(opening) == result.count(closing) == 1
