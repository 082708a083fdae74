"""The last frame of a stranger's film, as a player shows it."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from config import Settings
from core.errors import NotAPicture, PictureDamaged, PictureError, PictureTooLarge, VideoWithoutFrame
from media.frames import read_own, taken_picture
from media.last_frame import last_frame_of
from tests.hostile.corpus import corpus, kinds
from tests.hostile.odd_videos import long_silence, other_container, right, sound_only
from tests.media.foreign_films import foreign


def red_corner(picture: Image.Image) -> str:
    """In which corner the red quarter is."""
    width, height = picture.size
    places = {"upper left": (0.2, 0.2), "upper right": (0.8, 0.2), "lower left": (0.2, 0.8), "lower right": (0.8, 0.8)}
    red = [
        name
        for name, (x, y) in places.items()
        if (seen := picture.getpixel((int(x * width), int(y * height))))[0] > 180 and seen[1] < 80  # type: ignore[index]
    ]
    return " ".join(red)


@pytest.mark.parametrize(
    ("turned", "size", "corner"),
    [
        (0, (320, 240), "upper left"),
        (90, (240, 320), "lower left"),
        (-90, (240, 320), "upper right"),
        (180, (320, 240), "lower right"),
    ],
)
@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov"])
def test_upright(tmp_path: Path, name: str, turned: int, size: tuple[int, int], corner: str) -> None:
    picture = last_frame_of(io.BytesIO(foreign(tmp_path, turned=turned, name=name)))
    assert (picture.size, red_corner(picture)) == (size, corner)


def test_pixels_that_are_not_square(tmp_path: Path) -> None:
    assert last_frame_of(io.BytesIO(foreign(tmp_path, wide=Fraction(4, 3)))).size == (427, 240)


def test_of_a_long_one_the_true_last(tmp_path: Path) -> None:
    picture = last_frame_of(io.BytesIO(foreign(tmp_path, num_frames=12 * 45 + 7)))
    assert red_corner(picture) == "upper left"


def test_a_phone_s_4k(tmp_path: Path) -> None:
    assert last_frame_of(io.BytesIO(foreign(tmp_path, size=(3840, 2160), num_frames=2))).size == (3840, 2160)


def test_a_film_s_last_frame_is_a_picture_and_said(tmp_path: Path) -> None:
    taken, notes = taken_picture(foreign(tmp_path), "clip.mp4", Settings())
    assert Image.open(io.BytesIO(taken)).format == "PNG"
    assert [str(said) for said in notes] == ["clip.mp4 is a video: its last frame is used as the first frame."]
    assert taken_picture(long_silence(), "long.mp4", Settings())[1]  # its sound is none of our business


@pytest.mark.parametrize("kind", kinds())
def test_a_picture_stays_as_it_is(kind: str) -> None:
    assert taken_picture(kinds()[kind], "a", Settings()) == (kinds()[kind], [])


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (sound_only(), VideoWithoutFrame),
        (right()[:3000], VideoWithoutFrame),
        (corpus()["film.mp4"], VideoWithoutFrame),
        (corpus()["phone.heic"], PictureDamaged),
        (other_container(), NotAPicture),
        (corpus()["words.txt"], NotAPicture),
    ],
)
def test_what_is_neither(data: bytes, problem: type[PictureError]) -> None:
    with pytest.raises(problem):
        taken_picture(data, "a", Settings())


def test_a_film_may_be_as_large_as_a_video_and_a_picture_as_a_picture(tmp_path: Path) -> None:
    limits = Settings(max_image_mb=1, max_video_mb=2)
    film = foreign(tmp_path)
    film += (2**20 + 2**19).to_bytes(4) + b"free" + bytes(2**20 + 2**19 - 8)
    (tmp_path / "large.mp4").write_bytes(film)
    assert len(film) > 2**20
    assert read_own(tmp_path / "large.mp4", limits)[1]
    (tmp_path / "larger.mp4").write_bytes(film + bytes(2**20))
    (tmp_path / "large.png").write_bytes(kinds()["png"] + bytes(2**20))
    for name in ("larger.mp4", "large.png"):
        with pytest.raises(PictureTooLarge):
            read_own(tmp_path / name, limits)
