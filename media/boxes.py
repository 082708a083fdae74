"""The boxes that an MP4 file is made of, read without FFmpeg: what a header promises is known before it is believed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_MOST_BOXES = 100_000
_DEEPEST = 10  # as FFmpeg has it
# Those that hold other boxes, and how many bytes stand before the first of them.
_HOLDERS = dict.fromkeys(
    (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"udta", b"dinf", b"mvex", b"moof", b"traf", b"wave"), 0
) | {b"meta": 4}


@dataclass(frozen=True)
class Box:
    """``start`` is where its length stands, ``content`` where what is in it begins, ``end`` one past its last byte."""

    kind: bytes
    start: int
    content: int
    end: int


def boxes(file: BinaryIO, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes side by side from ``start`` on; the last may end beyond ``end``, which means that it is cut."""
    end = file.seek(0, os.SEEK_END) if end is None else end
    for _ in range(_MOST_BOXES):
        if start >= end:
            return
        file.seek(start)
        header = file.read(16)
        length, head = int.from_bytes(header[:4]), 8
        if length == 1:  # more than 32 bits: the length comes after the box's name
            length, head = int.from_bytes(header[8:]), 16
        elif length == 0:  # to the end
            length = end - start
        if length < head or len(header) < 8:
            return
        yield Box(header[4:8], start, start + head, start + length)
        start += length


def all_boxes(file: BinaryIO) -> Iterator[Box]:
    """Every box, whichever it is in.

    Raises:
        ValueError: more of them than any film has.
    """
    left, seen = [(0, file.seek(0, os.SEEK_END), 0)], 0
    while left:
        start, end, depth = left.pop()
        for box in boxes(file, start, end):
            yield box
            if (seen := seen + 1) > _MOST_BOXES:
                raise ValueError("boxes without end")
            if box.kind in _HOLDERS and depth < _DEEPEST:
                left.append((box.content + _HOLDERS[box.kind], min(box.end, end), depth + 1))


def is_whole(file: BinaryIO, size: int) -> bool:
    """Whether the boxes end where the file ends; FFmpeg forgives a last box that is cut, and shows a mute film."""
    end = 0
    for box in boxes(file):
        end = box.end
    return end == size
