"""A valid MP4 of one colour with a silent sound track, made once for each size and length."""

from __future__ import annotations

import io
from functools import lru_cache

import av
import numpy as np


@lru_cache
def tiny_video(width: int, height: int, num_frames: int, fps: int) -> bytes:
    """H.264 and AAC, 48 kHz mono."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        pictures = container.add_stream("libx264", rate=fps, options={"preset": "ultrafast"})
        pictures.width, pictures.height, pictures.pix_fmt = width, height, "yuv420p"
        sound = container.add_stream("aac", rate=48_000, layout="mono")
        white = av.VideoFrame.from_ndarray(np.full((height, width, 3), 200, np.uint8), format="rgb24")
        for n in range(num_frames):
            white.pts = n
            container.mux(pictures.encode(white))
        container.mux(pictures.encode())
        silence = np.zeros((1, 48_000 * num_frames // fps), np.float32)
        frame = av.AudioFrame.from_ndarray(silence, format="flt", layout="mono")
        frame.sample_rate = 48_000
        container.mux(sound.encode(frame))
        container.mux(sound.encode())
    return file.getvalue()
