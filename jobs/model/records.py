"""What the store returns: plain typed records. Nothing outside the store sees a table row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict

from core import errors
from core.errors import MovaError
from core.messages import Fact, Message
from core.steps import Maker, Step
from jobs.model.request import PREVIEW, JobRequest, Mode, QueueKey, is_preview_server
from jobs.model.states import FINAL, REFETCHED, JobState, StepState
from render.parts import PartTimes

if TYPE_CHECKING:
    from core.render_settings import RenderSettings

Json = dict[str, Any]
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
class Bookkeeping:
    """What the program itself records on a job, besides what was asked for.

    ``run`` is the last process that worked on this job alone; ``may_preview`` whether the preview engine stood in for
    servers when a person last let it continue; ``approved`` the step up to which a person who reviews each of them
    let it continue, None in jobs from before this was recorded; ``session_keys`` names the settings whose keys come
    from a session, and ``session_of`` the process that holds them. ``makers`` is who is to make each step, None where
    that was not recorded.
    ``wordings`` are all the texts that the job had, once it had more than one.
    ``name`` is the person's own word for it: the name of a batch's row, the title of the film that it is a shot of;
    ``shot`` is what happens in that shot, empty where it is none. Copies keep both.
    ``video`` is what the finished film holds (media.videos.VideoFacts), None where it is read from the file.
    ``look_try`` counts the automatic retries up to this one; ``next_try`` is the job of the next one.
    """

    name: str = ""
    shot: str = ""
    run: str = ""
    may_preview: bool = False
    approved: Step | None = None
    session_keys: tuple[str, ...] = ()
    session_of: str | None = None
    makers: Mapping[Step, Maker] | None = None
    offered_negative_prompt: Json | None = None
    wordings: tuple[str, ...] = ()
    look_try: int = 0
    next_try: str | None = None
    video: Json | None = None


class BookkeepingChanges(TypedDict, total=False):
    """The fields of Bookkeeping that may be changed."""

    run: str
    may_preview: bool
    approved: Step | None
    session_keys: tuple[str, ...]
    session_of: str | None
    makers: Mapping[Step, Maker] | None
    offered_negative_prompt: Json | None
    wordings: tuple[str, ...]
    look_try: int
    next_try: str | None
    video: Json | None


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """What a job is created with; ``parent`` is the job that it copies, ``extends`` the shot that it continues.

    With an ``id`` creating it twice makes one job; without, the store draws one.
    """

    owner: str
    request: JobRequest
    bookkeeping: Bookkeeping = field(default_factory=Bookkeeping)
    state: JobState = "draft"
    parent: str | None = None
    extends: str | None = None
    is_preview: bool = False
    warnings: tuple[Message, ...] = ()
    id: str | None = None
    created: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class JobRecord:
    """One job. ``number`` orders pages and is their cursor; ``progress`` is 0 to 100; times are aware, in UTC.

    ``is_preview`` says that it was rendered by a preview engine and is no MOVA video. ``look`` is what the automatic
    check of the finished video found (media/findings.py): empty if nothing is wrong with it, None if it was not
    checked. ``report`` is what was heard and measured (listening/report.py), ``heard`` the worst of its lines:
    ``said``, ``partly`` or ``not_said``, None where none was judged. ``takes`` are those of its order as they were
    judged up to this one, ``pick`` is what was known when its person chose it among several (listening/choice.py).
    ``inference_time_s`` is the server's own figure. ``moved`` is when its status or percentage last changed,
    ``waits_on`` when its person last chose to wait on although it seemed stuck.
    """

    id: str
    number: int
    owner: str
    state: JobState
    request: JobRequest
    bookkeeping: Bookkeeping
    server: str | None
    server_url: str | None
    server_job_id: str | None
    server_version: str | None
    progress: int
    stage: str | None
    error: StoredError | None
    warnings: tuple[Message, ...]
    look: tuple[str, ...] | None
    heard: str | None
    report: Json | None
    takes: Json | None
    pick: Json | None
    attempts: int
    line_position: int
    parent: str | None
    extends: str | None
    is_preview: bool
    favourite: bool
    deleted: bool
    revision: int
    created: datetime
    updated: datetime
    queued: datetime | None
    sent: datetime | None
    finished: datetime | None
    unreachable_since: datetime | None
    inference_time_s: float | None
    moved: datetime | None
    waits_on: datetime | None

    @property
    def mode(self) -> Mode:
        return self.request.mode

    @property
    def heading(self) -> str:
        """What it is listed under: a film's shots all begin with the film's look, so that these go by what happens."""
        noted = self.bookkeeping
        return " · ".join(filter(None, (noted.name, noted.shot))) if noted.shot else self.request.text

    @property
    def render(self) -> RenderSettings:
        return self.request.render

    @property
    def model(self) -> str:
        return self.request.model

    @property
    def wanted_server(self) -> str | None:
        return self.request.wanted_server

    @property
    def queue_key(self) -> QueueKey:
        return self.request.queue_key

    @property
    def on_own_preview(self) -> bool:
        """Whether a preview engine of this program renders it, which takes no GPU."""
        return is_preview_server(self.server)

    @property
    def shown_server(self) -> str | None:
        """The server's name as shown: its name, its address where that was given, or ``preview``."""
        if self.on_own_preview:
            return PREVIEW
        by_address = self.server is not None and "://" in (self.wanted_server or "")
        return self.wanted_server if by_address else self.server

    @property
    def final(self) -> bool:
        return self.state in FINAL

    @property
    def video_on_server(self) -> bool:
        """Whether the render is done and only its video was not fetched; a file that cannot be played is no video."""
        rendered = self.state in REFETCHED and self.stage == "completed" and self.server_job_id is not None
        return rendered and not (self.error and self.error.kind == "VideoUnplayable")

    @property
    def looks_failed(self) -> bool:
        return bool(self.look)


class JobChanges(TypedDict, total=False):
    """What may be changed on a job besides its state.

    Of its request and its bookkeeping what is named changes; the rest stays, as others may have written it meanwhile.
    """

    request: Mapping[str, Any]
    bookkeeping: BookkeepingChanges
    extends: str | None
    server: str | None
    server_url: str | None
    server_job_id: str | None
    server_version: str | None
    progress: int
    stage: str | None
    error: StoredError | None
    warnings: tuple[Message, ...]
    is_preview: bool
    favourite: bool
    look: tuple[str, ...] | None
    heard: str | None
    report: Json | None
    takes: Json | None
    pick: Json | None
    finished: datetime | None
    unreachable_since: datetime | None
    inference_time_s: float | None
    moved: datetime | None
    waits_on: datetime | None


@dataclass(frozen=True, kw_only=True)
class StepRecord:
    """One version of one step; ``output`` is its text, or the name of its file in the job's folder.

    ``maker`` is None for what a person gave, and where it was made before makers were recorded; a result that is
    ``kept`` counts whoever would make it now.
    """

    job_id: str
    step: Step
    version: int = FIRST_VERSION
    state: StepState
    provider: str | None = None
    model: str | None = None
    input_hash: str | None = None
    output: str | None = None
    edited: bool = False
    warnings: tuple[Message, ...] = ()
    seconds: float | None = None
    tokens: int | None = None
    chosen: bool = False
    maker: Maker | None = None
    kept: bool = False
    created: datetime | None = None


@dataclass(frozen=True)
class BatchRecord:
    """How the job of a batch's row ended, of which nothing else is left."""

    state: JobState
    seed: int | None
    finished: datetime | None


@dataclass(frozen=True, kw_only=True)
class FileRecord:
    """A file in a job's folder: ``kind`` such as first_frame or video, size in bytes; ``notes`` say how it was made."""

    job_id: str
    kind: str
    name: str
    sha256: str
    bytes: int
    created: datetime | None = None
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SlotRecord:
    """A slot on a server that is taken: by which job and since when."""

    server: str
    slot: int
    job_id: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class QueuePosition:
    """Where a waiting job stands: ``position`` from 1, ``of`` all that wait in its queue."""

    position: int
    of: int


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """How long a render takes, in seconds, from ``n`` finished ones; ``low`` to ``high`` covers the middle 80 %.

    ``parts`` are the medians of its parts, None where none was seen in parts.
    """

    median: float
    low: float
    high: float
    n: int
    parts: PartTimes | None = None


@dataclass(frozen=True, kw_only=True)
class JobFilter:
    """Which jobs a page shows; None does not restrict. ``text`` is searched for in all texts of a job, in its seed,
    name and id; ``seed:``, ``name:``, ``id:`` and ``server:`` in it are looked for in that alone.

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
    heard: str | None = None
    text: str | None = None


@dataclass(frozen=True, kw_only=True)
class JobPage:
    """Jobs, newest first. ``older`` and ``newer`` are the cursors of the neighbouring pages, None at an end."""

    jobs: tuple[JobRecord, ...]
    older: int | None
    newer: int | None


@dataclass(frozen=True, kw_only=True)
class JobMonth:
    """A month in which jobs were created: ``first`` is its first moment where the reader is.

    The page older than ``ends`` begins with its last job, the one newer than ``begins`` with its first.
    """

    first: datetime
    begins: int
    ends: int
