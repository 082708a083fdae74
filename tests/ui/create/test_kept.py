"""What was not sent yet comes back in another session of its person, until they start over or send it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import StoreError
from jobs.model.people import Person
from jobs.service.forms import FormService
from tests.pictures import picture
from tests.ui.create.test_page import filled, press
from tests.ui.still_app import button, drawn, page, primaries, words
from ui.app_context import AppContext

PHOTO = picture(600, 800)
BACK = "What you had not sent yet is back."


def opened() -> AppTest:
    """Create in a session of its own."""
    return page("create/create.py")


def text_of(test: AppTest) -> str:
    return str(test.text_area(key="create-text").value or "")


def has_picture(test: AppTest) -> bool:
    return any(one.label == "Remove the picture" for one in test.button)


def test_text_picture_and_settings_come_back(app_context: AppContext) -> None:
    test = filled("simple", "A cat. “你好。”", PHOTO)
    test.text_input(key="create-seed").set_value("4711")
    test.toggle(key="create-bars").set_value(True)
    drawn(test)
    again = opened()
    assert BACK in words(again)
    assert (text_of(again), again.text_input(key="create-seed").value) == ("A cat. “你好。”", "4711")
    assert has_picture(again)
    assert again.toggle(key="create-bars").value is True
    assert again.session_state["create-orientation"] == "portrait"
    assert primaries(again) == ["Send to GPU"]
    assert BACK not in words(drawn(again))


def test_with_nothing_kept_nothing_is_said_and_nothing_written(app_context: AppContext) -> None:
    test = drawn(opened())
    assert BACK not in words(test)
    assert app_context.service.forms.kept() is None
    assert test.button(key="start-over").disabled


def test_start_over_empties_the_form_and_what_was_kept(app_context: AppContext) -> None:
    test = filled("simple", "A cat.", PHOTO)
    test.text_input(key="create-seed").set_value("4711")
    test = button(drawn(test), "start-over")
    assert (text_of(test), test.text_input(key="create-seed").value) == ("", "")
    assert not has_picture(test)
    assert primaries(test) == ["Write image prompt"]
    assert app_context.service.forms.kept() is None
    again = opened()
    assert (text_of(again), BACK in words(again)) == ("", False)
    test.text_area(key="create-text").set_value("A dog.")
    drawn(test)
    assert text_of(opened()) == "A dog."


def test_what_was_sent_is_not_kept_any_more(app_context: AppContext) -> None:
    press(filled("simple", "A cat.", PHOTO), "Send to GPU")
    assert app_context.service.forms.kept() is None
    assert text_of(opened()) == ""


def test_a_form_that_another_tab_has_is_not_touched(app_context: AppContext) -> None:
    first = filled("full", "A cat.")
    second = opened()
    second.text_area(key="create-text").set_value("A dog.")
    drawn(second)
    assert text_of(drawn(first)) == "A cat."
    assert text_of(opened()) == "A dog."
    first.text_area(key="create-text").set_value("A cat yawns.")
    drawn(first)
    assert text_of(drawn(second)) == "A dog."
    assert text_of(opened()) == "A cat yawns."


def test_what_is_erased_by_hand_stays_away(app_context: AppContext) -> None:
    test = filled("full", "A cat.")
    test.text_area(key="create-text").set_value("")
    drawn(test)
    assert app_context.service.forms.kept() is None


@pytest.mark.parametrize(
    "fields",
    [
        {"create-frames": 10**9, "create-guidance": "much", "create-model": "mova-9000p", "create-kind": "opera"},
        {"create-frames": True, "create-steps": None, "create-shift": 7.5, "create-seed": 3, "other": [1]},
    ],
)
def test_fields_of_another_version_are_left_out(app_context: AppContext, fields: dict[str, object]) -> None:
    app_context.service.forms.keep({"create-text": "A cat.", **fields}, b"no picture")
    test = opened()
    assert text_of(test) == "A cat."
    assert "its picture no longer exists" in words(test)


def test_without_the_database_the_page_still_works(app_context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise StoreError(store="jobs.db")

    monkeypatch.setattr(FormService, "keep", away)
    test = filled("full", "A cat.")
    assert "This is not kept for later" in words(test)
    assert primaries(test) == ["Write image prompt"]


def test_nobody_gets_what_somebody_else_has(app_context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [Person(name="ann")]
    monkeypatch.setattr("ui.session.person_here", lambda _settings: now[0])
    test = filled("simple", "A secret.", PHOTO)
    now[0] = Person(name="bob")
    assert text_of(opened()) == ""
    same_tab = drawn(test)
    assert text_of(same_tab) == ""
    assert not has_picture(same_tab)
    now[0] = Person(name="ann")
    assert text_of(opened()) == "A secret."
