"""The animatic: a drawn scene or the first frame under a moving camera, lines as subtitles and said, in an mp4."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
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

from preview import voice
from preview.camera import move_of, view
from preview.captions import mark, sound_lines, subtitles
from preview.plan import Plan
from preview.shot import Shot, shot_of
from preview.sound import SAMPLE_RATE, SoundTrack, noises_of, sound_track
from storyboard.scene import scene_of
from storyboard.script import Line, lines, sounds

THREADS = 2  # of the encoder, whose output depends on the number, and of what draws
BT709 = 1
TITLE = "PREVIEW, not MOVA"
COMMENT = (
    "Made by the preview engine: an animatic of the first frame. MOVA rendered nothing of this. Seed {seed}. {voice}."
)


class Streams(NamedTuple):
    container: OutputContainer
    video: VideoStream
    audio: AudioStream


def render(plan: Plan, picture: Path, video: Path, progress: Callable[[int, int], None]) -> None:
    """Render ``plan`` over ``picture`` into ``video`` (mp4, H.264 yuv420p and AAC 48 kHz mono).

    The same plan and picture give the same bytes on the same machine with the same voice, which the file names.
    ``progress(done, total)`` is called after each frame; ``video`` appears whole or not at all.

    Raises:
        PictureFailed: the picture cannot be used.
    """
    part = video.with_suffix(".part")
    shot = shot_of(plan, scene_of(plan.prompt), picture)
    try:
        with av.open(part, "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as container:
            spoken = f"Voice: {voice.speaker() or 'none installed'}"
            container.metadata.update(title=TITLE, comment=COMMENT.format(seed=plan.seed, voice=spoken))
            _write(plan, shot, _streams(container, plan), progress)
        part.replace(video)
    finally:
        part.unlink(missing_ok=True)


def _streams(container: OutputContainer, plan: Plan) -> Streams:
    video = container.add_stream("libx264", rate=plan.fps, options={"preset": "veryfast", "crf": str(plan.crf)})
    video.width, video.height, video.pix_fmt = plan.width, plan.height, "yuv420p"
    context = video.codec_context
    context.thread_count = THREADS
    context.color_primaries = context.color_trc = context.colorspace = BT709
    audio = container.add_stream("aac", rate=SAMPLE_RATE, layout="mono", bit_rate=96_000)
    for stream in (video, audio):
        stream.codec_context.flags |= Flags.bitexact
    return Streams(container, video, audio)


def _write(plan: Plan, shot: Shot, streams: Streams, progress: Callable[[int, int], None]) -> None:
    """Write pictures and sound side by side, so that neither waits in memory for the other."""
    move, always = move_of(plan.prompt), mark(plan.width, plan.height)
    said, track = _heard(plan)
    size = (plan.width, plan.height)
    shown = [*subtitles(said, *size), *sound_lines(sounds(plan.prompt), *size, plan.seconds)]

    def picture(index: int) -> Image.Image:
        moment, seconds = index / max(plan.num_frames - 1, 1), index / plan.fps
        speaking = any(line.start <= seconds < line.end for line in said)
        image = shot.frame(seconds, view(move, moment, plan.seconds), speaking=speaking)
        for patch in (always, *(one.patch for one in shown if one.is_on(seconds))):
            patch.paste_on(image)
        return image

    for index, image in enumerate(_ahead(picture, plan.num_frames)):
        _write_frame(streams, image, index, plan.fps)
        start, end = (track.length * i // plan.num_frames for i in (index, index + 1))
        _write_sound(streams, track, start, end)
        progress(index + 1, plan.num_frames)
    streams.container.mux(streams.video.encode(None))
    streams.container.mux(streams.audio.encode(None))


def _ahead(picture: Callable[[int], Image.Image], count: int) -> Iterator[Image.Image]:
    """All pictures in their order; the next ones are drawn by other threads while one is encoded."""
    with ThreadPoolExecutor(THREADS) as pool:
        drawn = deque(pool.submit(picture, index) for index in range(min(THREADS + 1, count)))
        for index in range(count):
            yield drawn.popleft().result()
            if index + THREADS + 1 < count:
                drawn.append(pool.submit(picture, index + THREADS + 1))


def _heard(plan: Plan) -> tuple[list[Line], SoundTrack]:
    """The lines with their moments, and the sound: as long as the voice says them, where there is one."""
    voices = [voice.spoken(line) for line in lines(plan.prompt, plan.seconds)]
    said = lines(plan.prompt, plan.seconds, [None if one is None else len(one) / SAMPLE_RATE for one in voices])
    placed = [(round(line.start * SAMPLE_RATE), one) for line, one in zip(said, voices, strict=True) if one is not None]
    noises = noises_of(scene_of(plan.prompt))
    return said, sound_track(plan.prompt, plan.seed, plan.num_frames, plan.fps, noises=noises, voices=placed)


def _write_frame(streams: Streams, image: Image.Image, index: int, fps: int) -> None:
    frame = av.VideoFrame.from_ndarray(np.asarray(image)).reformat(format="yuv420p", dst_colorspace="ITU709")
    frame.pts, frame.time_base = index, Fraction(1, fps)
    streams.container.mux(streams.video.encode(frame))


def _write_sound(streams: Streams, track: SoundTrack, start: int, end: int) -> None:
    """Write the samples from ``start`` to ``end``; the codec cuts them into its own frames."""
    if start == end:
        return
    frame = av.AudioFrame.from_ndarray(track.samples(start, end - start).reshape(1, -1), format="fltp", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, start, Fraction(1, SAMPLE_RATE)
    streams.container.mux(streams.audio.encode(frame))
