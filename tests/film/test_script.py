"""Scripts in Fountain, in Chinese form and as plain text: scenes, shots and lines; no word of them is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import EmptyText
from description.quotations import key, quotations
from film.document import SHOT_SECONDS, Film
from film.proposal import Builder, seconds_of
from film.script import film_from_script

FOUNTAIN = """Title: The *Lamp*

INT. LIGHTHOUSE - NIGHT

An old keeper trims the wick. [[ a note ]]

KEEPER
(quietly)
The light must not go out.

MARA (O.S.)
Father!

/* cut
this */
EXT. SEA - DAWN

A boat turns toward
the harbour.
"""


def lines(film: Film) -> list[tuple[str, str, str]]:
    names = {one.id: one.name for one in film.cast}
    return [(names[one.speaker], one.text, one.manner) for shot in film.shots for one in shot.utterances]


def test_fountain() -> None:
    film = film_from_script(FOUNTAIN).film
    assert film.title == "The Lamp"
    assert [(film.place_of(scene).name, scene.time) for scene in film.scenes] == [  # type: ignore[union-attr]
        ("Lighthouse", "night"),
        ("Sea", "dawn"),
    ]
    assert [shot.action for shot in film.shots] == ["An old keeper trims the wick.", "A boat turns toward the harbour."]
    assert lines(film) == [("Keeper", "The light must not go out.", "quietly"), ("Mara", "Father!", "")]


def test_full_width_signs_of_a_chinese_script_are_not_said() -> None:
    cues = ["@老陈\n（疲惫地）\n末班船开走了。", "@小安（喊）\n等等！", "老陈：（低声）还有一条船。"]
    film = film_from_script("\n\n".join(["片名：末班渡轮", "内景 码头 - 夜", *cues])).film
    assert film.title == "末班渡轮"
    told = [("老陈", "末班船开走了。", "疲惫地"), ("小安", "等等！", "喊"), ("老陈", "还有一条船。", "低声")]
    assert lines(film) == told


def test_a_chinese_script() -> None:
    night = ["内景 灯塔 - 夜", "老人点灯。", "老人（低声）：“今晚风大，灯不能灭。”\n小玛：爸爸，船来了！"]
    film = film_from_script("\n\n".join([*night, "外景 海边 - 黎明", "海面平静。"])).film
    assert [(film.place_of(scene).name, scene.time) for scene in film.scenes] == [  # type: ignore[union-attr]
        ("灯塔", "夜"),
        ("海边", "黎明"),
    ]
    assert lines(film) == [("老人", "今晚风大，灯不能灭。", "低声"), ("小玛", "爸爸，船来了！", "")]
    assert [one.id for one in film.cast] == ["cast", "cast-2"]


def test_plain_text_is_a_shot_a_paragraph_with_its_quotes() -> None:
    film = film_from_script('A cat sits on a sill.\n\nAnna says: "Come here, you."\n\n“走吧”，他说。').film
    assert [shot.action for shot in film.shots] == [
        "A cat sits on a sill.",
        'Anna says: "Come here, you."',
        "“走吧”，他说。",
    ]


@pytest.mark.parametrize("nothing", ["", "  \n\n", "Title: X\n", "/* all cut */"])
def test_nothing_is_no_film(nothing: str) -> None:
    with pytest.raises(EmptyText):
        film_from_script(nothing)


def test_a_line_longer_than_a_shot_is_split_between_its_sentences_and_said() -> None:
    line = "I have waited for this boat since the first snow fell on the harbour. " * 3
    proposal = film_from_script(f"INT. ROOM - DAY\n\nANNA\n{line}")
    texts = [one.text for shot in proposal.film.shots for one in shot.utterances]
    assert len(texts) == 3
    assert " ".join(texts) == line.strip()
    assert str(proposal.notes[-1]) == "A line of Anna is longer than a shot and was split into 3."


WORDS = st.lists(
    st.sampled_from(["boat", "light,", "rain.", "gone?", "灯灭了。", "风大，", "and", "I"]), min_size=1, max_size=80
)


@given(WORDS)
def test_however_a_line_is_split_no_character_is_lost(words: list[str]) -> None:
    said = " ".join(words)
    builder = Builder()
    builder.line("Anna", said)
    texts = [one.text for shot in builder.film().shots for one in shot.utterances]
    assert re.sub(r"\s", "", "".join(texts)) == re.sub(r"\s", "", said)
    assert all(
        seconds_of([text]) <= SHOT_SECONDS or not re.search(r"[,.?，。]\s*\S|\s(?:and)\s", text) for text in texts
    )


@given(
    st.lists(
        st.sampled_from(
            [
                "ANNA",
                "Hello there.",
                "",
                "INT. ROOM - DAY",
                "> right <",
                "老人：走。",
                '"Stay," he said.',
                "~la la",
                "(low)",
                "@李",
            ]
        )
    )
)
def test_quotes_of_any_script_stay(text: list[str]) -> None:
    try:
        film = film_from_script("\n".join(text)).film
    except EmptyText:
        return
    told = key("".join([shot.action + "".join(one.text for one in shot.utterances) for shot in film.shots]))
    assert all(key(quote.text) in told for quote in quotations("\n".join(text)))
