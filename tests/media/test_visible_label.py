"""The labelled copy: the corner says so on every frame, the rest and the sound are as they were."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from media.videos import probe
from media.visible_label import write_labelled
from tests.media.films import film, tone


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


def test_the_corner_of_every_frame_and_nothing_else(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", num_frames=13, size=(320, 176), colour=(90, 90, 90), sound=tone())
    before = source.read_bytes()
    done: list[int] = []
    write_labelled(source, tmp_path / "b.mp4", on_frame=done.append)
    assert source.read_bytes() == before
    assert done == list(range(1, 14))
    assert packets(tmp_path / "b.mp4") == packets(source)
    facts = probe(tmp_path / "b.mp4")
    assert (facts.width, facts.height, facts.num_frames, facts.fps) == (320, 176, 13, 24.0)
    with av.open(str(tmp_path / "b.mp4")) as container:
        for frame in container.decode(video=0):
            grey = frame.to_ndarray(format="gray").astype(int)
            corner = grey[-24:, -150:]
            assert corner.max() > 190  # letters
            assert corner.min() < 70  # their ground
            rest = grey[:-30]
            assert np.abs(rest - np.median(rest)).max() <= 3


def test_the_smallest_frame_holds_what_fits(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", num_frames=3)
    write_labelled(source, tmp_path / "b.mp4", on_frame=lambda _: None)
    assert probe(tmp_path / "b.mp4").num_frames == 3
