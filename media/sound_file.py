"""The sound of a video as a file of its own, for editors that take a sound apart from its picture."""

from __future__ import annotations

import io
from pathlib import Path

import av

from core.errors import VideoUnplayable
from core.messages import gettext_noop
from media.opened import opened, sound_track


def sound_alone(path: Path) -> bytes:
    """The video's sound in an m4a file, as it was encoded; it begins with the picture.

    Raises:
        FileMissing, VideoUnplayable: it cannot be read, or has no sound.
    """
    target = io.BytesIO()
    with opened(path) as container:
        track = sound_track(container)
        if track is None:
            raise VideoUnplayable(reason=gettext_noop("it has no sound"))
        with av.open(target, "w", format="ipod") as alone:
            copy = alone.add_stream_from_template(track)
            for packet in container.demux(track):
                if packet.dts is not None:
                    packet.stream = copy
                    alone.mux(packet)
    return target.getvalue()
