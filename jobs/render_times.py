"""How long renders took, learned from finished ones, and so how long the next one will take."""

from __future__ import annotations

from sqlalchemy import select

from jobs.database import Database
from jobs.fair_order import estimate_of
from jobs.job_writes import now
from jobs.records import Estimate
from jobs.tables import RenderTimeRow

_LAST = 50  # older ones may be of other hardware
_KEYS = (RenderTimeRow.job_id,)


class RenderTimes:
    """The table of render times, in seconds from sending to the end on the GPU."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self,
        job_id: str,
        *,
        server: str,
        model: str,
        size: str,
        num_frames: int,
        num_inference_steps: int,
        seconds: float,
    ) -> None:
        """Remember how long a job took; a repeat writes over it."""
        values = {
            "job_id": job_id,
            "server": server,
            "model": model,
            "size": size,
            "num_frames": num_frames,
            "num_inference_steps": num_inference_steps,
            "seconds": seconds,
            "finished": now(),
        }
        with self._database.write() as session:
            self._database.upsert(session, RenderTimeRow, values, _KEYS)

    def estimate(
        self, *, model: str, size: str, num_frames: int, num_inference_steps: int, server: str | None = None
    ) -> Estimate | None:
        """From the last 50 renders like this one on that server, else on any; None where there was none."""
        alike = (
            RenderTimeRow.model == model,
            RenderTimeRow.size == size,
            RenderTimeRow.num_frames == num_frames,
            RenderTimeRow.num_inference_steps == num_inference_steps,
        )
        query = select(RenderTimeRow.seconds).where(*alike).order_by(RenderTimeRow.finished.desc()).limit(_LAST)
        with self._database.read() as session:
            there = session.scalars(query.where(RenderTimeRow.server == server)).all() if server else ()
            return estimate_of(there or session.scalars(query).all())
