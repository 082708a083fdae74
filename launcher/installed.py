"""The SGLang that is installed: where it is, its version, and which options it knows by its own help.

``sglang serve --help`` loads torch and more: 16 to 64 s on a busy machine. What it said is kept for each version.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.errors import FolderUnusable, SGLangLacksDiffusion
from core.files import atomic_write
from launcher.command import Option
from launcher.environment import own_program
from launcher.links import is_own, make_private
from launcher.options import FILES
from launcher.passed_on import names

_KEPT_IN = FILES / "options"

_HELP_SECONDS, _VERSION_SECONDS = 300, 30
_FLAG = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")


def program() -> str | None:
    """The command ``sglang``: of the environment that ``--install`` made, else on PATH, else beside this Python."""
    beside = str(Path(sys.executable).parent)
    return own_program() or shutil.which("sglang") or shutil.which("sglang", path=beside)


def environment_of(sglang: str) -> dict[str, str]:
    """What its environment has on PATH when it is activated: SGLang calls ninja and other commands by their names."""
    return {"PATH": os.pathsep.join([str(Path(sglang).absolute().parent), os.environ.get("PATH", os.defpath)])}


@dataclass(frozen=True)
class Versions:
    """Of SGLang, and the CUDA that its torch was made for; empty where that is not known."""

    sglang: str = ""
    torch: str = ""
    cuda: str = ""


# Nothing is imported: torch alone takes seconds.
_ASK = r"""
import importlib.metadata as m, importlib.util as u, json, pathlib, re
def version(name):
    try: return m.version(name)
    except m.PackageNotFoundError: return ""
spec = u.find_spec("torch")
file = pathlib.Path(spec.origin).with_name("version.py") if spec and spec.origin else None
text = file.read_text() if file and file.is_file() else ""
cuda = re.search(r"^cuda[^=\n]*= *['\"]([\d.]+)", text, re.M)
print(json.dumps({"sglang": version("sglang"), "torch": version("torch"), "cuda": cuda[1] if cuda else ""}))
"""


@lru_cache(maxsize=4)
def versions(sglang: str) -> Versions:
    """Asks the Python that the command runs with."""
    python = python_of(Path(sglang))
    if python is None:
        return Versions()
    try:
        done = subprocess.run(
            [python, "-c", _ASK], capture_output=True, text=True, timeout=_VERSION_SECONDS, cwd="/", check=True
        )
        return Versions(**json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError):
        return Versions()


def python_of(program: Path) -> str | None:
    """The one that its first lines name, as pip and others write them, else the one beside it."""
    try:
        with program.open("rb") as file:
            head = file.read(500).decode(errors="replace")
    except OSError:
        return None
    named = re.search(r"(?<=[\s\"'!])(/[^\s\"']*/python[\d.]*)(?=[\s\"'])", head) if head.startswith("#!") else None
    beside = program.with_name("python")
    return named[1] if named else str(beside) if beside.exists() else None


def known_flags(sglang: str, version: str = "") -> frozenset[str] | None:
    """The options that it knows; None where it does not say. Kept for a version that is known.

    Raises:
        SGLangLacksDiffusion: it says that it has no part for videos.
    """
    kept = _KEPT_IN / f"{hashlib.sha256(f'{version} {sglang}'.encode()).hexdigest()[:16]}.json"
    flags = (_kept(kept) if version else None) or _asked(sglang)
    if flags and version and not kept.exists():
        with contextlib.suppress(OSError, FolderUnusable):  # it is asked again then
            _KEPT_IN.mkdir(mode=0o700, parents=True, exist_ok=True)
            make_private(_KEPT_IN)
            atomic_write(kept, json.dumps([version, sglang, sorted(flags)]).encode(), mode=0o600)
    return flags


def _kept(file: Path) -> frozenset[str] | None:
    try:
        _, _, flags = json.loads(file.read_bytes() if is_own(file.parent) else b"")
        return frozenset(map(str, flags))
    except (OSError, ValueError, TypeError):
        return None


def _asked(sglang: str) -> frozenset[str] | None:
    for more in (["--model-type", "diffusion"], []):  # the whole help loads the part for language models as well
        flags = read_help(_help_of([sglang, "serve", *more, "--help"]))
        if flags:
            return flags
    return None


def _help_of(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_HELP_SECONDS,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment_of(command[0]), "COLUMNS": "200"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def read_help(text: str) -> frozenset[str] | None:
    """The options in a help text of ``sglang serve``; None where it is none of SGLang's diffusion server."""
    if "Diffusion model support is not available" in text:
        raise SGLangLacksDiffusion
    flags = set(_FLAG.findall(text))
    # The selector of the server is not an option of the server, so its help does not have it.
    return frozenset(flags | {"--model-type"}) if {"--model-path", "--port"} <= flags else None


def kept(options: Sequence[Option], flags: frozenset[str] | None) -> tuple[list[Option], list[str]]:
    """The options that are known, and the names of those that are not."""
    if flags is None:
        return list(options), []
    return [one for one in options if one[0] in flags], [one[0] for one in options if one[0] not in flags]


def unknown(words: Sequence[str], flags: frozenset[str] | None) -> list[str]:
    """The options among a person's words that are not known, not even as the beginning of one."""
    return [name for name in names(words) if flags is not None and not any(flag.startswith(name) for flag in flags)]
