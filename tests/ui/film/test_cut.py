"""The stage Cut: what plays when, numbers and order as revisions, and the joined file beside the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import VideoUnplayable
from film.document import Bed, Film
from film.edits import with_join, with_trim
from media.videos import probe
from tests.film.samples import FILM, changed
from tests.jobs.film_takes import FRAMES, all_takes, take
from tests.media.test_music import music
from tests.ui.film.counting import statements
from tests.ui.film.test_takes import SMALL, shown, stage
from tests.ui.still_app import button, drawn, primaries, words
from tests.waiting import until
from ui.app_context import AppContext


def recorded(app_context: AppContext) -> tuple[Film, int]:
    return app_context.service.films.get(SMALL.id)


def filmed(app_context: AppContext, film: Film = SMALL) -> None:
    app_context.service.films.save(film)
    all_takes(app_context.service, app_context.worker.store, film)


def joined(app_context: AppContext, test: AppTest) -> AppTest:
    """Press the primary button and wait for the work beside the page."""
    button(test, "join-film")
    until(lambda: all(work.done for work in app_context.background._tasks.values()), every=0.02)
    return drawn(test)


def links(test: AppTest) -> list[str]:
    return [one.proto.label for one in test.get("link_button")]


def test_the_film_is_told_to_the_browser_frame_by_frame(app_context: AppContext) -> None:
    film = with_trim(with_join(SMALL, "s2", "dissolve", 4), "s2", 1, 2)
    filmed(app_context, film)
    data = shown(stage("cut"), "mova_cut")
    told = [(one["begins"], one["frames"], one["overlap"], one["start"], one["blends"]) for one in data["shots"]]
    assert told == [(0, 17, 0, 0, False), (13, 14, 4, 1, True), (27, 17, 0, 0, False)]
    assert (data["frames"], data["revision"], data["selected"]) == (film.num_frames, 1, "s1")
    assert all("/files/" in one["source"] for one in data["shots"])


@pytest.mark.parametrize(
    ("language", "said", "none"),
    [("en", "Shots without a video: 1, 3", "No video yet"), ("zh_CN", "1、3", "还没有视频")],
)
def test_a_shot_without_a_take_has_its_place(app_context: AppContext, language: str, said: str, none: str) -> None:
    app_context.service.films.save(SMALL)
    take(app_context.service, app_context.worker.store, SMALL, "s2")
    test = stage("cut", language)
    data = shown(test, "mova_cut")
    assert [bool(one["source"]) for one in data["shots"]] == [False, True, False]
    assert none in data["shots"][0]["state"]
    assert (data["frames"], len(primaries(test))) == (3 * FRAMES, 1)
    assert said in words(test)
    assert test.button(key="join-film").disabled


def test_numbers_and_order_are_revisions(app_context: AppContext) -> None:
    filmed(app_context)
    test = stage("cut")
    test.number_input(key="cut-start").set_value(3)
    drawn(test)
    assert recorded(app_context)[0].shots[0].trim.start == 3
    button(test, "cut-later")
    film, revision = recorded(app_context)
    assert ([shot.id for shot in film.shots], revision) == (["s2", "s1", "s3"], 3)
    assert shown(test, "mova_cut")["frames"] == 3 * FRAMES - 3
    test.session_state["film-cut-shot"] = "s3"
    drawn(test)
    test.segmented_control(key="cut-join").set_value("dissolve")
    drawn(test)
    assert recorded(app_context)[0].shots[2].join.frames == 12
    test.number_input(key="cut-frames").set_value(6)
    drawn(test)
    assert recorded(app_context)[0].shots[2].join.frames == 6
    assert shown(test, "mova_cut")["frames"] == 3 * FRAMES - 3 - 6


def test_the_sound_is_cut_apart_from_the_picture_where_frames_are_left_away(app_context: AppContext) -> None:
    filmed(app_context, with_trim(with_trim(SMALL, "s1", 0, 4), "s2", 3, 0))
    test = stage("cut")
    test.session_state["film-cut-shot"] = "s2"
    drawn(test)
    earlier, longer = test.number_input(key="cut-j"), test.number_input(key="cut-l")
    assert ([earlier.max, longer.max], earlier.disabled, longer.disabled) == ([3, 4], False, False)
    earlier.set_value(3)
    drawn(test)
    assert recorded(app_context)[0].shots[1].join.j_cut == 3
    data = shown(test, "mova_cut")["shots"][1]
    assert (data["j_cut"], data["l_cut"], data["notes"]) == (3, 0, [["note", "J-cut, 3 frames"]])
    assert test.number_input(key="cut-l").disabled
    test.number_input(key="cut-j").set_value(0)
    drawn(test).number_input(key="cut-l").set_value(4)
    drawn(test)
    assert recorded(app_context)[0].shots[1].join.l_cut == 4
    test.segmented_control(key="cut-join").set_value("dissolve")
    drawn(test)
    assert not [one for one in test.number_input if one.key == "cut-l"]
    test.session_state["film-cut-shot"] = "s3"
    assert "once frames are left away at its beginning" in words(drawn(test))
    assert not [one for one in test.number_input if one.key == "cut-j"]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_music_of_ones_own_lies_under_the_film(app_context: AppContext, tmp_path: Path, language: str) -> None:
    filmed(app_context)
    test = stage("cut", language)
    assert shown(test, "mova_cut")["music"] is None
    test.file_uploader(key="cut-music-file").set_value(("words.mp3", b"no music", "audio/mpeg"))
    assert "words.mp3" in words(drawn(test))
    assert recorded(app_context)[1] == 1
    sound = music(tmp_path / "bed.wav").read_bytes()
    test.file_uploader(key="cut-music-file").set_value(("my bed.wav", sound, "audio/wav"))
    drawn(test)
    bed = recorded(app_context)[0].bed
    assert bed is not None
    assert (bed.name, bed.level, bed.duck, bed.loops) == ("my bed.wav", -9, 9, True)
    assert "my bed.wav" in words(test)
    played = shown(test, "mova_cut")["music"]
    assert "/music/" in played["source"]
    assert (played["level"], played["duck"], played["loops"], len(played["speech"])) == (-9, 9, True, 1)
    test.number_input(key="cut-music-level").set_value(-12.5)
    drawn(test).number_input(key="cut-music-duck").set_value(0.0)
    drawn(test).checkbox(key="cut-music-loops").set_value(False)
    drawn(test).selectbox(key="cut-loudness").set_value(-14.0)
    drawn(test)
    film = recorded(app_context)[0]
    assert film.bed == bed.model_copy(update={"level": -12.5, "duck": 0.0, "loops": False})
    assert film.loudness == -14
    test.selectbox(key="cut-subtitles").set_value("burnt")
    drawn(test)
    assert recorded(app_context)[0].subtitle_mode == "burnt"
    button(test, "cut-music-remove")
    assert (recorded(app_context)[0].bed, recorded(app_context)[1]) == (None, 8)
    test.selectbox(key="cut-loudness").set_value(0.0)
    drawn(test)
    assert recorded(app_context)[0].loudness is None


def test_music_that_is_gone_is_said(app_context: AppContext) -> None:
    filmed(app_context, SMALL.model_copy(update={"bed": Bed(sound="0" * 64, name="gone *.mp3"), "loudness": -20.5}))
    test = stage("cut")
    assert "gone *.mp3 is not kept here" in words(test)
    assert "-20.5 LUFS" in words(test)
    assert shown(test, "mova_cut")["music"] is None


def test_the_second_of_two_tabs_is_told_and_nothing_is_lost(app_context: AppContext) -> None:
    filmed(app_context)
    mine, theirs = stage("cut"), stage("cut")
    button(mine, "cut-later")
    theirs.number_input(key="cut-end").set_value(2)
    assert "was changed elsewhere" in words(drawn(theirs))
    film, revision = recorded(app_context)
    assert ([shot.id for shot in film.shots], revision) == (["s2", "s1", "s3"], 2)
    assert shown(theirs, "mova_cut")["revision"] == 2  # and shows how it is by now
    theirs.session_state["film-cut-shot"] = "s1"
    drawn(theirs).number_input(key="cut-end").set_value(2)
    drawn(theirs)
    assert recorded(app_context)[0].shots[1].trim.end == 2


def test_what_the_film_does_not_allow_is_said(app_context: AppContext) -> None:
    filmed(app_context, with_join(SMALL, "s2", "dissolve", 12))
    test = stage("cut")
    test.number_input(key="cut-end").set_value(10)
    assert "The film stays as it was: a shot is shorter than" in words(drawn(test))
    assert test.number_input(key="cut-end").value == 0
    assert recorded(app_context)[1] == 1


def test_the_film_is_joined_beside_the_page_and_offered(app_context: AppContext) -> None:
    filmed(app_context)
    test = stage("cut")
    assert primaries(test) == ["Join the film"]
    joined(app_context, test)
    assert "The joined film" in words(test)
    assert "The film: -1" in words(test)
    assert "Shot 3: " in words(test)
    assert links(test) == ["Download the film", "For an editor", "Download its document"]
    (path,) = app_context.settings.output_dir.glob("*/film-*.mp4")
    assert probe(path).num_frames == 3 * FRAMES
    assert links(stage("cut"))[0] == "Download the film"  # as after a reload
    test.number_input(key="cut-end").set_value(2)
    assert primaries(drawn(test)) == ["Join the film"]


def test_why_a_film_cannot_be_joined_is_said_until_it_is_changed(
    app_context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    filmed(app_context)

    def broken(*_: object, **__: object) -> None:
        raise VideoUnplayable(reason="it is incomplete or damaged")

    monkeypatch.setattr(type(app_context.service.assembly), "join", broken)
    test = joined(app_context, stage("cut"))
    assert "it is incomplete or damaged" in words(test)
    assert primaries(test) == ["Join the film"]
    button(test, "cut-later")
    assert "it is incomplete or damaged" not in words(test)


def test_a_cut_costs_the_same_however_many_shots_there_are(app_context: AppContext) -> None:
    def film(count: int) -> Film:
        many = [{"id": f"s{number}", "action": f"Shot {number}."} for number in range(count)]
        return Film.model_validate(changed(SMALL, {"id": f"of-{count}", "scenes": [{"id": "a", "shots": many}]}))

    for count in (3, 300):
        app_context.service.films.save(film(count))
    with statements(app_context) as few:
        stage("cut", film="of-3")
    with statements(app_context) as many:
        test = stage("cut", film="of-300")
    assert len(shown(test, "mova_cut")["shots"]) == 300
    assert many() <= few()
    assert "…" in words(test)


def test_a_document_is_offered_under_the_title_of_the_film(app_context: AppContext) -> None:
    filmed(app_context, FILM.model_copy(update={"shot_frames": FRAMES, "title": 'A/B: "夜"'}))
    test = stage("cut")
    (_zip, document) = [one.proto.url for one in test.get("link_button")]
    assert document.partition("?")[0].endswith("/A-B-%E5%A4%9C.json")
    assert json.loads(recorded(app_context)[0].as_json())["id"] == SMALL.id
