"""A job as one of several takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from listening.gates import Take

if TYPE_CHECKING:
    from jobs.model.records import JobRecord


def take_of(job: JobRecord) -> Take:
    """As the program judges it, whatever its person chose."""
    return Take(id=job.id, look=job.look, heard=job.heard, report=job.report, seed=job.render.seed)
