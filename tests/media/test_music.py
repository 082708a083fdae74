"""Music under a film: looped or not, of its own level, quieter under speech; and files that are none."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.audio.stream import AudioStream

from core.errors import BadMusic
from media.film_sound import Clip, SoundPlan
from media.joining import join
from media.loudness import RATE, level_of
from media.music import Music, check_music
from tests.media.films import film, sound_of


def music(path: Path, seconds: float = 1.5, loud: float = 0.3) -> Path:
    """A tone of 1000 Hz in the format that its name says."""
    codecs = {".wav": "pcm_s16le", ".flac": "flac", ".mp3": "libmp3lame", ".m4a": "aac"}
    with av.open(str(path), "w", format={".m4a": "mp4"}.get(path.suffix)) as container:
        track = container.add_stream(codecs[path.suffix], rate=RATE, layout="mono")
        assert isinstance(track, AudioStream)
        samples = (loud * np.sin(2 * np.pi * 1000 * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
        frame.sample_rate, frame.pts = RATE, 0
        fifo = av.AudioFifo()
        fifo.write(frame)
        size = track.codec_context.frame_size or 1024
        resampler = av.AudioResampler(format=track.codec_context.format.name, layout="mono", rate=RATE)
        while (part := fifo.read(size, partial=True)) is not None:
            for one in resampler.resample(part):
                container.mux(track.encode(one))
        container.mux(track.encode(None))
    return path


def under_a_film(folder: Path, bed: Music, frames: int = 97) -> npt.NDArray[np.float32]:
    shot = Clip(path=film(folder / "shot.mp4", num_frames=frames))
    target = folder / "film.mp4"
    join([shot], target, tags={}, on_frame=lambda *_: None, sound=SoundPlan(music=bed))
    return sound_of(target)


def between(sound: npt.NDArray[np.float32], begins: float, ends: float) -> float:
    found = level_of(sound[None, round(begins * RATE) : round(ends * RATE)]).loudness
    return -99.0 if found is None else found


@pytest.mark.parametrize("ending", [".wav", ".flac", ".mp3", ".m4a"])
def test_every_format_is_read(tmp_path: Path, ending: str) -> None:
    facts = check_music(music(tmp_path / f"bed{ending}"))
    assert facts.seconds == pytest.approx(1.5, abs=0.1)
    assert facts.level.loudness is not None


def test_it_is_looped_to_the_end_and_fades_out(tmp_path: Path) -> None:
    sound = under_a_film(tmp_path, Music(path=music(tmp_path / "bed.wav"), level=-9, duck=9))
    assert len(sound) == pytest.approx(97 * RATE / 24, abs=RATE / 24)
    assert between(sound, 0.5, 2.4) == pytest.approx(-28, abs=1)  # -16 less nine; one channel of two is 3 LU less
    assert np.abs(sound[-RATE // 50 : -RATE // 100]).max() < 0.01


def test_it_ends_with_itself_where_it_does_not_loop(tmp_path: Path) -> None:
    sound = under_a_film(tmp_path, Music(path=music(tmp_path / "bed.wav"), level=-9, duck=9, loops=False))
    assert between(sound, 0.5, 1.0) > -30
    assert between(sound, 1.8, 3.5) < -60


def test_it_is_quieter_where_somebody_speaks(tmp_path: Path) -> None:
    bed = Music(path=music(tmp_path / "bed.wav"), level=-9, duck=12, speech=[(1.2, 2.0)])
    sound = under_a_film(tmp_path, bed)
    assert between(sound, 1.25, 1.95) == pytest.approx(between(sound, 0.45, 0.9) - 12, abs=1)


def test_what_is_no_music_is_refused_and_says_why(tmp_path: Path) -> None:
    whole = music(tmp_path / "a.flac", seconds=3).read_bytes()
    files = {
        "none.mp3": (None, "there is no such file"),
        "empty.mp3": (b"", "it is no MP3"),
        "text.mp3": (b"not music at all, only words", "it is no MP3"),
        "playlist.mp3": (b"#EXTM3U\nhttp://127.0.0.1/a.mp3\n", "it is no MP3"),
        "broken.flac": (whole[:200], "cannot be used"),
        "head.wav": (b"RIFF\x00\x00\x00\x00WAVE", "cannot be used"),
    }
    for name, (content, words) in files.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(BadMusic, match=words):
            check_music(tmp_path / name)
    with pytest.raises(BadMusic, match="it is silent"):
        check_music(music(tmp_path / "silent.wav", loud=0.0))
    with pytest.raises(BadMusic, match="it is shorter than 1 s"):
        check_music(music(tmp_path / "short.wav", seconds=0.4))
    mute = film(tmp_path / "film.mp4", num_frames=5)
    with pytest.raises(BadMusic, match="it has no sound"):
        check_music(mute)
    with pytest.raises(BadMusic, match=r"The music my song\.m4a cannot be used: it has no sound"):
        check_music(mute, "my song.m4a")  # as a person calls it, not as it is kept
