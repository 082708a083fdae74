"""What a report needs of a film's frames, kept on the way while something else decodes it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import av
from av.video.frame import VideoFrame

from listening.sound import TakeSound
from media.film_sound import FrameSound
from media.last_frame import LAST_FRAMES, ending_in

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame

    from media.last_frame import Ending


@dataclass
class TakeFrames:
    """Shown every frame of a film in its order; a fault in keeping them is nobody else's: then the file is read."""

    _last: deque[VideoFrame] = field(default_factory=lambda: deque(maxlen=LAST_FRAMES))
    _sound: FrameSound = field(default_factory=FrameSound)
    failed: bool = False

    def add(self, frame: VideoFrame | AudioFrame) -> None:
        """Keep what is needed of one frame."""
        if self.failed:
            return
        if isinstance(frame, VideoFrame):
            self._last.append(frame)
            return
        try:
            self._sound.add(frame)
        except (av.FFmpegError, OSError, ValueError):
            self.failed = True

    def ending(self) -> Ending:
        """How the film ends; asked for after the last frame."""
        return ending_in(self._last)

    def sound(self) -> TakeSound:
        """All of its sound; asked for once, after the last frame."""
        return TakeSound.joined(self._sound.rest())
