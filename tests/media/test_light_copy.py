"""The light copy of a video: small, playable by every browser, with the same sound, and said to be AI's."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from core.errors import VideoUnplayable
from media.light_copy import is_heavy, write_light
from media.tags import film_of
from media.videos import probe


def noisy(path: Path, frames: int = 25, pix_fmt: str = "yuv420p") -> Path:
    """A lossless film of noise with a tone, as a server of the quality `maximum` encodes it."""
    random = np.random.default_rng(1)
    with av.open(str(path), "w", format="mp4") as film:
        film.metadata.update(title="A cat", comment='{"kind": "mova-run"}')
        video = film.add_stream("libx264", rate=24, options={"crf": "0"})
        video.width, video.height, video.pix_fmt = 320, 176, pix_fmt
        audio = film.add_stream("aac", rate=48_000, layout="mono")
        for number in range(frames):
            picture = random.integers(0, 255, (176, 320, 3), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(picture)
            frame.pts = number
            film.mux(video.encode(frame))
            sound = av.AudioFrame.from_ndarray(np.full((1, 2000), 0.1, dtype=np.float32), format="fltp", layout="mono")
            sound.sample_rate, sound.pts = 48_000, number * 2000
            film.mux(audio.encode(sound))
        film.mux(video.encode(None))
        film.mux(audio.encode(None))
    return path


def test_a_light_copy_shows_the_same_and_is_far_smaller(tmp_path: Path) -> None:
    source, light = noisy(tmp_path / "video.mp4"), tmp_path / "light.mp4"
    write_light(source, light)
    before, after = probe(source), probe(light)
    assert (after.width, after.height, after.num_frames, after.fps) == (320, 176, 25, 24)
    assert after.bytes < before.bytes / 3
    [sound] = [track for track in film_of(light) if track[0] == "audio"]
    assert sound == next(track for track in film_of(source) if track[0] == "audio")
    with av.open(str(light)) as film:
        assert film.streams.video[0].profile == "High"  # lossless, it is one that browsers do not play
        assert film.metadata["title"] == "A cat"
        assert "comment" not in film.metadata


def test_a_damaged_video_has_no_light_copy(tmp_path: Path) -> None:
    source = tmp_path / "video.mp4"
    source.write_bytes(noisy(tmp_path / "whole.mp4").read_bytes()[:5000])
    with pytest.raises(VideoUnplayable):
        write_light(source, tmp_path / "light.mp4")


@pytest.mark.parametrize(("size", "heavy"), [(416_000, False), (3_470_000, True)])
def test_what_is_small_already_needs_none(size: int, heavy: bool) -> None:
    assert is_heavy(size, 8.04) == heavy
