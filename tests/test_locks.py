"""The locks install with the pip that comes with Python 3.11, whatever has been released since they were made."""

from __future__ import annotations

import re

import pytest
from packaging.requirements import Requirement

from tests.conftest import REPO

NAMES = ("requirements", "requirements-dev")
_LINE = re.compile(r"^([\w.-]+)(\[[\w,.-]+\])?==", re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_every_package_has_hashes(name: str) -> None:
    lock = (REPO / f"{name}.lock").read_text()
    starts = [found.start() for found in _LINE.finditer(lock)]
    assert len(starts) > 50
    for begins, ends in zip(starts, [*starts[1:], len(lock)], strict=True):
        assert "--hash=sha256:" in lock[begins:ends]


@pytest.mark.parametrize("name", NAMES)
def test_extras_stand_in_the_lock(name: str) -> None:
    """Without them pip 23 takes ``google-auth[requests]`` of google-genai for one that is not pinned, and refuses."""
    lock = (REPO / f"{name}.lock").read_text()
    assert "--no-strip-extras" in lock.split("\n", 2)[1]
    pinned = {found[1]: found[2] for found in _LINE.finditer(lock)}
    assert pinned["google-auth"] == "[requests]"
    assert pinned["streamlit"] == "[auth]"


def test_the_voices_are_pinned_to_one_wheel_that_the_range_allows() -> None:
    lock = (REPO / "requirements-voices.lock").read_text()
    (pinned,) = re.findall(r"^resemblyzer==(\S+) \\\n    --hash=sha256:[0-9a-f]{64}$", lock, re.MULTILINE)
    (wanted,) = (
        Requirement(line) for line in (REPO / "requirements-voices.txt").read_text().splitlines() if line[0] != "#"
    )
    assert (wanted.name, wanted.specifier.contains(pinned)) == ("resemblyzer", True)
