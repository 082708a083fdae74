"""Every state of a job in one table: who changes it, whether it holds a slot, what may follow, what people may do.

The store enforces it, pages offer what it allows, and every other set of states is derived from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

JobState = Literal[
    "draft",
    "waiting",
    "preparing",
    "queued",
    "submitted",
    "unclear",
    "rendering",
    "saving",
    "completed",
    "failed",
    "cancelled",
    "abandoned",
    "lost",
]
LISTENING = "listening"  # the stage of a job whose video is safe and listened to
StepState = Literal["pending", "running", "done", "stale", "failed", "skipped"]

# Who brings a job out of a state: its person, who is asked; a run of the engine; the queue; nobody, for it has ended.
Mover = Literal["person", "prepare", "queue", "render", "nobody"]
# How long a job holds a slot on a server: not at all, as long as it is in this state, or until its GPU is known to be
# free, which ``JobQueue.release`` is told.
Slot = Literal["none", "held", "until free"]
# What a person may do to a job; a duplicate and a favourite may be made of any.
Act = Literal[
    "change",  # what is asked for and its numbers
    "edit",  # texts and the first frame
    "approve",
    "regenerate",
    "hold",
    "move",
    "cancel",
    "stop_waiting",
    "look_again",
    "wait_on",  # although it seems stuck
    "send_again",
    "retry",
    "delete",
]


@dataclass(frozen=True)
class Rule:
    """``next`` may follow by itself or by an act, ``again`` only where a person asks for another attempt."""

    mover: Mover
    slot: Slot
    next: frozenset[JobState]
    acts: frozenset[Act]
    again: frozenset[JobState] = frozenset()


def _rule(mover: Mover, slot: Slot, *following: JobState, acts: tuple[Act, ...]) -> Rule:
    return Rule(mover, slot, frozenset(following), frozenset(acts))


def _bad_end(slot: Slot = "none", *following: JobState) -> Rule:
    acts: tuple[Act, ...] = ("change", "edit", "regenerate", "retry", "send_again", "delete")
    return Rule("nobody", slot, frozenset(following), frozenset(acts), frozenset(("preparing", "queued")))


RULES: Mapping[JobState, Rule] = {
    "draft": _rule(
        *("person", "none", "waiting", "preparing", "queued", "cancelled"),
        acts=("change", "edit", "approve", "regenerate", "cancel", "delete"),
    ),
    "waiting": _rule(
        *("person", "none", "preparing", "queued", "cancelled"),
        acts=("change", "edit", "approve", "regenerate", "cancel", "delete"),
    ),
    "preparing": _rule(
        *("prepare", "none", "waiting", "queued", "failed", "cancelled"),
        acts=("edit", "hold", "cancel"),
    ),
    "queued": _rule(
        *("queue", "none", "waiting", "preparing", "submitted", "failed", "cancelled"),
        acts=("edit", "regenerate", "hold", "move", "cancel", "send_again"),
    ),
    # Back to "queued" only where nothing reached the server; to "unclear" where that cannot be told.
    # "cancelled" is true only of a preview engine of our own, which stops with us.
    "submitted": _rule(
        *("render", "held", "unclear", "queued", "rendering", "saving", "failed", "cancelled", "abandoned", "lost"),
        acts=("stop_waiting", "send_again"),
    ),
    # It may or may not have reached the server: its person is asked, and where that can tell it is looked for again.
    "unclear": _rule(
        *("person", "until free", "submitted", "cancelled", "abandoned"),
        acts=("look_again", "stop_waiting", "send_again", "delete"),
    ),
    "rendering": _rule(
        *("render", "held", "queued", "saving", "failed", "cancelled", "abandoned", "lost"),
        acts=("wait_on", "stop_waiting", "send_again"),
    ),
    # Fetching a video needs no GPU.
    "saving": _rule(
        *("render", "none", "queued", "completed", "failed", "abandoned", "lost"),
        acts=("stop_waiting",),
    ),
    "completed": _rule("nobody", "none", acts=("delete",)),
    "failed": _bad_end(),
    "cancelled": _bad_end(),
    # Its server may finish it after all: the video is then fetched.
    "abandoned": _bad_end("until free", "saving"),
    "lost": _bad_end(),
}


def moved_by(*movers: Mover) -> frozenset[JobState]:
    """The states that a job leaves through one of these."""
    return frozenset(state for state, rule in RULES.items() if rule.mover in movers)


def allowing(act: Act) -> frozenset[JobState]:
    """The states in which a person may do this."""
    return frozenset(state for state, rule in RULES.items() if act in rule.acts)


def sources(to: JobState, *, again: bool = False) -> frozenset[JobState]:
    """The states from which ``to`` may follow; with ``again`` as another attempt."""
    return frozenset(state for state, rule in RULES.items() if to in (rule.again if again else rule.next))


JOB_STATES: tuple[JobState, ...] = get_args(JobState)

FINAL = moved_by("nobody")
ENDED_BADLY = FINAL - {"completed", "cancelled"}
ACTIVE = moved_by("prepare", "render")
# A render on a server is followed without one.
WITH_A_RUN = ACTIVE - {"rendering"}
MOVING = ACTIVE | moved_by("queue")
# A draft waits for its person too, but is not counted as waiting: they have only just begun it.
ASKED = moved_by("person") - {"draft"}
ON_SERVER = moved_by("render")
PREPARING, QUEUED = moved_by("prepare"), moved_by("queue")
# Nothing brings it on by itself.
AT_REST = moved_by("nobody", "person")
ON_A_GPU: tuple[JobState, ...] = tuple(state for state, rule in RULES.items() if rule.slot == "held")
# What is to be made is still its person's to say, also after an end before anything was sent.
UNDECIDED: frozenset[JobState] = allowing("approve") | {"failed", "cancelled"}
# Texts and frame stay as they were sent, or may have been.
SENT = frozenset(JOB_STATES) - allowing("edit")
FREES_SLOT: frozenset[JobState] = frozenset(state for state, rule in RULES.items() if rule.slot == "none")

# A video that could not be fetched is still on its server: it is fetched again, not rendered again.
REFETCHED: frozenset[JobState] = frozenset(("failed", "abandoned"))
