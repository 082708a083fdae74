"""A look at a finished video for what goes wrong with MOVA: one flat colour, a frozen picture, no sound or clipped.

White first frames end in one flat colour about four times in ten (OpenMOSS/MOVA, issue 38). Nothing is judged that is
a matter of taste: a finding means that hardly anybody can want this film. Measured on a cut-down picture, whose cells
average the noise of compression away.

It sees the frames that the check of the file decodes anyway: a film is decoded once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from media.film_sound import FrameSound
from media.findings import Finding
from media.loudness import RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.render_settings import RenderSettings
    from media.loudness import Sound
    from media.videos import VideoFacts

_EVERY = 4  # of so many frames one is looked at: six a second
_CELL = 8  # pixels of a side
_FLAT_RANGE = 16.0  # of 255, between the darkest and the brightest cell of a channel; real pictures have 100 and more
_FLAT_SHARE = 0.9  # of the frames looked at: a fade from or to one colour is no failure
_STILL = 8.0  # of 255, the most that one cell may change; compression and grain change 7, six white pixels that move 11
_STILL_SHARE = 0.9
_WINDOW = 4_800  # samples, 0.1 s
_AT_ONCE = 10 * RATE  # samples, so that the longest film takes no more memory than ten seconds
_SILENT = 0.001  # the loudest window's root mean square: -60 dB; a whisper recorded low has -45
_CEILING = 0.95  # AAC rounds flat tops; a loud mix has a hundredth of its samples up there, one 12 dB too loud a sixth
_CLIPPED_WINDOW = 0.1
_CLIPPED_SHARE = 0.08  # of the windows that are not silent
_TOLERANCE = 0.25  # seconds, as media.videos has it


@dataclass
class _Picture:
    """What the frames so far have in common; ``frames`` are those that were looked at."""

    passed: int = 0
    frames: int = 0
    flat: int = 0
    still: int = 0
    longest_still: int = 0
    scaler: VideoReformatter = field(default_factory=VideoReformatter)
    first: NDArray[np.int16] | None = None

    def add(self, frame: VideoFrame) -> None:
        self.passed += 1
        if self.passed % _EVERY == 1:
            self._look_at(_cells(frame, self.scaler))

    def _look_at(self, cells: NDArray[np.int16]) -> None:
        self.frames += 1
        self.flat += bool(np.all(np.ptp(cells, axis=(0, 1)) < _FLAT_RANGE))
        if self.first is None or np.abs(cells - self.first).max() > _STILL:
            self.first, self.still = cells, 0
        self.still += 1
        self.longest_still = max(self.longest_still, self.still)

    @property
    def finding(self) -> tuple[Finding, ...]:
        if self.flat >= _FLAT_SHARE * self.frames:
            return ("flat_colour",)
        return ("frozen",) if self.longest_still >= _STILL_SHARE * self.frames else ()


@dataclass
class _Sound:
    """Of each tenth of a second: how loud it is, and how much of it is at the ceiling in one channel or another."""

    frames: FrameSound = field(default_factory=FrameSound)
    parts: list[Sound] = field(default_factory=list)  # that wait until they are enough
    waiting: int = 0  # samples in them
    loudness: list[float] = field(default_factory=list)
    at_ceiling: list[float] = field(default_factory=list)

    def add(self, frame: AudioFrame) -> None:
        self.frames.add(frame)
        self._take(self.frames.taken())
        if self.waiting >= _AT_ONCE:
            self._listen_to_windows()

    def _take(self, parts: list[Sound]) -> None:
        self.parts += parts
        self.waiting += sum(part.shape[1] for part in parts)

    def _listen_to_windows(self) -> None:
        """All whole windows in one go: an array for each of them would take longer than the looking."""
        samples = np.concatenate(self.parts, axis=1)
        whole = samples.shape[1] // _WINDOW * _WINDOW
        self._listen(samples[:, :whole], _WINDOW)
        self.parts, self.waiting = [samples[:, whole:]], samples.shape[1] - whole

    def _listen(self, samples: Sound, window: int) -> None:
        middle = samples.mean(axis=0).reshape(-1, window)
        loudest = np.abs(samples).max(axis=0).reshape(-1, window)
        self.loudness += np.sqrt(np.mean(np.square(middle, dtype=np.float64), axis=1)).tolist()
        self.at_ceiling += np.mean(loudest >= _CEILING, axis=1).tolist()

    @property
    def finding(self) -> tuple[Finding, ...]:
        self._take(self.frames.rest())
        if self.waiting:
            self._listen_to_windows()
        if self.waiting:
            self._listen(self.parts[0], self.waiting)
        heard = [ceiling for loud, ceiling in zip(self.loudness, self.at_ceiling, strict=True) if loud > _SILENT]
        if not heard:
            return ("silent",)
        clipped = sum(ceiling > _CLIPPED_WINDOW for ceiling in heard)
        return ("clipped",) if clipped > _CLIPPED_SHARE * len(heard) else ()


class QualityCheck:
    """Shown every frame of a film in its order, pictures and sound; a fault in looking is nobody else's."""

    def __init__(self) -> None:
        self._picture, self._sound, self._failed = _Picture(), _Sound(), False

    def add(self, frame: VideoFrame | AudioFrame) -> None:
        """See or hear one frame."""
        if self._failed:
            return
        try:
            if isinstance(frame, VideoFrame):
                self._picture.add(frame)
            else:
                self._sound.add(frame)
        except (av.FFmpegError, OSError, ValueError):
            self._failed = True

    def findings(self, facts: VideoFacts, asked: RenderSettings) -> tuple[Finding, ...] | None:
        """What looks failed, asked for once, after the last frame; None where the look itself failed."""
        if self._failed:
            return None
        try:
            return (*self._picture.finding, *self._sound.finding, *_measures(facts, asked))
        except (av.FFmpegError, OSError, ValueError):  # in the last of the sound
            return None


def _measures(facts: VideoFacts, asked: RenderSettings) -> tuple[Finding, ...]:
    found: list[Finding] = []
    if facts.sound_seconds is not None and abs(facts.sound_seconds - facts.seconds) > _TOLERANCE:
        found.append("lengths_differ")
    if facts.num_frames < asked.num_frames:
        found.append("frames_missing")
    return tuple(found)


def _cells(frame: VideoFrame, scaler: VideoReformatter) -> NDArray[np.int16]:
    """The frame as red, green and blue of its cells; threads would cost more than they spare."""
    width, height = max(1, frame.width // _CELL), max(1, frame.height // _CELL)
    small = scaler.reformat(frame, width=width, height=height, format="rgb24", interpolation="AREA", threads=1)
    return small.to_ndarray().astype(np.int16)
