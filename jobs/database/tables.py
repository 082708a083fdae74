"""The tables. A change here needs a migration in jobs/database/migrations/versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Double, ForeignKey, Index, Integer, String, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from jobs.database.columns import PlainText, UtcTime

_OF_A_JOB = "jobs.id"


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: PlainText,
        datetime: UtcTime,
        float: Double,
        dict[str, Any]: JSON,
        list[dict[str, Any]]: JSON,
    }


class JobRow(Base):
    """One job. ``number`` is its creation time in microseconds since 1970, made unique: it orders every page.

    ``size`` repeats what the settings say, such as ``640x352``, so that pages can be filtered by it.
    """

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, unique=True)
    owner: Mapped[str]
    mode: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    inputs: Mapped[dict[str, Any]]
    settings: Mapped[dict[str, Any]]
    ask: Mapped[bool]
    model: Mapped[str]
    seed: Mapped[int | None] = mapped_column(BigInteger)
    server: Mapped[str | None]
    server_url: Mapped[str | None]
    server_job_id: Mapped[str | None]
    server_version: Mapped[str | None] = mapped_column(String(64))
    inference_time_s: Mapped[float | None]
    progress: Mapped[int] = mapped_column(default=0)
    stage: Mapped[str | None]
    error_kind: Mapped[str | None]
    error_facts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    error_raw: Mapped[str | None]
    warnings: Mapped[list[dict[str, Any]]]
    look: Mapped[str | None] = mapped_column(String(200))  # findings, comma-separated; empty: none, NULL: not checked
    heard: Mapped[str | None] = mapped_column(String(16))  # the worst of its lines; NULL: none was judged
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    takes: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    pick: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    attempts: Mapped[int] = mapped_column(default=0)
    line_position: Mapped[int] = mapped_column(BigInteger, default=0)
    parent: Mapped[str | None]
    extends: Mapped[str | None]
    preview: Mapped[bool] = mapped_column(default=False)
    favourite: Mapped[bool] = mapped_column(default=False)
    deleted: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=1)
    size: Mapped[str | None] = mapped_column(String(16))
    created: Mapped[datetime]
    updated: Mapped[datetime]
    queued: Mapped[datetime | None]
    sent: Mapped[datetime | None]
    finished: Mapped[datetime | None]
    unreachable_since: Mapped[datetime | None]
    moved: Mapped[datetime | None]  # when its server's status or percentage last changed
    waits_on: Mapped[datetime | None]  # when its person chose to wait on for a job that seemed stuck


# Each page is found inside one index, which therefore also holds what pages filter by.
_FILTERS = (JobRow.mode, JobRow.model, JobRow.server, JobRow.favourite, JobRow.size, JobRow.look, JobRow.heard)
Index("jobs_newest", JobRow.deleted, JobRow.number, JobRow.owner, JobRow.state, *_FILTERS)
Index("jobs_of_owner", JobRow.owner, JobRow.deleted, JobRow.number, JobRow.state, *_FILTERS)
Index("jobs_in_state", JobRow.state, JobRow.deleted, JobRow.number, JobRow.owner, *_FILTERS)
Index("jobs_in_line", JobRow.model, JobRow.state, JobRow.owner, JobRow.line_position, JobRow.number, JobRow.id)
Index("jobs_that_extend", JobRow.extends)
Index("jobs_by_parent", JobRow.parent)


class StepRow(Base):
    """One version of one step of one job. A version that is done is never overwritten."""

    __tablename__ = "step_results"

    job_id: Mapped[str] = mapped_column(ForeignKey(_OF_A_JOB, ondelete="CASCADE"), primary_key=True)
    step: Mapped[str] = mapped_column(String(32), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(16))
    provider: Mapped[str | None]
    model: Mapped[str | None]
    input_hash: Mapped[str | None] = mapped_column(String(64))
    output: Mapped[str | None]
    edited: Mapped[bool] = mapped_column(default=False)
    warnings: Mapped[list[dict[str, Any]]]
    seconds: Mapped[float | None]
    tokens: Mapped[int | None] = mapped_column(BigInteger)
    chosen: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime]

    maker: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # NULL: made before it was recorded
    kept: Mapped[bool] = mapped_column(default=False, server_default=false())

    __table_args__ = (Index("step_results_by_input", "input_hash", "step"),)


class FileRow(Base):
    """A file in a job's folder. ``name`` is relative to that folder, never a path from elsewhere."""

    __tablename__ = "files"

    job_id: Mapped[str] = mapped_column(ForeignKey(_OF_A_JOB, ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int] = mapped_column(BigInteger)
    created: Mapped[datetime]
    notes: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))


class SlotRow(Base):
    """A slot on a server, taken by a job. The primary key keeps two jobs from taking the same slot."""

    __tablename__ = "slots"

    server: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    job_id: Mapped[str] = mapped_column(ForeignKey(_OF_A_JOB, ondelete="CASCADE"), unique=True)
    since: Mapped[datetime]


class TurnRow(Base):
    """When an owner was last served in a model's queue: the higher ``turn``, the later."""

    __tablename__ = "turns"

    model: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(primary_key=True)
    turn: Mapped[int] = mapped_column(BigInteger)


class DayRow(Base):
    """How many jobs an owner has begun on a day (20261124, in UTC); deleting them does not lower it."""

    __tablename__ = "job_days"

    owner: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    jobs: Mapped[int]


class BatchRow(Base):
    """How the job of a batch's row ended; kept when the job is deleted, so that the row does not run again."""

    __tablename__ = "batch_rows"

    job_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str]
    state: Mapped[str] = mapped_column(String(16))
    seed: Mapped[int | None] = mapped_column(BigInteger)
    finished: Mapped[datetime | None]


class FilmRow(Base):
    """One revision of a film's document. Nothing is overwritten, so that an undo works and two tabs lose nothing."""

    __tablename__ = "films"

    owner: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[dict[str, Any]]
    created: Mapped[datetime]


class FilmJobRow(Base):
    """A job that renders a shot; ``inputs`` is the hash of what the shot was when the job was ordered."""

    __tablename__ = "film_jobs"

    job_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str]
    film: Mapped[str] = mapped_column(String(32))
    shot: Mapped[str] = mapped_column(String(32))
    inputs: Mapped[str] = mapped_column(String(64))
    number: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (Index("film_jobs_of_film", "owner", "film", "number"),)


class FilmOrderRow(Base):
    """A shot whose frame or take is ordered and waits for the shot before; ``inputs`` is what it was by itself then."""

    __tablename__ = "film_orders"

    owner: Mapped[str] = mapped_column(primary_key=True)
    film: Mapped[str] = mapped_column(String(32), primary_key=True)
    shot: Mapped[str] = mapped_column(String(32), primary_key=True)
    act: Mapped[str] = mapped_column(String(8))
    inputs: Mapped[str] = mapped_column(String(64))


class FormRow(Base):
    """What a person has on Create and has not sent yet; ``picture`` is a file below OUTPUT_DIR/forms."""

    __tablename__ = "forms"

    owner: Mapped[str] = mapped_column(primary_key=True)
    fields: Mapped[dict[str, Any]]
    picture: Mapped[str | None] = mapped_column(String(120))
    sha256: Mapped[str | None] = mapped_column(String(64))
    updated: Mapped[datetime]


class ApiKeyRow(Base):
    """A key by which programs reach its owner's jobs; ``scopes`` are separated by spaces. Kept when it is revoked."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str]
    name: Mapped[str]
    scopes: Mapped[str] = mapped_column(String(80))
    hash: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime]
    used: Mapped[datetime | None]
    revoked: Mapped[datetime | None]

    __table_args__ = (Index("api_keys_of_owner", "owner", "created"),)


class RepeatableRow(Base):
    """What a request with an Idempotency-Key has made, written before it is made; ``digest`` is of the request.

    ``made`` is empty once it was deleted.
    """

    __tablename__ = "repeatable_requests"

    owner: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    made: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime]

    __table_args__ = (Index("repeatable_requests_by_age", "created"),)


class PauseRow(Base):
    """A paused queue, which sends nothing; ``*`` means every queue."""

    __tablename__ = "pauses"

    model: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]


class ChoreRow(Base):
    """When a daily task that all workers share was last started."""

    __tablename__ = "chores"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    begun: Mapped[datetime]


class RenderTimeRow(Base):
    """How long one finished render took; kept when the job is deleted, so that estimates are.

    Its parts are NULL where they were not all seen.
    """

    __tablename__ = "render_times"

    job_id: Mapped[str] = mapped_column(primary_key=True)
    server: Mapped[str]
    model: Mapped[str]
    size: Mapped[str] = mapped_column(String(16))
    num_frames: Mapped[int]
    num_inference_steps: Mapped[int]
    seconds: Mapped[float]
    encoding: Mapped[float | None]
    denoising: Mapped[float | None]
    decoding: Mapped[float | None]
    finished: Mapped[datetime]

    __table_args__ = (
        Index("render_times_of_model", "model", "size", "num_frames", "num_inference_steps", "finished", "server"),
    )


class WebhookRow(Base):
    """An address of a person's program that is told what becomes of their jobs; its secrets are in no table."""

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str]
    url: Mapped[str]
    events: Mapped[list[str]] = mapped_column(JSON)
    secret: Mapped[int] = mapped_column(default=1)
    earlier_until: Mapped[datetime | None]
    stopped: Mapped[str | None] = mapped_column(String(16))
    created: Mapped[datetime]

    __table_args__ = (Index("webhooks_of_owner", "owner"),)


class WebhookMessageRow(Base):
    """A message for one webhook, written in the transaction of the state that it tells of; kept as the log of it."""

    __tablename__ = "webhook_messages"

    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    id: Mapped[str] = mapped_column(String(64), unique=True)
    webhook: Mapped[str] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(64))
    body: Mapped[str]
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    created: Mapped[datetime]
    next_at: Mapped[datetime | None]
    tried: Mapped[datetime | None]
    status: Mapped[int | None]
    trouble: Mapped[str | None] = mapped_column(String(16))
    tries: Mapped[list[list[Any]] | None] = mapped_column(JSON)

    __table_args__ = (
        Index("webhook_messages_due", "webhook", "state", "next_at", "number"),
        Index("webhook_messages_in_order", "webhook", "subject", "state", "number"),
        Index("webhook_messages_newest", "webhook", "number"),
    )
