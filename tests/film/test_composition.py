"""A shot's description: its order, who speaks, who is silent, and words that stand as they were written."""

from __future__ import annotations

from film.composition import NO_MUSIC, description_of, marks_of, speech_seconds_of
from film.document import Film
from tests.film.samples import FILM, changed, two_shots


def told(film: Film, number: int) -> str:
    scene, shot = list(film.in_order())[number]
    return description_of(film, scene, shot)


def test_the_order_is_style_place_people_action_speech_sound() -> None:
    assert told(FILM, 0) == (
        "35 mm film, cold blue light, slow and quiet. A medium shot. The lantern room, at night. A round room of brass "
        "and glass. The lamp glows from behind. The old keeper, a man of seventy with a white beard, a grey wool coat. "
        'The old keeper trims the wick. The old keeper says quietly: "The light must not go out." '
        "A low, dry voice that takes its time. The sound: rain ticks on the panes. There is no music."
    )


def test_who_faces_us_and_does_not_speak_is_silent() -> None:
    assert "Mara is silent, with closed lips." in told(FILM, 1)
    assert "The camera slowly pushes in." in told(FILM, 1)
    wide = Film.model_validate(changed(FILM, {"scenes.0.shots.1.size": "wide"}))
    assert "closed lips" not in told(wide, 1)


def test_no_music_unless_it_is_wanted() -> None:
    assert all(told(FILM, number).endswith(NO_MUSIC) for number in range(3))
    music = Film.model_validate(changed(FILM, {"music": "A slow cello plays"}))
    assert told(music, 2).endswith("A slow cello plays.")
    assert NO_MUSIC not in told(music, 2)


def test_a_line_stands_word_for_word_in_any_script() -> None:
    for words in ("别关灯。", 'He said "stay", twice', "It's 6 o'clock — no?"):
        film = Film.model_validate(changed(FILM, {"scenes.0.shots.0.utterances.0.text": words}))
        assert words in told(film, 0)


def test_what_is_to_be_known_before_anything_is_spent() -> None:
    long = " ".join(["word"] * 40)
    film = Film.model_validate(changed(FILM, {"scenes.0.shots.0.utterances.0.text": long}))
    (mark,) = marks_of(film)
    assert str(mark) == "Shot 1: about 16.5 s of speech in 8.04 s."
    assert speech_seconds_of(film.shots[1]) == 0
    chain = [{"id": f"s{n}", "join": {"kind": "continue"}, "frame": {"source": "last"}} for n in range(2, 7)]
    longer = Film.model_validate({"id": "x", "scenes": [{"id": "a", "shots": [{"id": "s1"}, *chain]}]})
    assert [str(one)[:7] for one in marks_of(longer)] == ["Shot 5:"]
    assert marks_of(two_shots({}, {}, {})) == []
