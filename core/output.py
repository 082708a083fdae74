"""Standard output and error as they are: in any encoding, on a full disk, closed. Printing never ends a run."""

from __future__ import annotations

import codecs
import io
import sys
import time
from typing import Any

# What our own sentences hold besides letters, for encodings that lack it.
_SIGNS = {"✓": "+", "✗": "x", "→": "->", "·": "-", "•": "*", "×": "x", "…": "...", "—": "-", "–": "-", "−": "-"}
_QUOTES = {"“": '"', "”": '"', "‘": "'", "’": "'", "\u00a0": " "}
_PLAIN = {**_SIGNS, **_QUOTES}
_HANDLER = "mova-plain"


def prepare() -> None:
    """Have stdout and stderr take all that is printed: in other signs where they lack one, unheard where they fail."""
    codecs.register_error(_HANDLER, _in_plain_signs)
    for name in ("stdout", "stderr"):
        setattr(sys, name, _prepared(getattr(sys, name)))


def lost() -> str | None:
    """Why something that was printed on stdout did not get there; None also where its reader went on purpose."""
    sys.stdout.flush()
    problem = sys.stdout.buffer.problem if isinstance(sys.stdout.buffer, _Sink) else None
    return None if problem is None or isinstance(problem, BrokenPipeError) else problem.strerror or "?"


def shows(text: str) -> bool:
    """Whether the terminal's encoding has all of these letters."""
    try:
        text.encode(getattr(sys.stderr, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def escaped(text: str) -> str:
    """Text in which bytes and characters that cannot be written stand as ``\\xe9`` and ``\\u732b``."""
    return "".join(map(_escaped, text))


def _escaped(letter: str) -> str:
    if "\udc80" <= letter <= "\udcff":  # a byte that was no text, as the system hands it over
        return f"\\x{ord(letter) - 0xDC00:02x}"
    return letter.encode("ascii", "backslashreplace").decode()


def _in_plain_signs(problem: UnicodeError) -> tuple[str, int]:
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    letters = problem.object[problem.start : problem.end]
    return "".join(_PLAIN.get(letter) or _escaped(letter) for letter in letters), problem.end


class _Sink(io.RawIOBase):
    """Bytes on their way out. The first failure is kept, and what comes after it is dropped."""

    def __init__(self, file: Any, owner: Any = None) -> None:
        self._file = file
        self._owner = owner  # closes the file when nobody holds it any more
        self.problem: OSError | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        rest = memoryview(data)
        try:
            while rest and self.problem is None:
                written = self._file.write(rest)
                if written is None:  # a terminal that another program has set not to block
                    time.sleep(0.01)
                rest = rest[written or 0 :]
        except OSError as problem:
            self.problem = problem
        return len(data)

    def fileno(self) -> int:
        return int(self._file.fileno())

    def isatty(self) -> bool:
        return bool(self._file.isatty())


def _prepared(stream: Any) -> io.TextIOWrapper:
    if stream is None:  # closed by who called us
        return _wrapped(_Sink(io.BytesIO()), "utf-8")
    if isinstance(stream.buffer, _Sink):
        return stream  # type: ignore[no-any-return]
    stream.flush()
    # Past the buffer: what could not be written must not be tried once more when Python ends.
    return _wrapped(_Sink(getattr(stream.buffer, "raw", stream.buffer), stream), stream.encoding)


def _wrapped(sink: _Sink, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(sink, encoding=encoding, errors=_HANDLER, line_buffering=True)  # type: ignore[arg-type]
