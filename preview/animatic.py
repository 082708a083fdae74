"""The animatic: a camera move over the first frame, the prompt as a caption, a tone bed, in an mp4."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.container import OutputContainer
from av.video.stream import VideoStream
from PIL import Image

from preview.camera import View, move_of, view
from preview.captions import Patch, caption_pages, mark
from preview.pictures import first_frame
from preview.plan import Plan
from preview.sound import SAMPLE_RATE, ToneBed, tone_bed

OVERSIZE = 1.16  # the nearest view shows 0.86 of the frame: even then no pixel is stretched
THREADS = 2  # a fixed number: the encoder's output depends on it
BT709 = 1
TITLE = "PREVIEW, not MOVA"
COMMENT = "Made by the preview engine: an animatic of the first frame. MOVA rendered nothing of this. Seed {seed}."


class Streams(NamedTuple):
    container: OutputContainer
    video: VideoStream
    audio: AudioStream


def render(plan: Plan, picture: Path, video: Path, progress: Callable[[int, int], None]) -> None:
    """Render ``plan`` over ``picture`` into ``video`` (mp4, H.264 yuv420p and AAC 48 kHz mono).

    The same plan and picture give the same bytes on the same machine. ``progress(done, total)`` is called
    after each frame; ``video`` appears whole or not at all.

    Raises:
        PictureFailed: the picture cannot be used.
    """
    part = video.with_suffix(".part")
    frame = first_frame(picture, (plan.width, plan.height), scale=OVERSIZE)
    try:
        with av.open(part, "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as container:
            container.metadata.update(title=TITLE, comment=COMMENT.format(seed=plan.seed))
            _write(plan, frame, _streams(container, plan), progress)
        part.replace(video)
    finally:
        part.unlink(missing_ok=True)


def _streams(container: OutputContainer, plan: Plan) -> Streams:
    video = container.add_stream("libx264", rate=plan.fps, options={"preset": "veryfast", "crf": "20"})
    video.width, video.height, video.pix_fmt = plan.width, plan.height, "yuv420p"
    context = video.codec_context
    context.thread_count = THREADS
    context.color_primaries = context.color_trc = context.colorspace = BT709
    audio = container.add_stream("aac", rate=SAMPLE_RATE, layout="mono", bit_rate=96_000)
    for stream in (video, audio):
        stream.codec_context.flags |= Flags.bitexact
    return Streams(container, video, audio)


def _write(plan: Plan, picture: Image.Image, streams: Streams, progress: Callable[[int, int], None]) -> None:
    """Write pictures and sound side by side, so that neither waits in memory for the other."""
    move = move_of(plan.prompt)
    pages = caption_pages(plan.prompt, plan.width, plan.height, plan.seconds)
    always = mark(plan.width, plan.height)
    bed = tone_bed(plan.prompt, plan.seed, plan.num_frames, plan.fps)
    for index in range(plan.num_frames):
        moment = index / max(plan.num_frames - 1, 1)
        page = pages[len(pages) * index // plan.num_frames :][:1]
        image = _seen(picture, view(move, moment, plan.seconds), (plan.width, plan.height), [always, *page])
        _write_frame(streams, image, index, plan.fps)
        start, end = (bed.length * i // plan.num_frames for i in (index, index + 1))
        _write_sound(streams, bed, start, end)
        progress(index + 1, plan.num_frames)
    streams.container.mux(streams.video.encode(None))
    streams.container.mux(streams.audio.encode(None))


def _seen(picture: Image.Image, seen: View, size: tuple[int, int], patches: list[Patch]) -> Image.Image:
    left, top = seen.left * picture.width, seen.top * picture.height
    box = (left, top, left + seen.scale * picture.width, top + seen.scale * picture.height)
    image = picture.resize(size, Image.Resampling.BILINEAR, box=box)
    for patch in patches:
        patch.paste_on(image)
    return image


def _write_frame(streams: Streams, image: Image.Image, index: int, fps: int) -> None:
    frame = av.VideoFrame.from_ndarray(np.asarray(image)).reformat(format="yuv420p", dst_colorspace="ITU709")
    frame.pts, frame.time_base = index, Fraction(1, fps)
    streams.container.mux(streams.video.encode(frame))


def _write_sound(streams: Streams, bed: ToneBed, start: int, end: int) -> None:
    """Write the samples from ``start`` to ``end``; the codec cuts them into its own frames."""
    if start == end:
        return
    frame = av.AudioFrame.from_ndarray(bed.samples(start, end - start).reshape(1, -1), format="fltp", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, start, Fraction(1, SAMPLE_RATE)
    streams.container.mux(streams.audio.encode(frame))
