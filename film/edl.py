"""What the adapter for CMX 3600 leaves out of an EDL: the sound, and where in the film its markers lie.

A shot whose sound is cut with its picture is one event of both (``B``). Where a J- or L-cut moves the sound, its
picture stands alone (``V``), and its sound is an event of its own (``A``). Events follow each other as they begin.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.render_settings import TRAINED_FPS

_EVENT = re.compile(r"(?<!\d)\d{3,}+  (\S+) +V +(\S+(?: \d+)?) +(\S+ \S+) (\S+) (\S+)")
_NAME = re.compile(r"\* (?:FROM|TO) CLIP")
_MARKER = re.compile(r"\* LOC: \S+ (.*)")


@dataclass(frozen=True)
class HeardEdit:
    """A clip of the film's sound: ``frames`` of a shot's take from ``source`` on, and where they lie in the film.

    ``alone``: otherwise than the shot's picture; ``silent``: the take has no sound.
    """

    source: int
    frames: int
    begins: int
    alone: bool
    silent: bool


@dataclass
class _Event:
    """A shot's lines: of one that is dissolved to, two and a pause; ``begins`` is its place in the film."""

    begins: str
    lines: list[tuple[str, str, str]] = field(default_factory=list)  # reel, transition, times
    comments: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """Name and path of each of its clips, as those of a clip that stands alone."""
        return [one.replace("* TO ", "* FROM ", 1) for one in self.comments if _NAME.match(one)]

    def text(self, number: int, channel: str) -> list[str]:
        told = [f"{number:03d}  {reel:8} {channel:5} {how:8} {times}" for reel, how, times in self.lines]
        return [*told, *self.comments]


def finished_edl(text: str, heard: Sequence[HeardEdit]) -> str:
    """The adapter's text with sound, one edit for each shot in their order, and with markers in the film's time."""
    head, pictures = _read(text.splitlines())
    events = list[tuple[str, str, _Event]]()
    for event, edit in zip(pictures, heard, strict=True):
        events.append((event.begins, "V" if edit.alone or edit.silent else "B", event))
        if edit.alone and not edit.silent and edit.frames:
            times = (edit.source, edit.source + edit.frames, edit.begins, edit.begins + edit.frames)
            told = " ".join(map(_time, times))
            sound = _Event(_time(edit.begins), [(event.lines[-1][0], "C", told)], event.names[-2:])
            events.append((sound.begins, "A", sound))
    events.sort(key=lambda one: one[0])
    found = (event.text(number, channel) for number, (_, channel, event) in enumerate(events, 1))
    return "\n".join([*head, *(line for lines in found for line in lines)]) + "\n"


def _read(lines: Sequence[str]) -> tuple[list[str], list[_Event]]:
    """What stands before the events, and these. The marker of the shot that a dissolve leaves is left away."""
    head, events, leaves = list[str](), list[_Event](), False
    for line in lines:
        if found := _EVENT.fullmatch(line.rstrip()):
            reel, how, source, begins, ends = found.groups()
            if not leaves:
                events.append(_Event(begins))
            events[-1].lines.append((reel, how, f"{source} {begins} {ends}"))
            leaves = begins == ends
        elif marker := _MARKER.fullmatch(line.rstrip()):
            event = events[-1]
            kept = [one for one in event.comments if not _MARKER.match(one)]
            event.comments = [*kept, f"* LOC: {event.begins} {marker[1]}"]
        else:
            (events[-1].comments if events else head).append(line.rstrip())
    return head, events


def _time(frames: int) -> str:
    seconds, left = divmod(frames, TRAINED_FPS)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{left:02d}"
