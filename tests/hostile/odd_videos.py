"""Files that a server might send as a video, and that are none, or not the one that was asked for."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache

import av
import numpy as np

from tests.jobs.load.tiny_video import tiny_video

Odd = dict[str, tuple[Callable[[], bytes], str]]


def right() -> bytes:
    """The video that the jobs of these tests ask for."""
    return tiny_video(640, 352, 17, 24)


@lru_cache
def without_sound(width: int = 640, height: int = 352, num_frames: int = 17) -> bytes:
    """Pictures only; every one a copy of the first, so that many of them are small and quickly made."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        pictures = container.add_stream("libx264", rate=24, options={"preset": "ultrafast", "tune": "zerolatency"})
        pictures.width, pictures.height, pictures.pix_fmt = width, height, "yuv420p"
        first = av.VideoFrame.from_ndarray(np.full((height, width, 3), 200, np.uint8), format="rgb24")
        first = first.reformat(format="yuv420p")
        for n in range(num_frames):
            first.pts = n
            container.mux(pictures.encode(first))
        container.mux(pictures.encode())
    return file.getvalue()


@lru_cache
def sound_only() -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        sound = container.add_stream("aac", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4_800), np.float32), format="flt", layout="mono")
        frame.sample_rate = 48_000
        container.mux(sound.encode(frame))
        container.mux(sound.encode())
    return file.getvalue()


def scribbled() -> bytes:
    """The right length and shape, with a hole in its pictures."""
    data = bytearray(right())
    start = data.index(b"mdat") + 200
    data[start : start + 400] = b"\xff" * 400
    return bytes(data)


def other_container() -> bytes:
    """The same pictures as Matroska."""
    file = io.BytesIO()
    with av.open(io.BytesIO(right()), "r") as source, av.open(file, "w", format="matroska") as target:
        pictures = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = pictures
                target.mux(packet)
    return file.getvalue()


# Of which a video is made that can be watched and is not the one asked for: name, bytes, what is said of it.
DEVIATING: Odd = {
    "of another size": (lambda: tiny_video(352, 640, 17, 24), "The video is 352x640; 640x352 was asked for."),
    "of another length": (lambda: tiny_video(640, 352, 33, 24), "The video has 33 frames; 17 were asked for."),
    "of another speed": (lambda: tiny_video(640, 352, 17, 12), "The video runs at 12.0 frames a second"),
    "without sound": (without_sound, "The video has no sound."),
}
# What is no video that can be watched, and the reason in its error.
UNPLAYABLE: Odd = {
    "an empty file": (lambda: b"", "it is empty"),
    "a page": (lambda: b"<html><body>Sign in</body></html>", "it is not an MP4 file"),
    "truncated": (lambda: right()[: len(right()) // 2], "it breaks off"),
    "without its end": (lambda: right()[:-40], "it breaks off"),
    "scribbled": (scribbled, "damaged"),
    "sound only": (sound_only, "it has no moving pictures"),
    "Matroska": (other_container, "it is not an MP4 file"),
    "100,000 frames": (lambda: without_sound(64, 64, 100_000), "it has more than 2000 frames"),
    "enormous": (lambda: without_sound(4_096, 2_304, 3), "its pictures have 4096x2304 pixels"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "it is not an MP4 file"),
    "boxes without end": (lambda: b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x08free" * 50_000, "it"),
    "a box of 2^63 bytes": (lambda: b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x01mdat" + b"\x7f" * 8, "it breaks off"),
    "a playlist": (lambda: b"#EXTM3U\nfile:///etc/passwd\n", "it is not an MP4 file"),
}
