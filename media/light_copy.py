"""A small copy of a video for pages and slow lines: the same pictures at a lower quality, the same sound."""

from __future__ import annotations

from pathlib import Path

from media.recoding import recode

# Bits a second from which a video is worth a copy: at crf 5 noise took 3.4 million, MOVA's public sample takes 0.4.
_HEAVY = 1_000_000


def is_heavy(size: int, seconds: float) -> bool:
    """Whether a video of so many bytes and seconds is worth a light copy."""
    return size * 8 > _HEAVY * max(seconds, 1.0)


def write_light(source: Path, target: Path) -> None:
    """Write the copy; raises as ``recode``."""
    recode(
        source,
        target,
        x264={"preset": "veryfast", "crf": "26"},
        change=lambda frame: frame.reformat(format="yuv420p"),
    )
