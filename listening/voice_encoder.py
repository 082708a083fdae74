"""How a voice sounds, as 256 numbers: Resemblyzer's model, where ``requirements-voices.txt`` is installed.

The weights are in its wheel. Its own code needs torch, a C compiler and an old setuptools, so the model (three LSTM
layers over a mel spectrogram) is run here by numpy alone; the numbers are its own to six digits.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from listening.sound import SPEECH_RATE

SIZE = 256
Numbers = npt.NDArray[np.float32]
_FRAME, _STEP, _MELS = 400, 160, 40  # samples, samples, bands
_PART, _NEXT = 160, 77  # frames that the model hears at once, and from one part to the next
_ENOUGH = 0.75  # of a part
_LEAST = 10 ** (-30 / 20)  # loudness to which what is quieter is raised
_LAYERS = 3


def is_installed() -> bool:
    return _weights_file() is not None


def _weights_file() -> Path | None:
    found = find_spec("resemblyzer")  # finds, and does not import
    folders = list(found.submodule_search_locations or []) if found else []
    path = Path(folders[0]) / "pretrained.pt" if folders else None
    return path if path and path.is_file() else None


def voice_of(sound: Numbers) -> Numbers:
    """The voice in one channel of 16 kHz speech, at least a sample long: 256 numbers of 0 to 1, of length 1.

    Raises:
        ValueError: the file of the weights is missing or not as it is known.
    """
    loud = float(np.sqrt(np.mean(sound**2)))
    plain = sound * max(1.0, _LEAST / max(loud, 1e-6))
    starts = _starts(len(plain))
    frames = _spectrogram(np.pad(plain, (0, max(0, (starts[-1] + _PART) * _STEP - len(plain)))))
    whole = _encoded(np.stack([frames[start : start + _PART] for start in starts])).sum(axis=0)
    return np.asarray(whole / max(float(np.linalg.norm(whole)), 1e-6), np.float32)


def _starts(samples: int) -> list[int]:
    """The frames at which parts begin; the last one counts where three quarters of it are there."""
    frames = -(-(samples + 1) // _STEP)
    starts = list(range(0, max(1, frames - _PART + _NEXT + 1), _NEXT))
    there = samples / _STEP - starts[-1]
    return starts[:-1] if len(starts) > 1 and there < _ENOUGH * _PART else starts


# ---- the model -------------------------------------------------------------------------------------------------------


def _encoded(parts: Numbers) -> Numbers:
    """Parts of (parts, frames, bands) as a row of numbers each."""
    weights, rows = _weights(), parts
    for layer in range(_LAYERS):
        into, again = weights[f"lstm.weight_ih_l{layer}"].T, np.ascontiguousarray(weights[f"lstm.weight_hh_l{layer}"].T)
        given = rows @ into + weights[f"lstm.bias_ih_l{layer}"] + weights[f"lstm.bias_hh_l{layer}"]
        state = out = np.zeros((len(parts), SIZE), np.float32)
        outs = []
        for place in range(rows.shape[1]):
            enter, keep, new, show = np.split(given[:, place] + out @ again, 4, axis=1)
            state = _open(keep) * state + _open(enter) * np.tanh(new)
            out = _open(show) * np.tanh(state)
            outs.append(out)
        rows = np.stack(outs, axis=1)
    found = np.maximum(0, rows[:, -1] @ weights["linear.weight"].T + weights["linear.bias"])
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-6), np.float32)


def _open(values: Numbers) -> Numbers:
    """The logistic function, in a form that does not overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * values)), np.float32)


def _spectrogram(sound: Numbers) -> Numbers:
    """Rows of the power in each mel band, ten milliseconds apart."""
    padded = np.pad(sound, _FRAME // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_STEP]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FRAME) / _FRAME)
    power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
    return np.asarray(power @ _bands().T, np.float32)


@cache
def _bands() -> npt.NDArray[np.float64]:
    """Slaney's mel bands, up to half the rate: a row each, over the frequencies of a frame."""

    def hertz(mels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.where(mels < 15, mels * 200 / 3, 1000 * np.exp((mels - 15) * np.log(6.4) / 27))

    highest = 15 + 27 * np.log(SPEECH_RATE / 2 / 1000) / np.log(6.4)
    edges = hertz(np.linspace(0, highest, _MELS + 2))
    beyond = np.linspace(0, SPEECH_RATE / 2, _FRAME // 2 + 1)[None] - edges[:, None]
    wide = np.diff(edges)[:, None]
    slopes = np.minimum(beyond[:-2] / wide[:-1], -beyond[2:] / wide[1:])
    return np.asarray(np.maximum(0, slopes) * 2 / (edges[2:] - edges[:-2])[:, None])


# ---- its weights -----------------------------------------------------------------------------------------------------


class _Unpickler(pickle.Unpickler):
    """Reads plain values alone: a tensor as where its numbers lie, and no code of anybody."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda key, first, shape, *_: (key, first, shape)
        if (module, name) == ("torch", "FloatStorage"):
            return name
        raise _unknown()

    def persistent_load(self, pid: Any) -> Any:
        return pid[2]


def _unknown() -> ValueError:
    return ValueError("the weights of Resemblyzer are not as they are known")


@cache
def _weights() -> Mapping[str, Numbers]:
    path = _weights_file()
    if path is None:
        raise _unknown()
    try:
        with path.open("rb") as file:
            return _read(file)
    except (OSError, EOFError, LookupError, TypeError, pickle.UnpicklingError) as problem:
        raise _unknown() from problem


def _read(file: BinaryIO) -> dict[str, Numbers]:
    """As torch wrote files in 2019: three heads, the values, the keys of their numbers, then these."""
    for _ in range(3):
        _Unpickler(file).load()
    state, keys = _Unpickler(file).load()["model_state"], _Unpickler(file).load()
    numbers = {}
    for key in keys:
        count = int.from_bytes(file.read(8), "little")
        numbers[key] = np.frombuffer(file.read(4 * count), "<f4")
    return {
        name: numbers[key][first : first + int(np.prod(shape))].reshape(shape)
        for name, (key, first, shape) in state.items()
    }
