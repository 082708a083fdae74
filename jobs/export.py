"""A run as one zip file: its video, its first frame, its texts, ``job.json`` and the originals.

``write_zip`` makes such a file on the disk (``workflow.py export``), jobs/bundle.py while it is sent (the library).
Each run is a folder of its own inside, under its job's id. What is in a run's folder holds no owner, no path and no
key; what was only derived from it (hidden files, joined and labelled copies) stays out.
"""

from __future__ import annotations

import secrets
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from errors import storage_error
from record.folder import POSTER, VIDEO

JOINED = "joined-"  # a chain's joined film begins so; it lies in the folder of the chain's last shot
LABELLED = "video-labelled.mp4"
_SHRINKS = (".json", ".txt")  # pictures and videos are as small as they get


def run_files(folder: Path) -> list[Path]:
    """The files of a run that go with it, by name; links and what is derived are none of them."""
    found = (path for path in folder.glob("*") if path.is_file() and not path.is_symlink())
    return sorted(path for path in found if not is_derived(path.name))


def is_derived(name: str) -> bool:
    """Whether a file can be made again from the others of its run, or is only half written."""
    return name.startswith((".", JOINED)) or name in (LABELLED, POSTER)


def write_zip(folders: Iterable[Path], target: Path, *, labelled: Mapping[Path, Path] | None = None) -> Path:
    """Write the runs in ``folders`` (each ``OUTPUT_DIR/<job id>``) to ``target``, whole or not at all.

    Args:
        labelled: for a run's folder the copy of its video with a visible label, which goes in the video's place.

    Raises:
        StorageError: the target cannot be written, or a file cannot be read.
    """
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with zipfile.ZipFile(part, "w", strict_timestamps=False) as archive:
            for folder in folders:
                _add(archive, folder, (labelled or {}).get(folder))
        part.replace(target)
    except OSError as problem:
        raise storage_error(target.parent, problem) from None
    finally:
        part.unlink(missing_ok=True)
    return target


def _add(archive: zipfile.ZipFile, folder: Path, labelled: Path | None) -> None:
    for path in run_files(folder):
        kind = zipfile.ZIP_DEFLATED if path.suffix in _SHRINKS else zipfile.ZIP_STORED
        if path.name == VIDEO and labelled is not None:
            archive.write(labelled, f"{folder.name}/{LABELLED}", zipfile.ZIP_STORED)
        else:
            archive.write(path, f"{folder.name}/{path.name}", kind)
