"""The machine: Python, packages, folders, disk."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from doctor.finding import Finding, broken, of_error, ok, warning
from notes import N_

if TYPE_CHECKING:
    from packaging.requirements import Requirement

    from config import Settings

OLDEST_PYTHON = (3, 11)
REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements.txt"
_SCARCE, _TOO_LITTLE = 5 * 2**30, 2**29  # bytes: a few hundred videos, and hardly one
REINSTALL = N_("Install them: pip install --require-hashes -r requirements.lock")


def python(found: Sequence[int] = sys.version_info[:3]) -> Finding:
    """The version of Python."""
    shown, needed = ".".join(map(str, found)), ".".join(map(str, OLDEST_PYTHON))
    if tuple(found[:2]) < OLDEST_PYTHON:
        advice = N_("Install a newer one, and name it: PYTHON=/path/to/python3 ./launch_streamlit.sh")
        return broken(
            "python", N_("This is Python {version}; {needed} or later is needed."), advice, version=shown, needed=needed
        )
    return ok("python", N_("Python {version}"), version=shown)


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
        return broken("packages", N_("Packages are missing: {names}."), REINSTALL, names=", ".join(missing))
    if other:
        words = N_("Packages have other versions than this program is tested with: {names}.")
        return warning("packages", words, REINSTALL, names=", ".join(other))
    return ok("packages", N_("All {n} packages have the right versions."), n=count)


def _requirements(file: Path) -> Iterator[Requirement]:
    from packaging.requirements import Requirement

    for line in file.read_text(encoding="utf-8").splitlines():
        if text := line.split("#", 1)[0].strip():
            yield Requirement(text)


def folders(settings: Settings) -> list[Finding]:
    """The folders that are written to."""
    return [_output_folder(settings.output_dir), _temporary_folder()]


def _output_folder(folder: Path) -> Finding:
    """Pages call it by the name of its setting: they show no path of this machine."""
    key = "folder.output"
    if trouble := _not_written(key, _nearest(folder), "OUTPUT_DIR"):
        found = trouble
    elif not folder.exists():
        found = ok(key, N_("The folder for results is not there yet; it is made at the first start."))
    else:
        found = ok(key, N_("The folder for results can be written."))
    return replace(found, measured={"folder": str(folder)})


def _temporary_folder() -> Finding:
    key = "folder.temporary"
    try:
        folder = Path(tempfile.gettempdir())
    except OSError as problem:  # none of the usual ones can be written
        words, advice = N_("There is no folder for temporary files: {reason}."), N_("Name one with TMPDIR.")
        return broken(key, words, advice, reason=problem.strerror or "")
    return _not_written(key, folder, "TMPDIR") or ok(key, N_("Temporary files can be written."))


def _not_written(key: str, folder: Path, called: str) -> Finding | None:
    """What stands in the way of writing a file there."""
    from errors import StorageError

    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(b"x")
            file.flush()
    except OSError as problem:
        return of_error(key, StorageError(folder=called, reason=problem.strerror or type(problem).__name__))
    return None


def disk(settings: Settings) -> Finding:
    """The space left for results."""
    free = shutil.disk_usage(_nearest(settings.output_dir)).free
    gigabytes, advice = f"{free / 2**30:.1f}", N_("Free some space, or choose another folder with OUTPUT_DIR.")
    if free < _TOO_LITTLE:
        return broken(
            "disk", N_("Only {gigabytes} GB are free for results: too little to go on."), advice, gigabytes=gigabytes
        )
    if free < _SCARCE:
        return warning("disk", N_("Only {gigabytes} GB are free for results."), advice, gigabytes=gigabytes)
    return ok("disk", N_("{gigabytes} GB are free for results."), gigabytes=gigabytes)


def _nearest(folder: Path) -> Path:
    """The folder, or the first one above it that is there."""
    return next(one for one in (folder.resolve(), *folder.resolve().parents) if one.exists())
