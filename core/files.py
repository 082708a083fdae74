"""Writing files: whole or not at all, and for a person checked before anything is paid for."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

from core.errors import NameTooLong, StorageError, storage_error
from core.messages import gettext_noop

MEDIA_TYPES = {
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}  # of the files in a job's folder, by their endings
_SHOWN = 60
_OF_NAME = 40  # characters of a file's name in that of its temporary file, which fits wherever the name itself does


@contextmanager
def temporary_file(target: Path) -> Iterator[Path]:
    """A temporary path in the folder of ``target`` that nobody else writes to; a file left there is removed."""
    part = target.with_name(f"{_beginning(target)}{secrets.token_hex(4)}.part")
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def atomic_file(target: Path) -> Iterator[Path]:
    """A path to write to; once that is whole and on the disk, it gets the name ``target``. An error leaves nothing.

    Raises:
        OSError; FileNotFoundError too where another process has cleared the file away (``clear_parts``).
    """
    with temporary_file(target) as part:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)


def atomic_write(target: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Write a file whole or not at all; ``mode`` is what it may have at most, less what core/file_access.py forbids.

    Raises:
        OSError, as ``atomic_file``.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with atomic_file(target) as part, os.fdopen(os.open(part, flags, mode), "wb") as file:
        file.write(data)


def clear_parts(target: Path) -> None:
    """Remove what processes that were killed had begun to write of a file."""
    for left in target.parent.glob(f"{escape(_beginning(target))}*.part"):
        left.unlink(missing_ok=True)


def _beginning(target: Path) -> str:
    return f".{target.name.lstrip('.')[:_OF_NAME]}."


def ready(output: Path, *beside: str) -> Path:
    """Make the folder of a file and see that it can be written, before anything is paid for.

    Args:
        beside: what else will be written, such as ``first_frame_original.jpg``: its name must fit, too.

    Raises:
        StorageError, NameTooLong.
    """
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise storage_error(output.parent, problem) from problem
    for name in (output.name, *beside):
        try:
            (output.parent / name).lstat()
        except FileNotFoundError:
            continue
        except OSError as problem:
            if problem.errno == errno.ENAMETOOLONG:
                raise NameTooLong(name=name[:_SHOWN], bytes=len(os.fsencode(name))) from problem
            raise storage_error(output.parent, problem) from problem
    if output.is_dir() or not os.access(output.parent, os.W_OK):
        reason = gettext_noop("it is a folder") if output.is_dir() else gettext_noop("read-only")
        raise StorageError(folder=str(output.parent), reason=reason)
    return output


def write(output: Path, content: str | bytes) -> None:
    """Write a file.

    Raises:
        StorageError.
    """
    try:
        output.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as problem:
        raise storage_error(output.parent, problem) from problem
