"""A poster shows something, is small, and comes of whatever there is."""

from __future__ import annotations

import io
from pathlib import Path

import av
import pytest
from PIL import Image

from core.errors import FileMissing, VideoUnplayable
from media.posters import is_flat, poster
from tests.media.test_videos import make_video, picture_frame


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    assert picture.format == "JPEG"
    return picture


def white_then(path: Path, white: int, moving: int) -> Path:
    """A film that begins with frames of one colour."""
    with av.open(str(path), "w") as file:
        track = file.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        track.width, track.height = 64, 48
        for number in range(white + moving):
            frame = picture_frame((64, 48), number)
            if number < white:
                blank = Image.new("RGB", (64, 48), "white")
                frame = av.VideoFrame.from_image(blank)  # type: ignore[no-untyped-call]
                frame.pts = number
            file.mux(track.encode(frame))
        file.mux(track.encode())
    return path


def test_of_a_film(tmp_path: Path) -> None:
    data = poster(make_video(tmp_path / "a.mp4", size=(640, 352)))
    assert opened(data).size == (480, 264)
    assert len(data) < 100_000


def test_a_film_that_begins_white_shows_its_first_picture(tmp_path: Path) -> None:
    assert not is_flat(opened(poster(white_then(tmp_path / "a.mp4", 9, 3))))


def test_a_film_of_one_colour_shows_that(tmp_path: Path) -> None:
    assert is_flat(opened(poster(white_then(tmp_path / "a.mp4", 5, 0))))


def test_of_a_picture_with_transparency(tmp_path: Path) -> None:
    Image.new("RGBA", (720, 1280), (200, 10, 10, 80)).save(tmp_path / "a.png")
    assert opened(poster(tmp_path / "a.png")).size == (270, 480)


@pytest.mark.parametrize("name", ["a.mp4", "a.png"])
def test_what_is_no_picture(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileMissing):
        poster(tmp_path / name)
    (tmp_path / name).write_bytes(b"nothing of the kind")
    with pytest.raises((FileMissing, VideoUnplayable)):
        poster(tmp_path / name)
