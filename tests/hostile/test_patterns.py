"""Every regular expression of the program reads a text made to cost much in time that grows with its length alone."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import REPO
from tests.hostile.patterns import patterns


def test_no_pattern_costs_more_than_a_text_is_long() -> None:
    costly, begin = [], 0
    while begin < len(patterns()):
        words = [sys.executable, "-m", "tests.hostile.patterns", str(begin)]
        done = subprocess.run(words, cwd=REPO, capture_output=True, text=True)
        if done.returncode == 0:
            break
        costly.append(done.stdout.splitlines()[-1] if done.stdout else done.stderr)
        begin = int(costly[-1].split()[0]) + 1
    assert costly == []
    assert len(patterns()) > 100
