"""What leaves the store: plain typed records. Nobody outside sees a table row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypedDict

import errors
from errors import MovaError
from jobs.states import FINAL, JobState, StepState
from notes import Fact, Note
from step_result import Step

Json = dict[str, Any]
Mode = Literal["simple", "full"]
FIRST_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class StoredError:
    """An error as data, so that it can be shown later in the reader's language."""

    kind: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    raw: str = ""

    @classmethod
    def of(cls, error: MovaError) -> StoredError:
        return cls(kind=type(error).__name__, facts=error.facts, raw=error.raw)

    def rebuilt(self) -> MovaError:
        """The error again; a plain MovaError where this version no longer knows its class or its facts."""
        known = getattr(errors, self.kind, None)
        kind = known if isinstance(known, type) and issubclass(known, MovaError) else MovaError
        try:
            error = kind(self.raw, **self.facts)
            error.next_step()
        except KeyError:
            return MovaError(self.raw)
        return error


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """What a job begins with: a copy of its ``parent``, or of its own; ``extends`` is the shot that it goes on from.

    With an ``id`` creating it twice makes one job; without, the store draws one.
    """

    owner: str
    mode: Mode
    model: str
    inputs: Json
    settings: Json
    ask: bool = True
    state: JobState = "draft"
    seed: int | None = None
    parent: str | None = None
    extends: str | None = None
    preview: bool = False
    warnings: tuple[Note, ...] = ()
    id: str | None = None
    created: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class JobRecord:
    """One job. ``number`` orders pages and is their cursor; ``progress`` is 0 to 100; times are aware, in UTC.

    ``look`` is what an automatic look at the finished video found (media/findings.py): empty where nothing is wrong
    with it, None where it was not looked at.
    """

    id: str
    number: int
    owner: str
    mode: Mode
    state: JobState
    inputs: Json
    settings: Json
    ask: bool
    model: str
    seed: int | None
    server: str | None
    server_url: str | None
    server_job_id: str | None
    server_version: str | None
    progress: int
    stage: str | None
    error: StoredError | None
    warnings: tuple[Note, ...]
    look: tuple[str, ...] | None
    attempts: int
    line_position: int
    parent: str | None
    extends: str | None
    preview: bool
    favourite: bool
    deleted: bool
    revision: int
    created: datetime
    updated: datetime
    queued: datetime | None
    sent: datetime | None
    finished: datetime | None
    unreachable_since: datetime | None

    @property
    def final(self) -> bool:
        return self.state in FINAL

    @property
    def video_on_server(self) -> bool:
        """Whether the render is done and only its download failed; a file that cannot be played is no video."""
        rendered = self.state == "failed" and self.stage == "completed" and self.server_job_id is not None
        return rendered and not (self.error and self.error.kind == "VideoUnplayable")

    @property
    def looks_failed(self) -> bool:
        return bool(self.look)


class JobChanges(TypedDict, total=False):
    """What may be written on a job beside its state."""

    inputs: Json
    settings: Json
    ask: bool
    model: str
    seed: int | None
    extends: str | None
    server: str | None
    server_url: str | None
    server_job_id: str | None
    server_version: str | None
    progress: int
    stage: str | None
    error: StoredError | None
    warnings: tuple[Note, ...]
    preview: bool
    favourite: bool
    look: tuple[str, ...] | None
    finished: datetime | None
    unreachable_since: datetime | None


@dataclass(frozen=True, kw_only=True)
class StepRecord:
    """One version of one step; ``output`` is its text, or the name of its file in the job's folder."""

    job_id: str
    step: Step
    version: int = FIRST_VERSION
    state: StepState
    provider: str | None = None
    model: str | None = None
    input_hash: str | None = None
    output: str | None = None
    edited: bool = False
    warnings: tuple[Note, ...] = ()
    seconds: float | None = None
    tokens: int | None = None
    chosen: bool = False
    created: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class FileRecord:
    """A file in a job's folder: ``kind`` such as first_frame or video, size in bytes."""

    job_id: str
    kind: str
    name: str
    sha256: str
    bytes: int
    created: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SlotRecord:
    """A place on a server that is taken, by which job and since when."""

    server: str
    slot: int
    job_id: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a waiting job stands: ``position`` from 1, ``of`` all that wait in its line."""

    position: int
    of: int


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """How long a render takes, in seconds, from ``n`` finished ones; ``low`` to ``high`` holds four of five."""

    median: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, kw_only=True)
class JobFilter:
    """Which jobs a page shows; None does not restrict. ``text`` is searched for in all texts of a job.

    ``server`` is a name, or ``preview`` for any preview engine; ``size`` is that of the picture, such as ``640x352``;
    ``since`` (included) and ``until`` (not) limit when it was created.
    """

    owner: str | None = None
    states: frozenset[JobState] | None = None
    mode: Mode | None = None
    model: str | None = None
    server: str | None = None
    favourite: bool | None = None
    size: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    looks_failed: bool | None = None
    text: str | None = None


@dataclass(frozen=True, kw_only=True)
class JobPage:
    """Jobs, newest first. ``older`` and ``newer`` are the cursors of the pages beside it, None at an end."""

    jobs: tuple[JobRecord, ...]
    older: int | None
    newer: int | None
