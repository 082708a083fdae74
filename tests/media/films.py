"""Small films whose every frame and sound can be told apart."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

RATE = 48_000
Sound = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]


def shade(number: int) -> int:
    """The grey of a film's frame: neighbours differ by more than an encoder changes."""
    return 30 + number * 37 % 190


def tone(frequency: float = 440.0, loud: float = 0.4) -> Sound:
    return lambda time: loud * np.sin(2 * np.pi * frequency * time)


def film(
    path: Path,
    *,
    num_frames: int = 25,
    fps: int = 24,
    size: tuple[int, int] = (64, 48),
    first: int = 0,
    colour: tuple[int, int, int] | None = None,
    colours: int = 2,
    sound: Sound | None = None,
    sound_seconds: float | None = None,
    rate: int = RATE,
    options: dict[str, str] | None = None,
) -> Path:
    """A film of even frames, ``shade(first)`` onward or all of one colour, with a sound of ``sound(seconds)``."""
    with av.open(str(path), "w") as container:
        track = container.add_stream(
            "libx264", rate=fps, options={"preset": "ultrafast", "crf": "8", **(options or {})}
        )
        track.width, track.height, track.pix_fmt = *size, "yuv420p"
        track.codec_context.colorspace = colours
        audio = container.add_stream("aac", rate=rate, layout="mono", bit_rate=128_000) if sound else None
        for number in range(num_frames):
            container.mux(track.encode(_picture(size, colour or (shade(first + number),) * 3, number, fps, colours)))
        container.mux(track.encode(None))
        if audio is not None and sound is not None:
            length = round((sound_seconds or num_frames / fps) * rate)
            samples = sound(np.arange(length) / rate).astype(np.float32)
            for start in range(0, length, 1024):
                frame = av.AudioFrame.from_ndarray(samples[None, start : start + 1024], format="fltp", layout="mono")
                frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
                container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
    return path


def _picture(size: tuple[int, int], colour: tuple[int, ...], number: int, fps: int, colours: int) -> av.VideoFrame:
    pixels = np.full((size[1], size[0], 3), colour, np.uint8)
    matrix = "ITU709" if colours == 1 else "ITU601"
    frame = av.VideoFrame.from_ndarray(pixels).reformat(format="yuv420p", dst_colorspace=matrix)
    frame.pts, frame.time_base = number, Fraction(1, fps)
    return frame


def frames_of(path: Path) -> list[int]:
    """The mean grey of every frame."""
    with av.open(str(path)) as container:
        return [round(float(frame.to_ndarray(format="gray").mean())) for frame in container.decode(video=0)]


def sound_of(path: Path) -> npt.NDArray[np.float32]:
    """All samples, mono."""
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)]).astype(np.float32)
