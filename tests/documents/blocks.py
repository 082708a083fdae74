"""The commands that the documents tell people to type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"(?ms)^(?:<!-- not run by the tests, needs: (?P<needs>[^\n]*) -->\n)?```bash\n(?P<text>.*?)^```$")


def documents() -> list[Path]:
    """Every page for people, both languages."""
    return sorted([*REPO.glob("*.md"), *REPO.glob("docs/*.md")])


@dataclass(frozen=True)
class Block:
    """Commands that stand together; ``needs`` is what keeps tests from running them, empty where they are run."""

    page: str
    needs: str
    commands: tuple[str, ...]


def blocks() -> list[Block]:
    return [
        Block(page.relative_to(REPO).as_posix(), found["needs"] or "", _commands(found["text"]))
        for page in documents()
        for found in _BLOCK.finditer(page.read_text())
    ]


def _commands(text: str) -> tuple[str, ...]:
    """Its lines without what is only said about them."""
    lines = (re.sub(r"\s+#( .*)?$", "", line).strip() for line in text.splitlines())
    return tuple(line for line in lines if line)
