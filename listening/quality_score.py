"""How clean speech sounds: DNSMOS (P.835, overall), where ``requirements-listen.txt`` is installed.

The model is in the wheel of speechmos, whose own code needs librosa; it is run here by onnxruntime alone. MOVA's
evaluation publishes a mean of 3.80 for its own clips: a number beside a number, never a verdict.
"""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from listening.sound import SPEECH_RATE

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MOVA_MEAN = 3.80
_INPUT = int(9.01 * SPEECH_RATE)
_OVERALL = (-0.06766283, 1.11546468, 0.04602535)  # speechmos 0.0.1.1: from the model's scale to that of listeners


def _model() -> Path | None:
    found = find_spec("speechmos")
    folders = list(found.submodule_search_locations or []) if found else []
    path = Path(folders[0]) / "dnsmos_models" / "sig_bak_ovr.onnx" if folders else None
    return path if path and path.is_file() else None


def is_installed() -> bool:
    return _model() is not None and find_spec("onnxruntime") is not None


@cache
def _session() -> InferenceSession:
    # From 1.29 on it sends a report of each use to its makers (its Privacy.md), and keeps an id of this machine for it.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(_model()), options, providers=["CPUExecutionProvider"])


def dnsmos(sound: npt.NDArray[np.float32]) -> float:
    """1 (bad) to 5 of one channel of 16 kHz, at least a sample long; what is short is repeated, as the model asks."""
    session = _session()
    whole = np.tile(sound, -(-_INPUT // len(sound)))
    starts = range(0, min(len(whole) - _INPUT, len(sound)) + 1, _INPUT)
    raw = [session.run(None, {"input_1": whole[None, start : start + _INPUT]})[0][0][2] for start in starts]
    return round(float(np.mean(np.polyval(_OVERALL, raw))), 2)
