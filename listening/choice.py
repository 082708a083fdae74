"""What is written down of a choice among takes: which were there, what their reports said, and which was best.

The program's choice is told in ``job.json`` and the video as ``takes``; a person's is kept with their job, as it was
known when they made it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from listening.gates import Take, ranked, reason

VERSION = 2  # 2: voice
Json = dict[str, Any]
# Why no further take follows: this one is good, all that were ordered are there, the next would cost too much, or it
# could not be made. None: another one follows.
Stopped = Literal["good", "all", "cap", "no_room"]


def takes_told(takes: Sequence[Take], ordered: int, stopped: Stopped | None) -> Json:
    """What was tried, in its order, and which is best so far.

    Returns:
        ``because`` is the gate or measure by which the best are better than the next; None where all are tied.
    """
    order = ranked(takes)
    because = reason(order[0][0], order[1][0], takes) if len(order) > 1 else None
    best = [one.id for one in order[0]]
    return _told(takes) | {"ordered": ordered, "stopped": stopped, "best": best, "because": because}


def known_then(chosen: Take, takes: Sequence[Take], moment: str, film: str | None = None) -> Json | None:
    """What the reports said when a person chose one of several finished takes; None where there was no choice.

    Args:
        moment: when, ISO 8601.
        film: the film that it was chosen for, None where it was chosen for itself.

    Returns:
        ``because`` is why another take was better than the chosen one, None where none was.
    """
    if len(takes) < 2 or chosen.id not in [one.id for one in takes]:
        return None
    best = ranked(takes)[0]
    because = reason(best[0], chosen, takes)
    return _told(takes) | {"at": moment, "best": [one.id for one in best], "because": because, "film": film}


def _told(takes: Sequence[Take]) -> Json:
    tried = [
        {
            "job": one.id,
            "seed": one.seed,
            "look": None if one.look is None else list(one.look),
            "heard": one.heard,
            "right": one.right,
            "voice": one.voice,
        }
        for one in takes
    ]
    return {"version": VERSION, "tried": tried}
