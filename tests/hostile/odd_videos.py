"""Files that a server might send as a video, and that are none, or not the one that was asked for."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

import av
import numpy as np
from PIL import Image

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


@lru_cache
def long_silence(seconds: int = 700, *, rate: int = 8_000, fragments: bool = False) -> bytes:
    """A few pictures and much silence; in fragments no header says how much."""
    file = io.BytesIO()
    options = {"movflags": "frag_keyframe+empty_moov"} if fragments else {}
    with av.open(file, "w", format="mp4", options=options) as container:
        pictures = container.add_stream("libx264", rate=24, options={"preset": "ultrafast", "tune": "zerolatency"})
        pictures.width, pictures.height, pictures.pix_fmt = 64, 64, "yuv420p"
        sound = container.add_stream("aac", rate=rate, layout="mono", bit_rate=8_000)
        shown = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24").reformat(format="yuv420p")
        for n in range(17):
            shown.pts = n
            container.mux(pictures.encode(shown))
        container.mux(pictures.encode())
        for n in range(seconds * rate // 1024):
            quiet = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            quiet.sample_rate, quiet.pts = rate, n * 1024
            container.mux(sound.encode(quiet))
        container.mux(sound.encode())
    return file.getvalue()


@lru_cache
def many_tracks(number: int = 40) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        tracks = [container.add_stream("aac", rate=48_000, layout="mono") for _ in range(number)]
        for track in tracks:
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 48_000, 0
            container.mux(track.encode(frame))
            container.mux(track.encode())
    return file.getvalue()


def promised(number: int = 0x7FFF_FFFF, table: bytes = b"stsz") -> bytes:
    """A header that promises more samples than the file could hold, for which FFmpeg would make room at once."""
    data = bytearray(right())
    place = data.index(table) + 4
    data[place + 4 : place + 12] = (1).to_bytes(4) + number.to_bytes(4)  # all of them of one byte
    return bytes(data)


def _lost_table() -> bytes:
    """A table of sizes where none belongs: FFmpeg would read it as the last track's."""
    sizes = b"\0\0\0\x14stsz" + bytes(4) + (1).to_bytes(4) + (2**31 - 1).to_bytes(4)
    return (len(sizes) + 8).to_bytes(4) + b"moof" + sizes


@lru_cache
def plain_sound(rate: int, samples: int = 3_000) -> bytes:
    """Pictures, and sound that is not compressed, as cameras write it."""
    file = io.BytesIO()
    with av.open(file, "w", format="mov") as container:
        pictures = container.add_stream("mjpeg", rate=24)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 64, "yuvj420p"
        sound = container.add_stream("pcm_s16le", rate=rate, layout="mono")
        shown = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24").reformat(format="yuvj420p")
        shown.pts = 0
        container.mux(pictures.encode(shown))
        frame = av.AudioFrame.from_ndarray(np.zeros((1, samples), np.int16), format="s16", layout="mono")
        frame.sample_rate, frame.pts = rate, 0
        container.mux(sound.encode(frame))
        container.mux(sound.encode())
        container.mux(pictures.encode())
    return file.getvalue()


@lru_cache
def growing() -> bytes:
    """Its header says 64x64; its second picture has nine million pixels."""
    file = io.BytesIO()
    with av.open(file, "w", format="mov") as container:
        track = container.add_stream("mjpeg", rate=24)
        track.width, track.height, track.pix_fmt = 64, 64, "yuvj420p"
        for number, (width, height) in enumerate(((64, 64), (4096, 2304))):
            drawn = io.BytesIO()
            Image.new("RGB", (width, height)).save(drawn, "JPEG")
            packet = av.Packet(drawn.getvalue())
            packet.stream, packet.pts, packet.dts, packet.time_base = track, number, number, Fraction(1, 24)
            packet.is_keyframe = True
            container.mux(packet)
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
    "truncated": (lambda: right()[: len(right()) // 2], "it is incomplete"),
    "without its end": (lambda: right()[:-40], "it is incomplete"),
    "scribbled": (scribbled, "damaged"),
    "sound only": (sound_only, "it has no moving pictures"),
    "Matroska": (other_container, "it is not an MP4 file"),
    "100,000 frames": (lambda: without_sound(64, 64, 100_000), "it lasts longer than 600 s"),
    "enormous": (lambda: without_sound(4_096, 2_304, 3), "its frames are 4096x2304 pixels"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "it is not an MP4 file"),
    "boxes without end": (lambda: b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x08free" * 50_000, "it"),
    "a box of 2^63 bytes": (lambda: b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x01mdat" + b"\x7f" * 8, "it is incomplete"),
    "an hour of silence": (long_silence, "it lasts longer than 600 s"),
    "silence that no header tells": (lambda: long_silence(fragments=True), "it lasts longer than 600 s"),
    "40 tracks": (many_tracks, "it has more than 32 tracks"),
    "two billion frames": (promised, "it has more than 2000000 frames"),
    "two billion frames, said elsewhere": (lambda: right() + _lost_table(), "it has more than 2000000 frames"),
    "sound of 7 Hz": (lambda: plain_sound(7), "its sound has 1 channels of 7 samples a second"),
    "pictures that grow": (growing, "it is incomplete or damaged"),
    "a packed header": (lambda: right() + b"\0\0\0\x10moov\0\0\0\x08cmov", "it is incomplete or damaged"),
    "a playlist": (lambda: b"#EXTM3U\nfile:///etc/passwd\n", "it is not an MP4 file"),
}
