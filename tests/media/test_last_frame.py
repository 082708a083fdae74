"""The last frame is the last one that is shown, whatever the file's order, colours and further tracks."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.packet import Packet
from av.stream import Disposition

from errors import FileMissing, VideoUnplayable
from media.last_frame import last_frame
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
