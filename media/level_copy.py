"""A copy of a video whose sound is of another loudness; its pictures stay as they are, byte for byte."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from media.film_sound import decoded_sound
from media.loudness import RATE, Level, gain_for, layout_of, levelled
from media.opened import opened, picture_track, sound_track

_CHUNK = 1024


def write_level_copy(video: Path, target: Path, loudness: float) -> tuple[Level, float]:
    """Write ``video`` with its sound at ``loudness`` LUFS, its peaks limited; what is silent stays silent.

    Returns the sound's level before, and the gain in dB.

    Raises:
        FileMissing, VideoUnplayable: the video cannot be read.
        av.FFmpegError, OSError: ``target`` may be there in part.
    """
    with (
        opened(video) as source,
        opened(video) as heard,
        av.open(f"file:{target}", "w", format="mp4", options={"movflags": "+faststart"}) as copy,
    ):
        pictures, track = picture_track(source), sound_track(source)
        channels = min(2, track.channels) if track is not None else 0
        parts = list(decoded_sound(heard, channels)) if channels else []
        shown = copy.add_stream_from_template(pictures)
        sounding = copy.add_stream("aac", rate=RATE, layout=layout_of(channels), bit_rate=192_000) if parts else None
        for packet in source.demux(pictures):
            if packet.size:
                packet.stream = shown
                copy.mux(packet)
        if sounding is None:
            return Level(None, None), 0.0
        sound, place = np.concatenate(parts, axis=1), 0
        before, gain = gain_for(sound, loudness)
        for part in [sound] if before.is_silent else levelled([sound], channels, gain):
            for start in range(0, part.shape[1], _CHUNK):
                piece = np.ascontiguousarray(part[:, start : start + _CHUNK])
                frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=layout_of(channels))
                frame.sample_rate, frame.pts, frame.time_base = RATE, place, Fraction(1, RATE)
                place += piece.shape[1]
                copy.mux(sounding.encode(frame))
        copy.mux(sounding.encode(None))
        return before, gain
