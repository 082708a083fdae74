"""The machine: Python, packages, folders, disk, and the bucket beside it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from core.messages import gettext_noop
from doctor.finding import Finding, broken, of_error, ok, warning

if TYPE_CHECKING:
    from packaging.requirements import Requirement

    from config import Settings

OLDEST_PYTHON = (3, 11)
REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements.txt"
_SCARCE, _TOO_LITTLE = 5 * 2**30, 2**29  # bytes: a few hundred videos, and hardly one
REINSTALL = gettext_noop(
    "Install them into .venv, and use it: ./launch_streamlit.sh --install && source .venv/bin/activate"
)


def python(found: Sequence[int] = sys.version_info[:3]) -> Finding:
    """The version of Python."""
    shown, needed = ".".join(map(str, found)), ".".join(map(str, OLDEST_PYTHON))
    if tuple(found[:2]) < OLDEST_PYTHON:
        advice = gettext_noop("Install a newer one, and name it: PYTHON=/path/to/python3 ./launch_streamlit.sh")
        return broken(
            "python",
            gettext_noop("This is Python {version}; {needed} or later is needed."),
            advice,
            version=shown,
            needed=needed,
        )
    return ok("python", gettext_noop("Python {version}"), version=shown)


def packages(file: Path = REQUIREMENTS, installed: Callable[[str], str] = version) -> Finding:
    """The installed packages against the ranges of requirements.txt."""
    missing, other, count = list[str](), list[str](), 0
    for requirement in _requirements(file):
        count += 1
        try:
            found = installed(requirement.name)
        except PackageNotFoundError:
            missing.append(requirement.name)
            continue
        if not requirement.specifier.contains(found, prereleases=True):
            other.append(f"{requirement.name} {found} ({requirement.specifier})")
    if missing:
        return broken("packages", gettext_noop("Packages are missing: {names}."), REINSTALL, names=", ".join(missing))
    if other:
        words = gettext_noop("This program was not tested with the versions of these packages: {names}.")
        return warning("packages", words, REINSTALL, names=", ".join(other))
    return ok("packages", gettext_noop("All {n} packages have the right versions."), n=count)


def _requirements(file: Path) -> Iterator[Requirement]:
    from packaging.requirements import Requirement

    for line in file.read_text(encoding="utf-8").splitlines():
        if text := line.split("#", 1)[0].strip():
            yield Requirement(text)


def folders(settings: Settings) -> list[Finding]:
    """The folders that are written to."""
    return [_output_folder(settings.output_dir), *_access(settings), _temporary_folder()]


def _access(settings: Settings) -> Iterator[Finding]:
    """Whether other accounts of the machine can read what an older version or a person has made."""
    key, others = "folder.access", 0o077 if settings.file_access == "owner" else 0o007
    places = {"OUTPUT_DIR": settings.output_dir, "DATABASE_URL": _database_file(settings)}
    found = [(name, path) for name, path in places.items() if path and path.exists()]
    names = [name for name, path in found if _is_open(path.resolve(), others)]
    if names:
        words = gettext_noop("Other accounts on this machine can read what is in {names}: prompts, pictures, videos.")
        advice = gettext_noop(
            "Stop the program, then: chmod -R {mode} FOLDER. If a group shares it on purpose: FILE_ACCESS=group"
        )
        yield warning(key, words, advice, names=", ".join(names), mode="go=" if others == 0o077 else "o=")
    elif found:
        yield ok(key, gettext_noop("No other account on this machine can read the results."))


def _database_file(settings: Settings) -> Path | None:
    """The file of an SQLite database that does not lie in OUTPUT_DIR."""
    scheme, _, path = settings.database_address.partition(":///")
    inside = Path(path).resolve().is_relative_to(settings.output_dir.resolve())
    return Path(path) if scheme == "sqlite" and not inside else None


def _is_open(path: Path, others: int) -> bool:
    """Whether accounts that these bits of a mode speak of get at it: by its own mode, and by those of all above it."""
    above = all(folder.stat().st_mode & others & 0o111 for folder in path.parents)
    return above and bool(path.stat().st_mode & others)


def _output_folder(folder: Path) -> Finding:
    """Pages call it by the name of its setting: they show no path of this machine."""
    key = "folder.output"
    if error := _not_written(key, _nearest(folder), "OUTPUT_DIR"):
        found = error
    elif not folder.exists():
        found = ok(key, gettext_noop("The results folder does not exist yet; it is created at the first start."))
    else:
        found = ok(key, gettext_noop("The results folder is writable."))
    return replace(found, measured={"folder": str(folder)})


def _temporary_folder() -> Finding:
    key = "folder.temporary"
    try:
        folder = Path(tempfile.gettempdir())
    except OSError as problem:  # none of the usual ones can be written
        words, advice = (
            gettext_noop("There is no folder for temporary files: {reason}."),
            gettext_noop("Name one with TMPDIR."),
        )
        return broken(key, words, advice, reason=problem.strerror or "")
    return _not_written(key, folder, "TMPDIR") or ok(key, gettext_noop("Temporary files can be written."))


def _not_written(key: str, folder: Path, called: str) -> Finding | None:
    """What stands in the way of writing a file there."""
    from core.errors import StorageError

    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(b"x")
            file.flush()
    except OSError as problem:
        return of_error(key, StorageError(folder=called, reason=problem.strerror or type(problem).__name__))
    return None


def bucket(settings: Settings) -> Finding:
    """Whether a small file can be written to the bucket of STORAGE_URL, read and removed."""
    from core.errors import MovaError
    from jobs.storage.choose import storage_of

    try:
        storage_of(settings).check()
    except MovaError as problem:
        return of_error("storage", problem)
    return ok("storage", gettext_noop("Files can be written to the bucket of STORAGE_URL, read and removed."))


def disk(settings: Settings) -> Finding:
    """The space left for results."""
    free = shutil.disk_usage(_nearest(settings.output_dir)).free
    gigabytes, advice = (
        f"{free / 2**30:.1f}",
        gettext_noop("Free some space, or choose another folder with OUTPUT_DIR."),
    )
    if free < _TOO_LITTLE:
        return broken(
            "disk",
            gettext_noop("Only {gigabytes} GB are free for results: too little to continue."),
            advice,
            gigabytes=gigabytes,
        )
    if free < _SCARCE:
        return warning("disk", gettext_noop("Only {gigabytes} GB are free for results."), advice, gigabytes=gigabytes)
    return ok("disk", gettext_noop("{gigabytes} GB are free for results."), gigabytes=gigabytes)


def _nearest(folder: Path) -> Path:
    """The folder, or the first one above it that is there."""
    return next(one for one in (folder.resolve(), *folder.resolve().parents) if one.exists())
