"""Everything of some runs as one ZIP, made while it is sent: neither the memory nor the disk holds it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from jobs.export import run_files

_PIECE = 256 * 1024


class _Outbox:
    """Takes what ``zipfile`` writes, until it is handed on; it cannot seek, so nothing is rewritten later."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def bundle(folders: Iterable[Path]) -> Iterator[bytes]:
    """The bytes of a ZIP with one folder a run, named after it; what was only derived from the rest is left out.

    Videos and pictures are compressed already, so nothing is compressed again. What is deleted meanwhile is left out.
    """
    outbox = _Outbox()
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_STORED) as archive:
        for folder in folders:
            for file in run_files(folder):
                yield from _added(archive, outbox, file, f"{folder.name}/{file.name}")
    yield outbox.taken()


def _added(archive: zipfile.ZipFile, outbox: _Outbox, file: Path, name: str) -> Iterator[bytes]:
    try:
        source = file.open("rb")
        entry = zipfile.ZipInfo.from_file(file, name)
    except OSError:
        return
    with source, archive.open(entry, "w") as target:
        while piece := source.read(_PIECE):
            target.write(piece)
            yield outbox.taken()
