"""The states of jobs and steps, and which may follow which. All of it is data; the store only obeys it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

JobState = Literal[
    "draft",
    "waiting",
    "preparing",
    "queued",
    "submitted",
    "rendering",
    "saving",
    "completed",
    "failed",
    "cancelled",
    "abandoned",
    "lost",
]
StepState = Literal["pending", "running", "done", "stale", "failed", "skipped"]

JOB_STATES: tuple[JobState, ...] = get_args(JobState)
STEP_STATES: tuple[StepState, ...] = get_args(StepState)

FINAL: frozenset[JobState] = frozenset(("completed", "failed", "cancelled", "abandoned", "lost"))
ACTIVE: frozenset[JobState] = frozenset(("preparing", "submitted", "rendering", "saving"))
# Only jobs that nothing is working on may be deleted.
DELETABLE: frozenset[JobState] = FINAL | {"draft", "waiting"}

NEXT: Mapping[JobState, frozenset[JobState]] = {
    "draft": frozenset(("waiting", "preparing", "queued", "cancelled")),
    "waiting": frozenset(("preparing", "queued", "cancelled", "abandoned")),
    "preparing": frozenset(("waiting", "queued", "failed", "cancelled")),
    "queued": frozenset(("waiting", "preparing", "submitted", "failed", "cancelled")),
    # Back to "queued" only where nothing reached the server; to "waiting" where only a person can tell.
    # "cancelled" is true only of a preview engine of our own, which stops with us.
    "submitted": frozenset(("waiting", "queued", "rendering", "saving", "failed", "cancelled", "abandoned", "lost")),
    "rendering": frozenset(("saving", "failed", "cancelled", "abandoned", "lost")),
    "saving": frozenset(("completed", "failed", "abandoned", "lost")),
    "completed": frozenset(),
    "failed": frozenset(),
    "cancelled": frozenset(),
    "abandoned": frozenset(),
    "lost": frozenset(),
}

# What a person may ask for after an end; nothing does it by itself. A completed job is repeated as a new one.
RETRY: Mapping[JobState, frozenset[JobState]] = {
    state: frozenset(("waiting", "preparing", "queued")) for state in ("failed", "cancelled", "abandoned", "lost")
}
# A video that could not be fetched is still on its server: it is fetched again, not rendered again.
REFETCH: Mapping[JobState, frozenset[JobState]] = {"failed": frozenset(("saving",))}

# States that end the use of a server's slot: fetching a video needs no GPU, but an abandoned job keeps its slot until
# the GPU is known to be free.
FREES_SLOT: frozenset[JobState] = frozenset(("queued", "saving", "completed", "failed", "cancelled", "lost"))


def sources(to: JobState, rules: Mapping[JobState, frozenset[JobState]] = NEXT) -> frozenset[JobState]:
    """The states from which ``to`` may follow."""
    return frozenset(state for state, following in rules.items() if to in following)
