"""When the lines of a film are spoken: inside their shot, in their order, over the speech that is heard."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from film.document import Film
from film.spoken import spoken


def of_lines(*texts: str, **shot: Any) -> Film:
    said = [{"speaker": "a", "text": text} for text in texts]
    shots = [{"id": "s1"}, {"id": "s2", "utterances": said, **shot}]
    cast = [{"id": "a", "name": "Ann"}]
    return Film.model_validate({"id": "f", "cast": cast, "scenes": [{"id": "x", "shots": shots}]})


def test_a_short_line_is_shorter_than_a_long_one_and_both_lie_in_their_shot() -> None:
    short, long_ = spoken(of_lines("Yes.", "No, not before the morning comes."))
    assert 193 / 24 < short.begins < short.ends < long_.begins < long_.ends < 2 * 193 / 24
    assert long_.ends - long_.begins > 2 * (short.ends - short.begins)
    assert short.shot == long_.shot == 2


def test_lines_lie_over_the_speech_that_is_heard_in_the_take() -> None:
    film = of_lines("Where is the boat?", "I cannot see it.", trim={"start": 24})
    first, second = spoken(film, {"s2": [(2.0, 3.5), (4.5, 5.5)]})
    begins = 193 / 24 - 1  # a second is trimmed away
    found = [first.begins, first.ends, second.begins, second.ends]
    assert found == pytest.approx([begins + at for at in (2.0, 3.5, 4.5, 5.5)])


_times = st.lists(st.floats(0, 8), max_size=6, unique=True).map(sorted)


@given(
    texts=st.lists(st.text("a b灯。", min_size=1).filter(str.strip), min_size=1, max_size=8),
    times=_times,
    end=st.integers(0, 192),
)
def test_no_line_leaves_its_shot_or_comes_before_the_one_before(texts: list[str], times: list[float], end: int) -> None:
    film = of_lines(*texts, trim={"end": end})
    heard = list(zip(times[::2], times[1::2], strict=False))  # stretches of speech, one after the other
    lines = spoken(film, {"s2": heard})
    assert [line.utterance.text for line in lines] == [text.strip() for text in texts]
    places = [193 / 24, *(line.begins for line in lines)]
    assert places == sorted(places)
    assert all(line.begins < line.ends <= film.seconds + 0.1 * len(texts) + 1e-6 for line in lines)
