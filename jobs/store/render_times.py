"""How long renders took, learned from finished ones, and so how long the next one will take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from jobs.database.database import Database
from jobs.database.rows import is_preview_column
from jobs.database.tables import RenderTimeRow
from jobs.model.records import Estimate
from jobs.model.request import JobRequest
from jobs.store.writes import now
from render.parts import PartTimes

_LAST = 50  # older ones may be of other hardware
_KEYS = (RenderTimeRow.job_id,)
_NO_PARTS = {"encoding": None, "denoising": None, "decoding": None}


@dataclass(frozen=True)
class Measured:
    """One finished render: its whole time in seconds, and its parts where they were seen."""

    seconds: float
    parts: PartTimes | None = None

    def in_steps(self, share: float) -> Measured:
        """As if it had had so many times the steps: its other parts do not depend on them."""
        if self.parts is None:
            return self
        more = self.parts.denoising * (share - 1)
        parts = PartTimes(
            encoding=self.parts.encoding, denoising=self.parts.denoising + more, decoding=self.parts.decoding
        )
        return Measured(max(0.0, self.seconds + more), parts)


class RenderTimes:
    """The table of render times, in seconds from sending to the end on the GPU."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self, job_id: str, request: JobRequest, *, server: str, seconds: float, parts: PartTimes | None = None
    ) -> None:
        """Remember how long a job took, and its parts where they were seen; a repeat writes over it."""
        render = request.render
        values = {
            "job_id": job_id,
            "server": server,
            "model": request.model,
            "size": render.size,
            "num_frames": render.num_frames,
            "num_inference_steps": render.num_inference_steps,
            "seconds": seconds,
            **(asdict(parts) if parts else _NO_PARTS),
            "finished": now(),
        }
        with self._database.write() as session:
            self._database.upsert(session, RenderTimeRow, values, _KEYS)

    def estimate_of(
        self, request: JobRequest, *, server: str | None = None, is_preview: bool = False
    ) -> Estimate | None:
        """From the last 50 renders like this one on that server, else on any; None where there was none.

        Where none had as many steps, those with others tell, as far as their parts were seen. Previews tell nothing
        about MOVA, nor MOVA about previews.
        """
        render = request.render
        alike = (
            RenderTimeRow.model == request.model,
            RenderTimeRow.size == render.size,
            RenderTimeRow.num_frames == render.num_frames,
            is_preview_column(RenderTimeRow.server) == is_preview,
        )
        there = (RenderTimeRow.server == server,) if server else ()
        with self._database.read() as session:
            for conditions in dict.fromkeys(((*alike, *there), alike)):
                for found in _found(session, conditions, render.num_inference_steps):
                    if found:
                        return estimate_of(found)
        return None


def _found(session: Session, conditions: tuple[ColumnElement[bool], ...], steps: int) -> Iterator[list[Measured]]:
    """Renders with as many steps; then those with others, as if they had had as many."""
    query = select(RenderTimeRow).where(*conditions).order_by(RenderTimeRow.finished.desc()).limit(_LAST)
    same = session.scalars(query.where(RenderTimeRow.num_inference_steps == steps))
    yield [_measured(row) for row in same]
    others = session.scalars(query.where(RenderTimeRow.denoising.is_not(None)))
    yield [_measured(row).in_steps(steps / row.num_inference_steps) for row in others]


def _measured(row: RenderTimeRow) -> Measured:
    if row.encoding is None or row.denoising is None or row.decoding is None:
        return Measured(row.seconds)
    return Measured(row.seconds, PartTimes(encoding=row.encoding, denoising=row.denoising, decoding=row.decoding))


def estimate_of(found: Sequence[Measured]) -> Estimate | None:
    """Medians, and the middle four fifths of the whole times; None without any."""
    if not found:
        return None
    seconds, parts = [one.seconds for one in found], [one.parts for one in found if one.parts]
    tenths = quantiles(seconds, n=10, method="inclusive") if len(seconds) > 1 else [*seconds] * 9
    usual = (
        PartTimes(
            encoding=median(one.encoding for one in parts),
            denoising=median(one.denoising for one in parts),
            decoding=median(one.decoding for one in parts),
        )
        if parts
        else None
    )
    return Estimate(median=median(seconds), low=tenths[0], high=tenths[-1], n=len(seconds), parts=usual)
