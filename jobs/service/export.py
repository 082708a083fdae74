"""A run as one zip file: its video, its first frame, its texts, ``job.json`` and the originals.

``write_zip`` makes such a file on the disk (``workflow.py export``), ``zip_stream`` while it is sent.
Each run is a folder of its own inside, under its job's id. What is in a run's folder holds no owner, no path and no
key; what was only derived from it (hidden files, joined and labelled copies) stays out.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from core.errors import storage_error
from core.files import atomic_file
from record.folder import LIGHT, POSTER, VIDEO

JOINED = "joined-"  # a chain's joined film begins so; it lies in the folder of the chain's last shot
CUT = "film-"  # so does a film, in the folder of its last take
LABELLED = "video-labelled.mp4"
_SHRINKS = (".json", ".txt")  # pictures and videos are as small as they get


def run_files(folder: Path) -> list[Path]:
    """The files of a run that go with it, by name; links and what is derived are none of them."""
    found = (path for path in folder.glob("*") if path.is_file() and not path.is_symlink())
    return sorted(path for path in found if not is_derived(path.name))


def is_derived(name: str) -> bool:
    """Whether a file can be made again from the others of its run, or is only half written."""
    return name.startswith((".", JOINED, CUT)) or name in (LABELLED, POSTER, LIGHT)


def write_zip(folders: Iterable[Path], target: Path, *, labelled: Mapping[Path, Path] | None = None) -> Path:
    """Write the runs in ``folders`` (each ``OUTPUT_DIR/<job id>``) to ``target``, whole or not at all.

    Args:
        labelled: for a run's folder the copy of its video that goes in the video's place, under its own name.

    Raises:
        StorageError: the target cannot be written, or a file cannot be read.
    """
    try:
        with atomic_file(target) as part, zipfile.ZipFile(part, "w", strict_timestamps=False) as archive:
            for folder in folders:
                _add(archive, folder, (labelled or {}).get(folder))
    except OSError as problem:
        raise storage_error(target.parent, problem) from None
    return target


def _add(archive: zipfile.ZipFile, folder: Path, labelled: Path | None) -> None:
    for path in run_files(folder):
        kind = zipfile.ZIP_DEFLATED if path.suffix in _SHRINKS else zipfile.ZIP_STORED
        if path.name == VIDEO and labelled is not None:
            archive.write(labelled, f"{folder.name}/{labelled.name}", zipfile.ZIP_STORED)
        else:
            archive.write(path, f"{folder.name}/{path.name}", kind)


def zip_stream(folders: Iterable[Path]) -> Iterator[bytes]:
    """The bytes of such a ZIP, made while it is sent: neither the memory nor the disk holds it.

    Videos and pictures are compressed already, so nothing is compressed again. What is deleted meanwhile is left out.
    """
    from zipstream import ZipStream

    archive = ZipStream()
    for folder in folders:
        for file in run_files(folder):
            with suppress(FileNotFoundError):
                archive.add_path(file, f"{folder.name}/{file.name}", recurse=False)
                yield from archive.all_files()
    yield from archive.finalize()
