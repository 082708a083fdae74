"""What a film may cost: told from its header, or counted while it is decoded, everywhere that one is opened."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import FileMissing, VideoUnplayable
from media.joining import shape_of
from media.last_frame import last_frame, last_frame_of
from media.opened import MAX_SECONDS
from media.posters import poster
from media.quality_check import _AT_ONCE, QualityCheck
from media.tags import film_of, read_tags
from media.videos import Onlooker, probe
from media.visible_label import write_labelled
from tests.conftest import REPO
from tests.hostile.odd_videos import UNPLAYABLE, growing, long_silence, many_tracks, plain_sound, promised, right

COSTLY = [
    *("an hour of silence", "silence that no header tells", "40 tracks", "two billion frames"),
    *("two billion frames, said elsewhere", "sound of 7 Hz", "pictures that grow", "a packed header", "enormous"),
]


def film(folder: Path, data: bytes) -> Path:
    (folder / "a.mp4").write_bytes(data)
    return folder / "a.mp4"


@pytest.mark.parametrize("name", COSTLY)
def test_the_check_of_a_film(tmp_path: Path, name: str) -> None:
    make, said = UNPLAYABLE[name]
    with pytest.raises(VideoUnplayable) as caught:
        probe(film(tmp_path, make()))
    assert said in str(caught.value)


OPENERS: dict[str, Callable[[Path], object]] = {
    "last frame": last_frame,
    "last frame of a stranger's": lambda path: last_frame_of(path.open("rb")),
    "poster": poster,
    "joining": shape_of,
    "label": lambda path: write_labelled(path, path.with_name("b.mp4"), on_frame=lambda _: None),
    "tags": read_tags,
    "film": film_of,
}


@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize("make", [many_tracks, promised])
def test_everywhere(tmp_path: Path, opener: str, make: Callable[[], bytes]) -> None:
    with pytest.raises(VideoUnplayable) as caught:
        OPENERS[opener](film(tmp_path, make()))
    assert "it has more than" in str(caught.value)


@pytest.mark.parametrize("opener", [name for name in OPENERS if name not in ("tags", "last frame of a stranger's")])
def test_a_shot_is_not_opened_beyond_its_length(tmp_path: Path, opener: str) -> None:
    with pytest.raises(VideoUnplayable, match="longer than 600 s"):
        OPENERS[opener](film(tmp_path, long_silence()))


@pytest.mark.parametrize("opener", ["last frame", "last frame of a stranger's", "joining"])
def test_pictures_that_grow(tmp_path: Path, opener: str) -> None:
    path = film(tmp_path, growing())
    if opener == "last frame of a stranger's":  # which may be as large as this
        assert last_frame_of(path.open("rb")).size == (4096, 2304)
        return
    with pytest.raises((VideoUnplayable, FileMissing)):
        OPENERS[opener](path)


@pytest.mark.parametrize("data", [right(), long_silence(10), long_silence(10, fragments=True)])
def test_right_films_stay_right(tmp_path: Path, data: bytes) -> None:
    assert probe(film(tmp_path, data)).has_sound
    assert last_frame_of((tmp_path / "a.mp4").open("rb")).width >= 64


def test_long_sound_that_is_not_compressed(tmp_path: Path) -> None:
    """A camera's ten minutes have more samples than any track may have pictures, and cost no more for it."""
    data = plain_sound(8_000, 8_000 * (MAX_SECONDS - 1))
    assert last_frame(film(tmp_path, data)).size == (64, 64)


def test_a_look_holds_ten_seconds_of_sound_at_most(tmp_path: Path) -> None:
    look = QualityCheck()
    held: list[int] = []

    def on_frame(frame: object) -> None:
        look.add(frame)  # type: ignore[arg-type]
        held.append(sum(part.size for part in look._sound.parts))

    probe(film(tmp_path, long_silence(60)), seen_by=Onlooker(frame=on_frame))
    assert max(held) < _AT_ONCE
    assert look._sound.finding == ("silent",)
    assert len(look._sound.loudness) >= 590


def test_all_of_them_in_one_small_process(tmp_path: Path) -> None:
    """The memory of a process that checks and looks at each, with the program itself in it."""
    for number, name in enumerate(COSTLY):
        (tmp_path / f"{number}.mp4").write_bytes(UNPLAYABLE[name][0]())
    words = [sys.executable, "-m", "tests.hostile.look_at_all", str(tmp_path), "1500"]
    done = subprocess.run(words, cwd=REPO, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout)
    assert set(said["outcomes"].values()) == {"VideoUnplayable"}
    assert said["peak_mb"] < 300
