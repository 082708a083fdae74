"""A process that lets every regular expression of the program read texts made to cost much.

    python -m tests.hostile.patterns FROM        # prints how many there are, then of each its number and its place

Each text is half as long as the longest that a person may give, and a pattern may take CPU_SECONDS of the processor
with it. A linear one takes a small part of that, a quadratic one much more (four times that for the longest text): the
system then ends the process, and the last line says where.
"""

from __future__ import annotations

import ast
import importlib
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[2]
TEXT, CPU_SECONDS = 5_000, 0.05
NOT_OURS = ("tests/", "benchmarks/", "jobs/database/migrations/", "app.py")
# Held by a module and used to match a whole name of a file.
WHOLE = {"jobs/service/housekeeping.py": "fullmatch", "core/limits.py": "fullmatch"}
PIECES = [
    *(" ", "\n", "\t", " a", "a", "A", "0", "_", ".", "-", "a-", "a.", "a1 ", "/a", "~/", "/", "\\", ":", "a:", "://"),
    *(
        "&",
        "&a",
        "<",
        "<a",
        "<script>",
        "</",
        "*",
        "**",
        "**a",
        "*a ",
        "`",
        "```",
        "```\n",
        "#",
        "[",
        "(",
        '"',
        '"a',
        "'",
    ),
    *(
        "“",
        "“a",
        "「",
        "『",
        "«",
        "＂",
        "猫",
        "说",
        "Mr. ",
        "'a",
        " 'a",
        "the a ",
        "no a ",
        "and ",
        ", ",
        "camera slowly ",
        "it ",
    ),
    *("ly ", "lyly", "1 x", "say ", "here is a ", "1 ", "at one ", "<think>", "user@", "www.", "=", "\x00", "\u0301"),
    *("sqlite:///", '\nmsgid ""'),
]
BEFORE = [
    *("<", "说", "</", "1", "1 ", "and ", "camera ", "the ", "no ", "(", "```", "&", "&#", "a:", "/", "Here is ", "**"),
]


@lru_cache
def patterns() -> list[tuple[str, re.Pattern[str], str]]:
    """Where each is, the pattern, and how it is used: those that modules hold, and those written where they are."""
    found: dict[tuple[str, int], tuple[str, re.Pattern[str], str]] = {}
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=REPO, capture_output=True, text=True, check=True)  # noqa: S607
    for name in listed.stdout.split():
        if name.startswith(NOT_OURS):
            continue
        for pattern, use in [*_written(name), *([] if _has_effects(name) else _held(name))]:
            found.setdefault((pattern.pattern, pattern.flags), (name, pattern, WHOLE.get(name, use)))
    return list(found.values())


def _has_effects(name: str) -> bool:
    """Pages and programs do something as soon as they are imported."""
    return name.endswith("__main__.py") or (name.startswith("ui/") and "/components/" not in name)


def _held(name: str) -> Iterator[tuple[re.Pattern[str], str]]:
    module = importlib.import_module(name.removesuffix(".py").replace("/", ".").removesuffix(".__init__"))
    for value in list(vars(module).values()):
        yield from ((pattern, "search") for pattern in _inside(value, 4))


def _inside(value: Any, depth: int) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield from [value] if isinstance(value.pattern, str) else []
    elif depth and isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _inside(one, depth - 1)
    elif depth and isinstance(value, dict):
        yield from _inside(list(value.values()), depth - 1)
    elif depth and hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        yield from _inside([getattr(value, field, None) for field in value.__dataclass_fields__], depth - 1)


def _written(name: str) -> Iterator[tuple[re.Pattern[str], str]]:
    """The plain texts in calls such as ``re.sub(r"…", …)``; what is compiled is held by a module."""
    for node in ast.walk(ast.parse((REPO / name).read_text())):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=use), args=[ast.Constant(value=str(text)), *_]
            ) if use != "compile":
                yield re.compile(text), use if use in ("match", "fullmatch") else "search"


def main() -> None:
    signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
    texts = [(piece * (TEXT // len(piece) + 1))[:TEXT] + "\x01!" for piece in PIECES]
    texts += [before + filler * (TEXT // len(filler)) + "\x01" for before in BEFORE for filler in (" ", "a", "0")]
    print(len(patterns()), flush=True)
    for number, (name, pattern, use) in list(enumerate(patterns()))[int(sys.argv[1]) :]:
        for text in texts:
            print(number, name, ascii(pattern.pattern[:200]), ascii(text[:20]), flush=True)
            signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
            if use == "search":  # what is replaced or counted is searched for to the end
                sum(1 for _ in pattern.finditer(text))
            else:
                getattr(pattern, use)(text)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)


if __name__ == "__main__":
    main()
