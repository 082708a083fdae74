"""Whose voice it is: each speaker's beside their voice in the film's other shots, as a measure and never a verdict."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from listening import voice_encoder
from listening.comparison import Comparison
from listening.sound import SPEECH_RATE

_SHORTEST, _LONGEST = 1.0, 30.0  # seconds of speech
Stretches = Sequence[tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """Who says these ``lines``, and by job how they sound in the film's other shots (``Voice.vector``)."""

    id: str
    name: str
    lines: tuple[str, ...]
    others: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Voice:
    """A speaker's voice in ``seconds`` of speech; ``vector`` is it in text, 256 bytes in base64.

    ``likeness`` is the cosine to the mean voice of the jobs ``beside``, 0 to 1; None where there were none.
    """

    speaker: str
    name: str
    seconds: float
    vector: str
    likeness: float | None = None
    beside: tuple[str, ...] = ()


def voices_heard(
    sound: npt.NDArray[np.float32],
    speakers: Sequence[Speaker],
    speech: Stretches | None,
    comparison: Comparison | None,
) -> tuple[Voice, ...]:
    """The voices of a take, of those whose speech can be told apart and is long enough.

    Args:
        sound: one channel of 16 kHz.
        speech: where anybody speaks, in seconds; None where nobody looked.

    Raises:
        ValueError: as ``voice_encoder.voice_of``.
    """
    found = []
    for one in speakers:
        alone = len(speakers) == 1 and speech is not None
        said = _cut(sound, speech or () if alone else _stretches(one, speakers, comparison))
        if len(said) >= _SHORTEST * SPEECH_RATE:
            vector = voice_encoder.voice_of(said)
            seconds = round(len(said) / SPEECH_RATE, 2)
            found.append(_beside(Voice(speaker=one.id, name=one.name, seconds=seconds, vector=_text(vector)), one))
    return tuple(found)


def _stretches(one: Speaker, speakers: Sequence[Speaker], comparison: Comparison | None) -> Stretches:
    """Where a service heard the lines that this speaker alone has."""
    theirs = {line for other in speakers if other.id != one.id for line in other.lines}
    lines = [line for line in (comparison.lines if comparison else ()) if line.text in one.lines]
    times = [(line.start, line.end) for line in lines if line.text not in theirs]
    return [(start, end) for start, end in times if start is not None and end is not None]


def _cut(sound: npt.NDArray[np.float32], stretches: Stretches) -> npt.NDArray[np.float32]:
    parts = [sound[round(start * SPEECH_RATE) : round(end * SPEECH_RATE)] for start, end in stretches]
    whole = np.concatenate([np.zeros(0, np.float32), *parts])
    return np.asarray(whole[: round(_LONGEST * SPEECH_RATE)], np.float32)


def _beside(voice: Voice, speaker: Speaker) -> Voice:
    known = {job: one for job, text in speaker.others.items() if (one := _vector(text)) is not None}
    own = _vector(voice.vector)
    if not known or own is None:
        return voice
    mean = np.sum(list(known.values()), axis=0)
    likeness = float(own @ mean) / max(float(np.linalg.norm(mean)), 1e-6)
    return Voice(**(vars(voice) | {"likeness": round(likeness, 2), "beside": tuple(known)}))


def _text(vector: npt.NDArray[np.float32]) -> str:
    """A byte for a number: only their proportions matter."""
    most = max(float(np.max(vector)), 1e-6)
    return base64.b64encode(np.round(vector / most * 255).astype(np.uint8).tobytes()).decode()


def _vector(text: str) -> npt.NDArray[np.float64] | None:
    """Of length 1; None where the text is none of ours."""
    try:
        plain = np.frombuffer(base64.b64decode(text, validate=True), np.uint8).astype(np.float64)
    except (binascii.Error, ValueError):
        return None
    length = float(np.linalg.norm(plain))
    return plain / length if len(plain) == voice_encoder.SIZE and length else None
