"""Whether what a service says it heard can be believed: speech models make up words where there are none.

What is known of it: the same phrase over and over, more words than anybody can say, and words where no speech is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from listening.units import is_chinese, units_of
from providers.base import HeardWords

Doubt = Literal["loop", "too_fast", "no_speech"]
_TIMES, _SHARE = 4, 0.6  # so often in a row, and so much of all that was heard
_FASTEST, _FASTEST_CHARACTERS = 7.0, 12.0  # words, characters a second; auctioneers and news readers are below
_PHRASE = 12  # units


def doubt(words: Sequence[HeardWords], seconds: float, speech: Sequence[tuple[float, float]] | None) -> Doubt | None:
    """Why the words are not believed; None where nothing speaks against them.

    Args:
        seconds: of the sound.
        speech: where speech was found by other means; None where nobody looked.
    """
    units = units_of(" ".join(one.text for one in words))
    if not units:
        return None
    texts = [one.text for one in units]
    if any(_repeated(texts, size) for size in range(1, _PHRASE + 1)):
        return "loop"
    fastest = _FASTEST_CHARACTERS if is_chinese(units) else _FASTEST
    if len(units) > max(4.0, fastest * seconds):
        return "too_fast"
    return "no_speech" if speech is not None and not speech else None


def _repeated(units: list[str], size: int) -> bool:
    run = best = size
    for place in range(size, len(units)):
        run = run + 1 if units[place] == units[place - size] else size
        best = max(best, run)
    return best >= _TIMES * size and best >= _SHARE * len(units) and best >= 6
