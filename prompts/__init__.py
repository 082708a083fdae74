"""The system prompts: one readable file a task, written for MOVA. ``$name`` in a file is filled with our own values.

A person's words never go into these files' text: they travel in the user message, inside a fence.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from string import Template

_FOLDER = Path(__file__).resolve().parent


def system_prompt(task: str, **values: str) -> str:
    """The system prompt of a task, such as ``shorten``, with its placeholders filled."""
    return Template((_FOLDER / f"{task}.md").read_text(encoding="utf-8")).substitute(values)


def digest(*tasks: str) -> str:
    """What tells the present content of these tasks' files from any other."""
    return hashlib.sha256(b"\0".join((_FOLDER / f"{task}.md").read_bytes() for task in tasks)).hexdigest()[:16]


def fenced(name: str, text: str) -> str:
    """A text between tags that do not occur in it, so that it is read as data."""
    while f"<{name}>" in text or f"</{name}>" in text:
        name += "_"
    return f"<{name}>\n{text}\n</{name}>"
