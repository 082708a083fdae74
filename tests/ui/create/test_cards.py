"""Cards on Create: only for whoever has some, where a first frame is made, and only those that the words name."""

from __future__ import annotations

import hashlib

import pytest

from film.document import CastMember
from tests.pictures import picture
from tests.ui.create.test_page import filled, press
from tests.ui.still_app import drawn, primaries, words
from ui.app_context import AppContext

RED = picture(640, 640, "red")
MEI = CastMember(id="mei", name="Mei", look="short grey hair", pictures=(hashlib.sha256(RED).hexdigest(),))


@pytest.fixture
def card(app_context: AppContext) -> str:
    films = app_context.service.films
    films.add_picture(RED)
    return films.cards.keep(MEI).key


def has_chip(test: object) -> bool:
    return any(one.label == "My cards" for one in test.multiselect)  # type: ignore[attr-defined]


def test_without_cards_there_is_no_chip(app_context: AppContext) -> None:
    assert not has_chip(filled(text="Mei yawns."))


@pytest.mark.parametrize(("kind", "own"), [("simple", None), ("text", None), ("full", picture(600, 800))])
def test_cards_are_for_a_frame_that_is_made(card: str, kind: str, own: bytes | None) -> None:
    assert has_chip(filled())
    assert not has_chip(filled(kind, picture=own))


def test_a_chosen_card_goes_along_and_what_would_stop_it_is_said_before(app_context: AppContext, card: str) -> None:
    test = filled(text="Mei yawns.")
    test.multiselect(key="create-cards").set_value([card])
    drawn(test)
    assert primaries(test) == ["Write image prompt"]
    assert "drawn from words only: the pictures of Mei cannot be used" in words(test)
    press(test, "Write image prompt")
    (job,) = app_context.service.library.page(size=1).jobs
    assert job.request.text == "Mei yawns. Mei, short grey hair."
    assert [one.sha256 for one in job.request.references] == list(MEI.pictures)
    assert [one.data for one in app_context.service._folders.references(job)] == [RED]


def test_a_card_that_the_words_do_not_name_is_refused(app_context: AppContext, card: str) -> None:
    test = filled(text="A cat yawns.")
    test.multiselect(key="create-cards").set_value([card])
    drawn(test)
    press(test, "Write image prompt")
    assert "The description names none of the chosen cards: Mei." in words(test)
    assert app_context.service.library.page(size=1).jobs == ()
