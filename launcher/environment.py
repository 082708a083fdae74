"""An environment of SGLang's own, ``.venv-sglang``: its packages and the app's do not go together (PyAV 16 and 18)."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from core.errors import InstallFailed, TooLittleDisk
from core.messages import gettext_noop, message
from launcher.speech import say

_HERE = Path(__file__).resolve().parent.parent
FOLDER = _HERE / ".venv-sglang"
_REQUIREMENTS = _HERE / "requirements-server.txt"
_PYTHON, _STAMP = FOLDER / "bin" / "python", FOLDER / "installed.sha256"
# Measured for SGLang 0.5.23: what lies there in the end, and at most on the way there.
_PACKAGES, _GIGABYTES, _GIGABYTES_ON_THE_WAY = 236, 11, 22
# They would send packages elsewhere than into the environment; PIP_USER=0 stands against a line in pip.conf, too.
_ELSEWHERE = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONPATH", "PYTHONHOME")


def own_program() -> str | None:
    """The command ``sglang`` of the environment; None where it was not made, or not to its end."""
    program = FOLDER / "bin" / "sglang"
    return str(program) if _STAMP.is_file() and program.is_file() else None


def install() -> None:
    """Make the environment, or bring it up to date; nothing of the system's Python is changed or needed but ``venv``.

    Raises:
        TooLittleDisk, InstallFailed.
    """
    if own_program() and _STAMP.read_text(encoding="ascii") == _wanted():
        say(message(gettext_noop("SGLang is installed in {folder}."), folder=str(FOLDER)))
        return
    _see_to_space()
    template = gettext_noop(
        "Installing SGLang and its torch into {folder}: {packages} packages, about {gigabytes} GB on the disk. "
        "This happens once and takes minutes."
    )
    say(message(template, folder=str(FOLDER), packages=_PACKAGES, gigabytes=_GIGABYTES))
    _STAMP.unlink(missing_ok=True)
    if not _has_pip():  # also where an earlier attempt was interrupted
        _run([sys.executable, "-m", "venv", str(FOLDER)])
    # Downloads are kept next to it until all are there: another attempt need not fetch them again.
    downloads, unpacked = FOLDER / "downloads", FOLDER / "tmp"
    unpacked.mkdir(exist_ok=True)
    options = ["--disable-pip-version-check", "--progress-bar", "off", "--cache-dir", str(downloads)]
    _run([str(_PYTHON), "-m", "pip", "install", *options, "-r", str(_REQUIREMENTS)], TMPDIR=str(unpacked))
    _STAMP.write_text(_wanted(), encoding="ascii")
    for folder in (downloads, unpacked):
        shutil.rmtree(folder, ignore_errors=True)
    say(message(gettext_noop("SGLang is installed in {folder}."), folder=str(FOLDER)))


def _wanted() -> str:
    return hashlib.sha256(_REQUIREMENTS.read_bytes()).hexdigest()


def _see_to_space() -> None:
    free = shutil.disk_usage(_HERE).free
    if free < _GIGABYTES_ON_THE_WAY * 10**9 and not FOLDER.exists():
        raise TooLittleDisk(folder=str(_HERE), needed=_GIGABYTES_ON_THE_WAY, free=f"{free / 10**9:.1f}")


def _has_pip() -> bool:
    command = [str(_PYTHON), "-m", "pip", "--version"]
    return _PYTHON.exists() and subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(command: Sequence[str], **variables: str) -> None:
    """Run a command whose words are for the person; stdout is kept free for programs."""
    inherited = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
    try:
        done = subprocess.run(
            command, env={**inherited, **variables, "PIP_USER": "0"}, stdout=sys.stderr.fileno(), check=False
        )
    except OSError as problem:
        raise InstallFailed(problem.strerror or "", folder=str(FOLDER)) from None
    if done.returncode:
        raise InstallFailed(folder=str(FOLDER))
