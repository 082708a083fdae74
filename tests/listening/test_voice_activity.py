"""The look for speech takes one thread: the library's own four wait by spinning, on any number of cores."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_LOOK = """
import os
import numpy as np
from listening.voice_activity import speech_in
before = len(os.listdir("/proc/self/task"))
assert speech_in(np.zeros(4096, np.float32)) == []
print(len(os.listdir("/proc/self/task")) - before, os.environ.get("OMP_THREAD_LIMIT"))
"""


def test_it_brings_no_threads_along() -> None:
    repo = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", _LOOK], cwd=repo, check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["0", "None"]
