"""The results as a table in plain Markdown; the JSON beside it has more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.messages import gettext_noop
from launcher.speech import terminal_translator
from launcher.tune.likeness import DIFFERENT, NOISE, SAME

FAILED = "failed"
WORDS = {
    SAME: gettext_noop("the same"),
    NOISE: gettext_noop("within numeric noise"),
    DIFFERENT: gettext_noop("different: look"),
    FAILED: gettext_noop("failed: {reason}"),
}
_COLUMNS = (
    gettext_noop("set"),
    gettext_noop("s a clip"),
    gettext_noop("encoding"),
    gettext_noop("denoising"),
    gettext_noop("decoding"),
    gettext_noop("s a step"),
    gettext_noop("peak GB"),
    gettext_noop("PSNR dB"),
    gettext_noop("SSIM"),
    gettext_noop("sound dB"),
    gettext_noop("against the baseline"),
)


def table(rows: Sequence[dict[str, Any]]) -> str:
    """One row a set, the fastest first, those that failed last; ``rows`` are as the JSON has them."""
    translate = terminal_translator()
    ordered = sorted(rows, key=lambda row: (row["verdict"] in ("", FAILED), row.get("seconds") or 0.0))
    cells = [[translate(name) for name in _COLUMNS], *(_cells(row) for row in ordered)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    lines = ["| " + " | ".join(map(_padded, row, widths)) + " |" for row in cells]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def _cells(row: dict[str, Any]) -> list[str]:
    stages, likeness = row.get("stages") or {}, row.get("likeness") or {}
    numbers = (
        (row.get("seconds"), 1),
        *((stages.get(stage), 1) for stage in ("encoding", "denoising", "decoding")),
        (row.get("step_seconds"), 3),
        (row.get("peak_gb"), 1),
        (likeness.get("psnr"), 1),
        (likeness.get("ssim"), 3),
        (likeness.get("sound"), 2),
    )
    shown = ["" if value is None else f"{value:.{digits}f}" for value, digits in numbers]
    words = terminal_translator()(WORDS.get(row["verdict"], ""))
    reason = " ".join(str(row.get("reason", "")).split())[:120].replace("|", "/")
    return [row["name"], *shown, words.replace("{reason}", reason)]


def _width(text: str) -> int:
    """In columns of a terminal: a Chinese character takes two."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
