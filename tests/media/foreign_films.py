"""Films as phones and cameras write them: turned by the file, with pixels that are not square, long, or in MOV."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def foreign(
    folder: Path,
    *,
    size: tuple[int, int] = (320, 240),
    turned: int = 0,
    num_frames: int = 12,
    fps: int = 12,
    wide: Fraction = Fraction(1),
    name: str = "clip.mp4",
) -> bytes:
    """Grey frames, then one whose upper left quarter is red; ``turned`` counterclockwise when it is shown."""
    path = folder / name
    with av.open(str(path), "w") as container:
        track = container.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "crf": "10"})
        track.width, track.height, track.pix_fmt = *size, "yuv420p"
        track.codec_context.sample_aspect_ratio = wide
        if turned:
            track.set_display_rotation(turned)
        pixels = np.full((size[1], size[0], 3), 120, np.uint8)
        for number in range(num_frames):
            if number == num_frames - 1:
                pixels[: size[1] // 2, : size[0] // 2] = (230, 20, 20)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(track.encode(frame))
        container.mux(track.encode())
    return path.read_bytes()
