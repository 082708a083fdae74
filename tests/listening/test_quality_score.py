"""DNSMOS is computed on this machine, and nobody elsewhere hears of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from listening import quality_score

_USE = "import numpy as np; from listening.quality_score import dnsmos; print(dnsmos(np.zeros(16_000, np.float32)))"


@pytest.mark.skipif(not quality_score.is_installed(), reason="requirements-listen.txt is not installed")
def test_its_library_reports_to_nobody(tmp_path: Path) -> None:
    """The library keeps an id of the machine in the home folder as soon as it is to report."""
    here = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(Path.cwd())}  # without CI's variables
    told = subprocess.run(
        [sys.executable, "-c", _USE], env=here, capture_output=True, text=True, timeout=120, check=True
    )
    assert 1 <= float(told.stdout) <= 5
    assert list(tmp_path.rglob("*")) == []
