"""A preview engine as a process of ours, on a free port, that ends with us."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from core.errors import PreviewError

_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 60.0
_READY_LINE = "preview engine ready: "


@contextmanager
def preview_engine(model: str) -> Iterator[str]:
    """Run a preview engine on a free port for as long as the block lasts; yields its address.

    Raises:
        PreviewError: it did not start, with its last words.
    """
    command = [sys.executable, "-m", "preview", "--port", "0", "--model", model, "--stop-with-parent"]
    with tempfile.TemporaryFile("w+") as words:
        # A session of its own: Ctrl-C is for us to answer, and the closed pipe stops the engine.
        try:
            engine = subprocess.Popen(
                command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words, text=True,
                start_new_session=True,
            )  # fmt: skip
        except OSError as problem:
            raise PreviewError(problem.strerror or "") from None
        try:
            yield _address_of(engine, words)
        finally:
            _stop(engine)


def _address_of(engine: subprocess.Popen[str], words: TextIO) -> str:
    timer = threading.Timer(_START_SECONDS, engine.kill)
    timer.start()
    line = engine.stdout.readline() if engine.stdout else ""
    timer.cancel()
    if not line.startswith(_READY_LINE):
        raise PreviewError(_last_words(words))
    return line.removeprefix(_READY_LINE).strip()


def _last_words(words: TextIO) -> str:
    words.seek(0)
    return words.read()[-800:]


def _stop(engine: subprocess.Popen[str]) -> None:
    if engine.stdin:
        engine.stdin.close()
    try:
        engine.wait(timeout=5)
    except subprocess.TimeoutExpired:
        engine.kill()
        engine.wait()
    if engine.stdout:
        engine.stdout.close()
