"""Where the files of jobs are kept for all machines: in OUTPUT_DIR itself, or in a bucket beside it.

Every name is a path below OUTPUT_DIR with slashes. What is recorded with its SHA-256 is kept as that version; a file
without one stands for itself, the last one written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from core.kept_secret import kept_secret

VERSION_LETTERS = 16  # of a SHA-256 in a key


@dataclass(frozen=True)
class Kept:
    """A file in a bucket: its ``key`` below the prefix, and for how many seconds it has been there."""

    key: str
    bytes: int
    age: float


class LocalStorage:
    """OUTPUT_DIR is all there is: what lies there is kept, on this machine or on a folder that machines share."""

    def __init__(self, root: Path, access: Literal["owner", "group"] = "owner") -> None:
        self.root, self.access = root, access

    def keep(self, name: str, sha256: str = "") -> None:
        """Make sure that every machine finds a file that was written here.

        Raises:
            StorageError: it could not be kept; it is still here.
        """

    def bring(self, name: str, sha256: str = "", size: int | None = None) -> Path | None:
        """The file on this machine, fetched where it is not here as recorded; None where there is none.

        Raises:
            StorageError: it could not be fetched.
        """
        path = self.root / name
        return path if path.is_file() else None

    def check_reach(self, name: str, sha256: str) -> None:
        """Ask for a recorded file without fetching it.

        Raises:
            StorageError: it could not be fetched now.
        """

    def is_copy(self, name: str, sha256: str) -> bool:
        """Whether a file of this machine is that recorded version."""
        return (self.root / name).is_file()

    def owe(self, name: str) -> None:
        """Have ``catch_up`` keep a file that this process need not have written itself."""

    def catch_up(self) -> None:
        """Keep what could not be kept while the storage was away.

        Raises:
            StorageError: it still is.
        """

    def sync(self, folder: str) -> None:
        """Bring a folder of small files up to date with what other machines wrote and removed.

        Raises:
            StorageError
        """

    def remove(self, name: str) -> None:
        """Remove what is kept elsewhere of a file, in all its versions.

        Raises:
            StorageError
        """

    def remove_older(self, name: str, sha256: str) -> None:
        """Remove the versions of a file that are not the recorded one.

        Raises:
            StorageError
        """

    def remove_folder(self, folder: str) -> None:
        """Remove all that is kept elsewhere of a folder.

        Raises:
            StorageError
        """

    def remove_beginning(self, beginning: str) -> None:
        """Remove what is kept elsewhere under names that begin so, such as ``JOB/.answer-``.

        Raises:
            StorageError
        """

    def kept(self, folder: str = "") -> Iterator[Kept]:
        """What is kept elsewhere; nothing where OUTPUT_DIR is all there is.

        Raises:
            StorageError
        """
        return iter(())

    def remove_key(self, key: str) -> None:
        """Remove what ``kept`` found.

        Raises:
            StorageError
        """

    def address(self, name: str, sha256: str) -> str | None:
        """A short-lived address at which a browser gets a recorded file; None: this machine sends it."""
        return None

    def secret(self, name: str) -> str:
        """A secret of the program's own, the same for all machines; made where there is none.

        Raises:
            StorageError
        """
        return kept_secret(self.root, name, self.access)

    def check(self) -> None:
        """Write, read and remove a small file.

        Raises:
            StorageError
        """


def key_of(name: str, sha256: str = "") -> str:
    """Where a file lies below the prefix."""
    path = PurePosixPath(name)
    return str(path.parent / sha256[:VERSION_LETTERS] / path.name) if sha256 else name
