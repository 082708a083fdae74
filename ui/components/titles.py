"""A short name for a job, out of its text."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import accumulate, takewhile
from unicodedata import east_asian_width

_NOT_IN_NAMES = re.compile(r"[^\w]+")
_IN_NAMES = 40


def short(text: str, room: int) -> str:
    """The beginning of a text in one line; a Chinese sign is as wide as two letters."""
    line = " ".join(text.split())
    used = accumulate(2 if east_asian_width(letter) in "WF" else 1 for letter in line)
    fits = sum(1 for _width in takewhile(lambda width: width <= room, used))
    return line if fits == len(line) else f"{line[:fits].rstrip()}…"


def file_name(job_id: str, text: str, suffix: str) -> str:
    """A name to keep a job's file under: ``mova-20261124-101530-4f9c2a-a-ginger-cat.mp4``. No sign of it is special."""
    words = _NOT_IN_NAMES.sub("-", short(text, _IN_NAMES)).strip("-_")
    return f"mova-{job_id}{f'-{words}' if words else ''}.{suffix}"


def bundle_name(count: int, at: datetime) -> str:
    """A name for a ZIP of several."""
    return f"mova-{count}-{at:%Y%m%d-%H%M%S}.zip"
