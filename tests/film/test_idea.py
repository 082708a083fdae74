"""An idea as a film by the three services, through their SDKs: asked once, corrected once at most, never shortened."""

from __future__ import annotations

import json
from typing import Any

import pytest

from config import Settings
from core.errors import EmptyText, ProviderAnswerUnclear
from film.idea import film_from_idea
from film.proposal import Proposal
from providers import choose
from tests.providers.fake_services import FakeServices

IDEA = 'A keeper waits at night. He says "The light must not go out." 女儿说：“船来了。”'
ANSWER: dict[str, Any] = {
    "title": "The Lamp",
    "style": "35 mm film.",
    "cast": [{"name": "the keeper", "look": "an old man", "voice": "A low voice."}, {"name": "Mara"}],
    "places": [{"name": "lantern room", "look": "Brass and glass."}],
    "scenes": [
        {
            "place": "Lantern room",
            "time": "night",
            "shots": [
                {
                    "action": "He trims the wick.",
                    "cast": ["The keeper"],
                    "lines": [{"speaker": "the keeper", "text": "The light must not go out."}],
                },
                {"action": "Mara enters.", "join": "continue", "lines": [{"speaker": "Mara", "text": "船来了。"}]},
            ],
        }
    ],
}


def proposed(services: FakeServices, name: str, *answers: object, idea: str = IDEA) -> Proposal:
    services.script(f"{name}.text", *(one if isinstance(one, str) else json.dumps(one) for one in answers))
    values: dict[str, Any] = {**services.settings(name)}
    writer = choose(Settings(**values), "text")
    return film_from_idea(idea, shots=2, writer=writer)


@pytest.mark.parametrize("name", ["gemini", "dashscope", "openai"])
def test_each_service_proposes_a_film(name: str) -> None:
    with FakeServices() as services:
        film = proposed(services, name, f"```json\n{json.dumps(ANSWER)}\n```").film
        (call,) = services.received(f"{name}.text")
    assert "about 2 shots" in call.texts[0]
    assert IDEA in call.texts[1]
    assert [shot.action for shot in film.shots] == ["He trims the wick.", "Mara enters."]
    assert [one.text for shot in film.shots for one in shot.utterances] == ["The light must not go out.", "船来了。"]
    assert (film.cast[0].look, film.cast[0].voice) == ("an old man", "A low voice.")
    assert film.places[0].look == "Brass and glass."
    assert film.shots[1].frame.source == "last"


def test_what_is_missing_is_corrected_once() -> None:
    without = {**ANSWER, "scenes": [{"shots": [{"action": "He waits."}]}]}
    with FakeServices() as services:
        proposal = proposed(services, "openai", without, ANSWER)
        first, second = services.received("openai.text")
    assert proposal.notes == ()
    assert "The light must not go out." in second.texts[1]
    assert len(second.texts[1]) > len(first.texts[1])


def test_what_is_still_missing_is_said() -> None:
    without = {**ANSWER, "scenes": [{"shots": [{"action": "He waits. 船来了。"}]}]}
    with FakeServices() as services:
        proposal = proposed(services, "openai", without)
        assert services.count("openai.text") == 2
    assert [str(one) for one in proposal.notes] == [
        "The quoted words “The light must not go out.” are missing or changed."
    ]


@pytest.mark.parametrize(
    "answer", ["I cannot do that.", "{}", '{"scenes": []}', "[1, 2]", '{"scenes": [{"shots": "x"}]}']
)
def test_no_film_after_a_correction_is_an_error(answer: str) -> None:
    with FakeServices() as services:
        with pytest.raises(ProviderAnswerUnclear):
            proposed(services, "openai", answer)
        assert services.count("openai.text") == 2


def test_without_a_service_it_is_split_and_said_so() -> None:
    proposal = film_from_idea(IDEA, shots=None, writer=choose(Settings(), "text"))
    assert str(proposal.notes[0]).startswith("The text was split at its headings")
    told = " ".join(shot.action for shot in proposal.film.shots)
    assert '"The light must not go out."' in told
    assert "船来了。" in told


def test_no_idea_is_refused_before_anything_is_asked() -> None:
    with FakeServices() as services, pytest.raises(EmptyText):
        proposed(services, "openai", ANSWER, idea="  ")
