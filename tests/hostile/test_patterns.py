"""Every regular expression of the program reads a text made to cost much in time that grows with its length alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import REPO

pytestmark = pytest.mark.long


def test_no_pattern_costs_more_than_a_text_is_long() -> None:
    costly, begin, count = list[str](), 0, 1
    while begin < count:
        words = [sys.executable, "-m", "tests.hostile.patterns", str(begin)]
        done = subprocess.run(words, cwd=REPO, capture_output=True, text=True)
        told = done.stdout.splitlines()
        assert told, done.stderr
        count = int(told[0])
        if done.returncode == 0:
            break
        costly.append(told[-1])
        begin = int(costly[-1].split()[0]) + 1
    assert costly == []
    assert count > 100
