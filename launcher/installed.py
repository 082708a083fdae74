"""The SGLang that is installed: where it is, and which options it knows by its own ``sglang serve --help``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from errors import SGLangLacksDiffusion
from launcher.command import Option

_HELP_SECONDS = 300
_FLAG = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")


def program() -> str | None:
    """The command ``sglang``: on PATH, else beside this Python."""
    beside = str(Path(sys.executable).parent)
    return shutil.which("sglang") or shutil.which("sglang", path=beside)


def known_flags(sglang: str) -> frozenset[str] | None:
    """The options that it knows; None where it does not say.

    Raises:
        SGLangLacksDiffusion: it says that it has no part for videos.
    """
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
            env={**os.environ, "COLUMNS": "200"},
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
    named = [word.split("=", 1)[0] for word in words if word.startswith("--")]
    return [name for name in named if flags is not None and not any(flag.startswith(name) for flag in flags)]
