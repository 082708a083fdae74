"""What is printed gets out in any encoding, and a stream that fails ends nothing."""

from __future__ import annotations

import errno
import io
import sys

import pytest

from core import output as terminal


class Full(io.RawIOBase):
    """A disk without space."""

    def __init__(self, number: int) -> None:
        self.number, self.tries = number, 0

    def writable(self) -> bool:
        return True

    def write(self, _data: object) -> int:
        self.tries += 1
        raise OSError(self.number, "No space left on device")


def streams(monkeypatch: pytest.MonkeyPatch, out: io.RawIOBase | io.BytesIO, encoding: str = "utf-8") -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding=encoding))  # type: ignore[type-var]
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    terminal.prepare()


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "✓ 猫 → 1·2 é…"),
        ("gbk", "+ 猫 → 1·2 é…"),
        ("cp1252", "+ \\u732b -> 1·2 é…"),
        ("ascii", "+ \\u732b -> 1-2 \\xe9..."),
    ],
)
def test_what_an_encoding_lacks_is_shown_in_other_signs(
    monkeypatch: pytest.MonkeyPatch, encoding: str, shown: str
) -> None:
    out = io.BytesIO()
    streams(monkeypatch, out, encoding)
    print("✓ 猫 → 1·2 é…")
    assert out.getvalue().decode(encoding) == f"{shown}\n"
    assert terminal.lost() is None


def test_bytes_that_are_no_text_are_shown_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    streams(monkeypatch, out)
    print(b"a\xe9.png".decode("utf-8", "surrogateescape"))
    assert out.getvalue() == b"a\\xe9.png\n"
    assert terminal.escaped("猫\udce9") == "\\u732b\\xe9"


@pytest.mark.parametrize(
    ("number", "reason"), [(errno.ENOSPC, "No space left on device"), (errno.EPIPE, None)], ids=["full", "reader gone"]
)
def test_a_stream_that_fails_is_tried_once_and_told_of(
    monkeypatch: pytest.MonkeyPatch, number: int, reason: str | None
) -> None:
    out = Full(number)
    streams(monkeypatch, out)
    for _ in range(3):
        print("a line", flush=True)
    assert (terminal.lost(), out.tries) == (reason, 1)


def test_a_closed_stream_takes_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    terminal.prepare()
    print("a line")
    print("another", file=sys.stderr)
    assert terminal.lost() is None


def test_chinese_is_spoken_where_it_can_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.translations import shown_here

    said = {}
    for encoding in ("utf-8", "gbk", "cp932", "ascii"):
        streams(monkeypatch, io.BytesIO(), encoding)
        said[encoding] = shown_here("zh_CN")("no jobs")
    assert said == {"utf-8": "没有任务", "gbk": "没有任务", "cp932": "no jobs", "ascii": "no jobs"}
