"""A job as one of several takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from listening.gates import Take

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from jobs.model.records import JobRecord


def take_of(job: JobRecord) -> Take:
    """As the program judges it, whatever its person chose."""
    return Take(id=job.id, look=job.look, heard=job.heard, report=job.report, seed=job.render.seed)


def chosen_take(picked: str | None, takes: Sequence[JobRecord], current: Collection[str] = ()) -> JobRecord | None:
    """Of a shot's takes the one that a person picked, else the newest without a finding, if possible of ``current``."""
    ranked = sorted(takes, key=lambda job: (job.id == picked, job.id in current, not job.look, job.number))
    return ranked[-1] if ranked else None
