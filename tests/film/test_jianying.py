"""Drafts of JianYing read back by pyJianYingDraft: every clip, its in and out, and the length, to the frame."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import LibraryMissing
from film.jianying import CONTENT, META, OWN_FOLDER, draft, sounds_apart
from film.subtitles import Cue
from film.timeline import Edit, PlacedShot, Score, length_of, picture_edits, sound_edits
from tests.film.test_timeline import FILM, LENGTH, shot

jianying = pytest.importorskip("pyJianYingDraft")


def read(folder: Path, files: dict[str, bytes]) -> dict[str, Any]:
    """The segments of a draft by the names of their tracks, as the library reads them out of its folder."""
    (folder / "film").mkdir(parents=True)
    for name, content in files.items():
        (folder / "film" / name).write_bytes(content)
    script = jianying.DraftFolder(str(folder)).load_template("film")
    assert (script.width, script.height, script.fps) == (640, 352, 24)
    return {track["name"]: track["segments"] for track in script.content["tracks"]} | {"script": script}


def frames(microseconds: int) -> int:
    found = round(microseconds * 24 / 1_000_000)
    assert abs(microseconds - found * 1_000_000 / 24) <= 1.5
    return found


def in_and_out(segments: list[dict[str, Any]], paths: dict[str, str]) -> list[tuple[str, int, int, int]]:
    """Path, in, length and place of each clip, in frames."""
    found = []
    for one in segments:
        source, target = one["source_timerange"], one["target_timerange"]
        assert one["speed"] == 1
        assert source["duration"] == target["duration"]
        lies = frames(target["start"]), frames(target["start"] + target["duration"])
        found.append((paths[one["material_id"]], frames(source["start"]), lies[1] - lies[0], lies[0]))
    return found


def paths_in(files: dict[str, bytes]) -> dict[str, str]:
    """The files that a draft names, in its own folder, by the ids of its materials."""
    materials = json.loads(files[CONTENT])["materials"]
    told = {one["id"]: one["path"] for one in (*materials["videos"], *materials["audios"])}
    assert all(path.startswith(f"{OWN_FOLDER}/media/") for path in told.values())
    return {name: path.removeprefix(f"{OWN_FOLDER}/") for name, path in told.items()}


def placed(edits: list[Edit]) -> list[tuple[str, int, int, int]]:
    found, at = [], 0
    for edit in edits:
        found.append((edit.shot.take.path, edit.source, edit.frames, at))
        at += edit.frames
    return found


def test_clips_in_out_and_length_are_the_films(tmp_path: Path) -> None:
    files = draft("lamp", "灯塔", FILM, (640, 352))
    told, paths = read(tmp_path, files), paths_in(files)
    assert in_and_out(told["Film"], paths) == placed(picture_edits(FILM))
    assert frames(told["script"].duration) == LENGTH
    meta = json.loads(files[META])
    assert (meta["draft_name"], frames(meta["tm_duration"])) == ("灯塔", LENGTH)


def test_a_sound_that_is_cut_apart_is_a_clip_of_its_own(tmp_path: Path) -> None:
    files = draft("lamp", "x", FILM, (640, 352))
    told, paths = read(tmp_path, files), paths_in(files)
    pictures, sounds = placed(picture_edits(FILM)), placed(sound_edits(FILM))
    pairs = zip(pictures, sounds, strict=True)
    apart = [
        sound for (picture, sound), one in zip(pairs, FILM, strict=True) if picture != sound and one.take.has_sound
    ]
    assert apart
    of_file = [(f"media/sound/{Path(path).stem}.m4a", *lies) for path, *lies in apart]
    assert in_and_out(told["Sound"], paths) == of_file
    assert sounds_apart(FILM) == {sound[0]: file[0] for sound, file in zip(apart, of_file, strict=True)}
    mute = [one["volume"] == 0 for one in told["Film"]]
    assert mute == [one.take.path in sounds_apart(FILM) for one in FILM]
    plain = [shot(1), shot(2, overlap=1)]
    assert sounds_apart(plain) == {}
    assert read(tmp_path / "plain", draft("x", "x", plain, (640, 352)))["Sound"] == []


def test_dissolves_subtitles_and_music_are_there(tmp_path: Path) -> None:
    cues = [Cue(0.25, 1.5, ("The light", "must not go out.")), Cue(2, 3, ("灯不能灭。",))]
    files = draft("lamp", "x", FILM, (640, 352), cues, Score("media/music.mp3", 100, loops=True), 0.25)
    told, paths, materials = read(tmp_path, files), paths_in(files), json.loads(files[CONTENT])["materials"]
    (dissolve,) = materials["transitions"]
    assert (frames(dissolve["duration"]), dissolve["is_overlap"]) == (7, True)
    assert dissolve["id"] in told["Film"][2]["extra_material_refs"]  # before the shot that dissolves
    texts = [json.loads(one["content"])["text"] for one in materials["texts"]]
    assert texts == ["The light\nmust not go out.", "灯不能灭。"]
    lies = [(one["target_timerange"]["start"], one["target_timerange"]["duration"]) for one in told["Subtitles"]]
    assert lies == [(250_000, 1_250_000), (2_000_000, 1_000_000)]
    assert in_and_out(told["Music"], paths) == [
        ("media/music.mp3", 0, 100, 0),
        ("media/music.mp3", 0, LENGTH - 100, 100),
    ]
    assert {one["volume"] for one in told["Music"]} == {0.25}
    once = draft("lamp", "x", FILM, (640, 352), score=Score("media/music.mp3", 100, loops=False))
    assert len(read(tmp_path / "once", once)["Music"]) == 1


def test_two_films_are_two_drafts() -> None:
    one, same, other = (json.loads(draft(name, "x", FILM, (640, 352))[META])["draft_id"] for name in "aab")
    assert one == same != other


@pytest.mark.parametrize("count", [1, 101])
def test_one_shot_and_a_hundred(tmp_path: Path, count: int) -> None:
    shots = [shot(number, 17) for number in range(1, count + 1)]
    files = draft("x", "x", shots, (640, 352))
    assert in_and_out(read(tmp_path, files)["Film"], paths_in(files)) == placed(picture_edits(shots))


def test_without_the_library_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyJianYingDraft", None)
    with pytest.raises(LibraryMissing, match="draft_content"):
        draft("x", "x", FILM, (640, 352))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_every_film_is_a_draft_to_the_frame(data: st.DataObject) -> None:
    shots: list[PlacedShot] = [shot(1, 30)]
    for number in range(2, data.draw(st.integers(2, 6))):
        start, end = data.draw(st.integers(0, 5)), data.draw(st.integers(0, 5))
        overlap = data.draw(st.integers(0, 9))
        j_cut = data.draw(st.integers(0, start)) if not overlap else 0
        l_cut = data.draw(st.integers(0, shots[-1].end)) if not overlap and not j_cut else 0
        how: dict[str, Any] = {"overlap": overlap, "blends": overlap > 1, "j_cut": j_cut, "l_cut": l_cut}
        shots.append(shot(number, 30, start=start, end=end, has_sound=data.draw(st.booleans()), **how))
    files = draft("x", "x", shots, (640, 352))
    (film,) = [one["segments"] for one in json.loads(files[CONTENT])["tracks"] if one["name"] == "Film"]
    assert in_and_out(film, paths_in(files)) == placed(picture_edits(shots))
    assert frames(json.loads(files[CONTENT])["duration"]) == length_of(shots)
