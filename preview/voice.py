"""A scratch voice: lines said by espeak-ng where it is installed. It never fails: without it there is silence."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import wave
from functools import lru_cache

import numpy as np

from preview.sound import SAMPLE_RATE, Samples
from storyboard.script import Line, language_of

_PROGRAM = "espeak-ng"
_LIMIT_SECONDS, _LIMIT_CHARACTERS = 8, 600
_LANGUAGES = {"zh": "cmn", "en": "en-us"}
_VARIANTS = {"woman": "f3", "man": "m3"}
_LOUDNESS = 0.5  # of full scale at the loudest sample


@lru_cache(maxsize=1)
def speaker() -> str | None:
    """The voice's name and version, such as ``espeak-ng 1.51``; None where it is not installed or does not run."""
    said = _run("--version")
    version = re.search(rb"\d+(?:\.\d+)+", said or b"")
    return f"{_PROGRAM} {version[0].decode()}" if version else None


def spoken(line: Line) -> Samples | None:
    """A line as mono samples at 48 kHz, in the language of its letters; None where it could not be said.

    The words go in by standard input, so that they are never an option, a file or markup.
    """
    if speaker() is None:
        return None
    tag = language_of(line.words)
    voice = f"{_LANGUAGES.get(tag, tag)}+{_VARIANTS[line.voice]}"
    said = _run("-v", voice, "-s", "165", "-b", "1", "--stdin", "--stdout", words=line.words[:_LIMIT_CHARACTERS])
    try:
        with wave.open(io.BytesIO(said or b"")) as file:
            rate, data = file.getframerate(), file.readframes(file.getnframes())
    except (wave.Error, EOFError):
        return None
    return _resampled(np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float32), rate)


def _run(*arguments: str, words: str = "") -> bytes | None:
    """What the program writes; None where it is missing, fails, or takes too long. It sees no setting of ours."""
    program = shutil.which(_PROGRAM)
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, *arguments],
            input=words.encode(errors="replace"),
            capture_output=True,
            timeout=_LIMIT_SECONDS,
            check=True,
            env={"PATH": os.defpath},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def _resampled(samples: Samples, rate: int) -> Samples | None:
    loudest = float(np.abs(samples).max(initial=0))
    if not loudest or not rate:
        return None
    count = round(len(samples) * SAMPLE_RATE / rate)
    at = np.arange(count) * (rate / SAMPLE_RATE)
    said: Samples = (np.interp(at, np.arange(len(samples)), samples) * (_LOUDNESS / loudest)).astype(np.float32)
    return said
