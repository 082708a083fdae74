"""Films out of files: ours come back as they were; foreign, broken, newer, hostile ones are refused with the reason."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadFilm, MovaError, NoFilmInside
from media.film_sound import Clip
from media.joining import join
from record.restore_film import MAX_FILM, film_inside, film_of
from tests.film.samples import FILM, changed
from tests.media.films import film as film_file
from tests.saved_runs import as_json, frame, simple_document


def document(**changes: Any) -> bytes:
    return json.dumps(changed(FILM, {name.replace("__", "."): value for name, value in changes.items()})).encode()


def joined(folder: Path, comment: dict[str, Any]) -> bytes:
    clip = film_file(folder / "shot.mp4", num_frames=5)
    target = folder / "film.mp4"
    join([Clip(path=clip)], target, tags={"comment": json.dumps(comment)}, on_frame=lambda _done, _all: None)
    return target.read_bytes()


def test_a_document_comes_back_as_it_was() -> None:
    found = film_of(document(), "film.json")
    assert (found.film, found.takes) == (FILM, ())


def test_a_joined_file_has_the_film_and_the_takes_it_was_made_of(tmp_path: Path) -> None:
    inside = FILM.model_dump(mode="json", by_alias=True)
    found = film_of(joined(tmp_path, {"shots": ["a-1", "../b", 3], "film": inside}), "lamp.mp4")
    assert (found.film, found.takes) == (FILM, ("a-1",))


def test_what_is_no_film_is_left_to_others(tmp_path: Path) -> None:
    run = as_json(simple_document(frame()))
    foreign = film_file(tmp_path / "foreign.mp4", num_frames=5).read_bytes()
    for data in (run, foreign, b"", b"[1]", b"{", b"\xff\xfe", b'{"film": 3}', foreign[:200]):
        assert film_inside(data, "a") is None
        with pytest.raises(NoFilmInside):
            film_of(data, "a")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (document(schema=2), "a newer version of this program wrote it"),
        (document(schema="2"), "expected one of 1"),
        (document(shot_frames=190), "4k+1"),
        (document(scenes__0__shots__0__take="../../etc"), "at scenes.0.shots.0.take: expected text that matches"),
        (document(scenes__0__shots__0__cast=["nobody"]), "names a person"),
        (document(more="?"), "at more: expected nothing of this name"),
        (document(scenes=[{"id": f"s{number}"} for number in range(501)]), "at scenes"),
        (document(title="x" * 401), "at most 400 characters"),
    ],
)
def test_a_film_that_cannot_be_used_says_where_and_why(data: bytes, words: str) -> None:
    with pytest.raises(BadFilm) as refused:
        film_inside(data, "film.json")
    assert words in refused.value.message()
    assert len(refused.value.message()) < 500


def test_what_is_too_long_or_too_deep_is_refused() -> None:
    with pytest.raises(BadFilm, match="too long"):
        film_of(b'{"scenes": "' + b"x" * MAX_FILM + b'"}', "film.json")
    with pytest.raises(MovaError):
        film_of(b'{"scenes": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "film.json")


def test_texts_are_what_people_see() -> None:
    assert film_of(document(title="The \u202eLamp\x00"), "film.json").film.title == "The Lamp"


@given(st.binary(max_size=200), st.integers(0, 2000), st.integers(0, 200))
def test_any_bytes_are_a_film_or_refused(noise: bytes, place: int, cut: int) -> None:
    whole = document()
    with suppress(MovaError):
        film_inside(whole[:place] + noise + whole[place + cut :], "film.json")


def test_tags_of_any_length_travel(tmp_path: Path) -> None:
    shots = [{"id": f"s{number}", "action": "雨" * 1000} for number in range(300)]
    long = changed(FILM, {"scenes": [{"id": "a", "shots": shots}]})
    data = joined(tmp_path, {"shots": [], "film": long})
    assert len(film_of(data, "a.mp4").film.shots) == 300
    with av.open(str(tmp_path / "film.mp4")) as container:
        assert len(container.metadata["comment"]) > 300_000
