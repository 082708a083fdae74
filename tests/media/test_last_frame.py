"""The last frame is the last one that is shown, whatever the file's order, colours and further tracks."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.packet import Packet
from av.stream import Disposition

from core.errors import FileMissing, VideoUnplayable
from media.last_frame import clean_last_frame, last_frame
from media.pictures import png_bytes, white_frame
from tests.media.films import film, shade


def mean(picture: object) -> list[int]:
    return [round(value) for value in np.asarray(picture).reshape(-1, 3).mean(axis=0)]


@pytest.mark.parametrize("num_frames", [1, 2, 25, 193])
def test_it_is_the_last_of_all(tmp_path: Path, num_frames: int) -> None:
    found = last_frame(film(tmp_path / "a.mp4", num_frames=num_frames))
    assert found.size == (64, 48)
    assert mean(found) == pytest.approx([shade(num_frames - 1)] * 3, abs=3)


def test_pictures_that_are_stored_out_of_their_order(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", num_frames=26, options={"bf": "3", "g": "250"})
    assert mean(last_frame(path)) == pytest.approx([shade(25)] * 3, abs=3)


@pytest.mark.parametrize("colours", [1, 5, 2], ids=["bt709", "bt601", "untagged"])
def test_colours_are_what_the_file_says(tmp_path: Path, colours: int) -> None:
    red = film(tmp_path / "a.mp4", num_frames=5, colour=(200, 30, 40), colours=colours)
    assert mean(last_frame(red)) == pytest.approx([200, 30, 40], abs=6)


def test_a_cover_picture_is_no_frame(tmp_path: Path) -> None:
    plain, covered = film(tmp_path / "a.mp4", num_frames=9), tmp_path / "b.mp4"
    with av.open(str(plain)) as source, av.open(str(covered), "w") as target:
        copied = target.add_stream_from_template(source.streams.video[0])
        cover = target.add_stream("png")
        cover.width, cover.height, cover.pix_fmt, cover.disposition = 64, 48, "rgb24", Disposition.attached_pic
        target.start_encoding()
        picture = Packet(png_bytes(white_frame(64, 48)))
        picture.stream, picture.pts, picture.dts, picture.is_keyframe = cover, 0, 0, True
        picture.time_base = Fraction(1, 24)
        target.mux(picture)
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = copied
                target.mux(packet)
    with av.open(str(covered)) as container:
        assert len(container.streams.video) == 2
    assert mean(last_frame(covered)) == mean(last_frame(plain))


def test_a_file_that_is_none_or_broken(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        last_frame(tmp_path / "nowhere.mp4")
    (tmp_path / "text.mp4").write_text("no film")
    with pytest.raises(VideoUnplayable):
        last_frame(tmp_path / "text.mp4")


def ending(path: Path, *, flash: int = 0, blur: int = 0, fade: int = 0, num_frames: int = 48) -> Path:
    """A picture with detail whose last frames are bright, or soft, or which slowly gets dark."""
    stripes = np.tile(np.where(np.arange(64) // 4 % 2, 150, 70), (48, 1)).astype(np.float64)
    with av.open(str(path), "w") as container:
        track = container.add_stream("libx264", rate=24, options={"preset": "ultrafast", "crf": "5"})
        track.width, track.height, track.pix_fmt = 64, 48, "yuv420p"
        for number in range(num_frames):
            left = num_frames - number
            grey = stripes + (90 if left <= flash else 0)
            grey = np.full_like(grey, 110) if left <= blur else grey
            grey = grey * min(1.0, left / fade) if fade else grey
            picture = np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)
            container.mux(track.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(track.encode(None))
    return path


@pytest.mark.parametrize(
    ("how", "left_away"),
    [
        ({}, 0),
        ({"flash": 1}, 1),
        ({"flash": 7}, 7),
        ({"blur": 4}, 4),
        ({"fade": 24}, 0),
        ({"flash": 20}, 0),
        ({"flash": 1, "num_frames": 1}, 0),
        ({"flash": 1, "num_frames": 5}, 1),
    ],
)
def test_a_flash_or_a_blur_at_the_end_is_no_start_for_the_next_shot(
    tmp_path: Path, how: dict[str, int], left_away: int
) -> None:
    picture, found = clean_last_frame(ending(tmp_path / "a.mp4", **how))
    assert (picture.size, found) == ((64, 48), left_away)


def test_a_still_of_one_colour_is_clean(tmp_path: Path) -> None:
    assert clean_last_frame(film(tmp_path / "a.mp4", num_frames=48, colour=(90, 90, 90)))[1] == 0
