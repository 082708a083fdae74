"""The error tree: every class with words that can be filled, nothing private in the raw text."""

from __future__ import annotations

import copy
import string

import pytest

from core.errors import MovaError, ServerUnreachable, without_paths


def _tree(kind: type[MovaError]) -> list[type[MovaError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in _tree(child))]


@pytest.mark.parametrize("kind", _tree(MovaError), ids=lambda kind: kind.__name__)
def test_every_class_says_what_happened_and_what_to_do(kind: type[MovaError]) -> None:
    names = [name for text in (kind.what, kind.advice) for _, name, _, _ in string.Formatter().parse(text) if name]
    problem = kind("raw", **dict.fromkeys(names, "X"))
    assert problem.message().endswith((".", ")", "X"))
    assert "{" not in problem.message() + problem.next_step()
    assert problem.exit_code in (1, 2)


def test_an_error_can_be_copied_and_sent_to_another_process() -> None:
    problem = copy.copy(ServerUnreachable("why", server="a", reason="refused"))
    assert str(problem) == "The server a cannot be reached: refused."
    assert problem.raw == "why"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("cannot identify image file '/srv/sglang/inputs/x.png'", "cannot identify image file '(path)'"),
        ("no file ~/secret/key.txt here", "no file (path) here"),
        ("C:\\models\\mova\\x.bin missing", "(path) missing"),
        ("640x352 at 24/1 fps, and/or http://host/v1/videos", "640x352 at 24/1 fps, and/or http://host/v1/videos"),
    ],
)
def test_paths_of_a_server_are_taken_out(raw: str, shown: str) -> None:
    assert without_paths(raw) == shown


def test_a_raw_text_is_bounded() -> None:
    assert len(MovaError("x" * 10_000).raw) == 2000
