"""How fast the disk under a checkpoint is: a sample of its weights, read where nothing was read before."""

from __future__ import annotations

import os
import random
import time
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 8 * 2**20
_MOST_BYTES, _MOST_SECONDS = 256 * 2**20, 2.0
_LEAST_BYTES = 32 * 2**20  # of less, read in no time, nothing can be said
_WEIGHTS = ("*.safetensors", "*.bin", "*.pt", "*.pth", "*.ckpt")


@dataclass(frozen=True)
class Reading:
    """``total`` bytes of weights, of which ``read`` were read in ``seconds``."""

    total: int
    read: int
    seconds: float

    @property
    def rate_mb(self) -> float:
        """10^6 bytes a second."""
        return self.read / 1e6 / max(self.seconds, 1e-6)

    @property
    def total_gb(self) -> float:
        return self.total / 1e9

    @property
    def minutes(self) -> float:
        """What all weights take at this rate."""
        return self.total / 1e6 / self.rate_mb / 60


def read_sample(checkpoint: Path) -> Reading | None:
    """Read for 2 s at most, at places that chance chooses: what lies in the memory already is as fast again later.

    None where there is too little to read, or something cannot be read.
    """
    try:
        files = {file: file.stat().st_size for kind in _WEIGHTS for file in checkpoint.glob(f"*/{kind}")}
        read, began = 0, time.monotonic()
        places = [(file, at) for file, size in files.items() for at in range(0, size - _CHUNK, _CHUNK)]
        for file, at in random.sample(places, min(len(places), _MOST_BYTES // _CHUNK)):
            read += _read(file, at)
            if time.monotonic() - began > _MOST_SECONDS:
                break
    except OSError:
        return None
    seconds = time.monotonic() - began
    enough = read >= _LEAST_BYTES or (read and seconds > _MOST_SECONDS)
    return Reading(sum(files.values()), read, seconds) if enough else None


def _read(file: Path, at: int) -> int:
    handle = os.open(file, os.O_RDONLY)
    try:
        return len(os.pread(handle, _CHUNK, at))
    finally:
        os.close(handle)
