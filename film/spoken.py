"""When each line of a film is spoken.

Where the take's sound is known, its lines are laid over the stretches in which somebody is heard; else, and where
nobody is heard, over the whole shot, by their order and length.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.render_settings import TRAINED_FPS
from description.quotations import quotations
from description.text import collapse, speech_seconds
from film.document import Film, Shot, Utterance

Stretches = Sequence[tuple[float, float]]  # seconds in a shot's take
_PAUSE = 0.25  # seconds before, between and after lines


@dataclass(frozen=True)
class SpokenLine:
    """A line in the film; ``begins`` and ``ends`` are seconds in it, ``shot`` the number of its shot."""

    shot: int
    utterance: Utterance
    begins: float
    ends: float


def placed(film: Film) -> list[tuple[Shot, int]]:
    """Every shot with the frame of the film at which its first picture lies."""
    found: list[tuple[Shot, int]] = []
    for shot in film.shots:
        overlap = {"cut": 0, "continue": 1, "dissolve": shot.join.frames}[shot.join.kind]
        begins = found[-1][1] + film.frames_of(found[-1][0]) - overlap if found else 0
        found.append((shot, begins))
    return found


def spoken(film: Film, heard: Mapping[str, Stretches] | None = None) -> list[SpokenLine]:
    """Every line of the film in its order.

    Args:
        heard: by a shot's id, where somebody is heard in its take, untrimmed.
    """
    return [
        SpokenLine(number, one, begins, ends)
        for number, (shot, first) in enumerate(placed(film), 1)
        for one, begins, ends in _in_shot(film, shot, first / TRAINED_FPS, (heard or {}).get(shot.id, ()))
    ]


def _in_shot(film: Film, shot: Shot, begins: float, heard: Stretches) -> Iterator[tuple[Utterance, float, float]]:
    if not shot.utterances:
        return
    length, left_away = film.frames_of(shot) / TRAINED_FPS, shot.trim.start / TRAINED_FPS
    cut = [(max(0.0, first - left_away), min(length, last - left_away)) for first, last in heard]
    stretches = [(first, last) for first, last in cut if last > first]
    lengths = [_seconds(one) for one in shot.utterances]
    if not stretches:
        room = length - _PAUSE * (len(lengths) + 1)
        if room <= 0:
            stretches = [(0.0, length)]
        else:
            shrink = min(1.0, room / sum(lengths))
            yield from _one_by_one(shot.utterances, [one * shrink for one in lengths], begins + _PAUSE)
            return
    yield from _over(shot.utterances, lengths, stretches, begins)


def _one_by_one(
    utterances: Sequence[Utterance], lengths: Sequence[float], begins: float
) -> Iterator[tuple[Utterance, float, float]]:
    for one, length in zip(utterances, lengths, strict=True):
        yield one, begins, begins + length
        begins += length + _PAUSE


def _over(
    utterances: Sequence[Utterance], lengths: Sequence[float], stretches: Stretches, begins: float
) -> Iterator[tuple[Utterance, float, float]]:
    """Lines over stretches of speech, each with its share of their time; a border near a pause lies in the pause."""
    whole, all_lengths, done = sum(last - first for first, last in stretches), sum(lengths), 0.0
    borders = []
    for length in lengths[:-1]:
        done += length
        borders.append(_nearest_pause(stretches, whole * done / all_lengths, whole / len(lengths) / 2))
    ends_of = [*(one[0] for one in borders), stretches[-1][1]]
    begins_of = [stretches[0][0], *(one[1] for one in borders)]
    for one, first, last in zip(utterances, begins_of, ends_of, strict=True):
        yield one, begins + first, begins + max(first + 0.1, last)


def _nearest_pause(stretches: Stretches, spoken_before: float, reach: float) -> tuple[float, float]:
    """Where one line ends and the next begins, after so many seconds of speech."""
    at, best = 0.0, None
    for (first, last), (following, _) in pairwise(stretches):
        at += last - first
        if abs(at - spoken_before) <= reach and (best is None or abs(at - spoken_before) < best[0]):
            best = (abs(at - spoken_before), last, following)
    if best is not None:
        return best[1], best[2]
    left = spoken_before
    for first, last in stretches:
        if left <= last - first:
            return first + left, first + left
        left -= last - first
    return stretches[-1][1], stretches[-1][1]


def _seconds(utterance: Utterance) -> float:
    return max(0.4, speech_seconds(quotations(f'says "{collapse(utterance.text)}"')))
