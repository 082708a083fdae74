"""How far a clip is from another: picture and sound as numbers, and the word for them.

Its functions work on arrays and need numpy; ``compare`` reads files and needs PyAV. The launcher itself needs neither,
so it asks a Python that has both: ``python -m launcher.tune.likeness A.mp4 B.mp4`` prints JSON.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Sound = NDArray[np.float64]

SAME, NOISE, DIFFERENT = "same", "noise", "different"
# Another order of summation changes a diffusion model's result a little everywhere; another computation moves edges.
NOISE_PSNR, NOISE_SSIM, NOISE_SOUND = 30.0, 0.95, 3.0
# A draft is to show what its final shows, not every hair of it.
DRAFT_PSNR, DRAFT_SSIM = 18.0, 0.7
_BLOCK = 8
_WINDOW, _HOP, _FLOOR_DB = 1024, 512, -80.0
_EXACT_PSNR = 99.0


@dataclass(frozen=True)
class Likeness:
    """``psnr`` in dB and ``ssim`` (1: alike) of the picture's lightness, the mean of all frames; ``worst_ssim`` of the
    worst frame; ``sound`` is the log-spectral distance in dB (0: alike). ``exact``: not one sample differs.
    """

    psnr: float
    ssim: float
    worst_ssim: float
    sound: float
    exact: bool = False

    @property
    def verdict(self) -> str:
        if self.exact:
            return SAME
        near = self.psnr >= NOISE_PSNR and self.ssim >= NOISE_SSIM and self.sound <= NOISE_SOUND
        return NOISE if near else DIFFERENT

    @property
    def does_for_a_draft(self) -> bool:
        return self.exact or (self.psnr >= DRAFT_PSNR and self.ssim >= DRAFT_SSIM)

    def is_as_near_as(self, other: Likeness) -> bool:
        """Whether it is no further away than another one."""
        return self.psnr >= other.psnr and self.ssim >= other.ssim and self.sound <= other.sound


def psnr(one: Picture, other: Picture) -> float:
    """The peak signal-to-noise ratio of two pictures of shape (height, width), 8 bits, in dB; 99 where alike."""
    import numpy as np

    error = float(np.mean((one.astype(np.float64) - other.astype(np.float64)) ** 2))
    return _EXACT_PSNR if error == 0 else min(_EXACT_PSNR, 10 * math.log10(255**2 / error))


def ssim(one: Picture, other: Picture) -> float:
    """The structural similarity of two pictures of shape (height, width), 8 bits: -1 to 1.

    The formula of Wang et al. (2004), over blocks of 8 x 8 pixels instead of sliding Gaussian windows.
    """
    a, b = _blocks(one), _blocks(other)
    mean_a, mean_b = a.mean(axis=(1, 3)), b.mean(axis=(1, 3))
    var_a, var_b = a.var(axis=(1, 3)), b.var(axis=(1, 3))
    covariance = (a * b).mean(axis=(1, 3)) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    above = (2 * mean_a * mean_b + c1) * (2 * covariance + c2)
    return float((above / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))).mean())


def spectral_distance(one: Sound, other: Sound) -> float:
    """The log-spectral distance of two sounds of shape (samples,), -1 to 1, in dB.

    What is below -80 dB counts as silent; the length of the shorter one is compared.
    """
    import numpy as np

    samples = min(len(one), len(other))
    a, b = _spectrum(one[:samples]), _spectrum(other[:samples])
    return float(np.sqrt(((a - b) ** 2).mean(axis=1)).mean()) if len(a) else 0.0


def _blocks(picture: Picture) -> NDArray[np.float64]:
    import numpy as np

    height, width = (side // _BLOCK for side in picture.shape)
    whole = picture[: height * _BLOCK, : width * _BLOCK].astype(np.float64)
    return whole.reshape(height, _BLOCK, width, _BLOCK)


def _spectrum(sound: Sound) -> NDArray[np.float64]:
    """Levels in dB, of shape (windows, frequencies)."""
    import numpy as np

    padded = np.pad(sound, (0, max(0, _WINDOW - len(sound))))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    levels = np.abs(np.fft.rfft(windows * np.hanning(_WINDOW), axis=1)) * 2 / _WINDOW
    decibels: NDArray[np.float64] = 20 * np.log10(np.maximum(levels, 10 ** (_FLOOR_DB / 20)))
    return decibels


def compare(one: Path | str, other: Path | str) -> Likeness:
    """Compare two video files, frame by frame.

    Raises:
        OSError, ValueError: one cannot be read, or they differ in size or length.
    """
    import numpy as np

    levels: list[tuple[float, float]] = []
    exact = True
    for a, b in zip(_frames(one), _frames(other), strict=True):
        if a.shape != b.shape:
            raise ValueError(f"pictures of {a.shape} and {b.shape}")
        exact = exact and bool(np.array_equal(a, b))
        levels.append((psnr(a, b), ssim(a, b)))
    if not levels:
        raise ValueError("no frames")
    sounds = _sound(one), _sound(other)
    exact = exact and bool(np.array_equal(*sounds))
    ratios, similar = zip(*levels, strict=True)
    return Likeness(
        psnr=round(sum(ratios) / len(ratios), 2),
        ssim=round(sum(similar) / len(similar), 4),
        worst_ssim=round(min(similar), 4),
        sound=round(spectral_distance(*sounds), 2),
        exact=exact,
    )


def _frames(path: Path | str) -> Iterator[Picture]:
    """The lightness of each frame."""
    import av

    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            gray: Any = frame.to_ndarray(format="gray")
            yield gray


def _sound(path: Path | str) -> Sound:
    """The first channel; empty where there is no sound."""
    import av
    import numpy as np

    with av.open(str(path)) as file:
        if not file.streams.audio:
            return np.zeros(0)
        resampler = av.AudioResampler(format="fltp", layout="mono")
        parts = [part for frame in file.decode(audio=0) for part in resampler.resample(frame)]
        samples: Any = [part.to_ndarray()[0] for part in parts]
        return np.concatenate(samples).astype(np.float64) if samples else np.zeros(0)


if __name__ == "__main__":
    print(json.dumps(asdict(compare(*sys.argv[1:3]))))
