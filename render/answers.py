"""What SGLang's answers mean: jobs, server facts, and every shape of error body (SGLang 0.5.23), as our own types."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from core.errors import (
    JobFailed,
    LoginBeforeServer,
    NothingRendered,
    OutOfMemory,
    PictureRefused,
    RequestRefused,
    ServerAnswerUnclear,
    ServerMovedElsewhere,
    UploadTooLarge,
    WorkerDied,
)
from core.limits import is_plain_id
from core.plain_text import visible_text, without_markup

STATUSES = ("queued", "in_progress", "completed", "failed", "deleted")
_LONGEST_VERSION = 64
_READ, _SAID = 2000, 300
BEFORE_A_SERVER = (301, 302, 303, 307, 308, 401, 403, 407)  # statuses that SGLang never gives
_LONGEST_RENDER = 30 * 86_400.0  # seconds; more is a wrong clock
_FAILURES: tuple[tuple[str, type[JobFailed]], ...] = (
    ("out of memory", OutOfMemory),
    ("outofmemory", OutOfMemory),
    ("worker exited", WorkerDied),
    ("broker exited", WorkerDied),
    ("cannot identify image", PictureRefused),
    ("image file is truncated", PictureRefused),
    ("no output", NothingRendered),
    ("produced no", NothingRendered),
)


@dataclass(frozen=True)
class VideoJob:
    """One job as its server tells it. ``progress`` is the percentage of denoising steps, 0 to 100.

    ``left_out`` names the fields that it was sent without, because the server refused them.
    """

    id: str
    status: str
    progress: int
    model: str
    error: str
    inference_time_s: float | None = None
    left_out: tuple[str, ...] = ()

    def failure(self, server: str) -> JobFailed:
        """The reason of a failed job as one of our errors."""
        text = self.error.casefold()
        kind = next((kind for sign, kind in _FAILURES if sign in text), JobFailed)
        return kind(self.error, server=server, job=self.id)


@dataclass(frozen=True)
class ServerInfo:
    """What a server says of itself. ``model`` is None where its names tell no resolution."""

    model: str | None
    served_model_name: str
    version: str
    preview: bool


def parsed(body: bytes, server: str) -> Any:
    """The JSON of an answer.

    Raises:
        ServerAnswerUnclear: where it is none.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise ServerAnswerUnclear(_start_of(body), server=server) from None


def video_job(answer: Any, server: str) -> VideoJob:
    """Read one job.

    Raises:
        ServerAnswerUnclear: where a field is missing or of the wrong kind.
    """
    if not isinstance(answer, dict):
        raise ServerAnswerUnclear(server=server)
    job_id, status = answer.get("id"), answer.get("status")
    if not is_plain_id(job_id) or status not in STATUSES:
        raise ServerAnswerUnclear(f"id {job_id!r}, status {status!r}", server=server)
    return VideoJob(
        id=job_id,
        status=status,
        progress=_percent(answer.get("progress")),
        model=str(answer.get("model") or ""),
        error=reason(answer),
        inference_time_s=_seconds(answer.get("inference_time_s")),
    )


def server_info(answer: Any, server: str) -> ServerInfo:
    """Read ``/server_info``; the resolution stands in the served name or at the end of the model's path."""
    if not isinstance(answer, dict):
        raise ServerAnswerUnclear(server=server)
    served = str(answer.get("served_model_name") or "")
    path_end = str(answer.get("model_path") or "").rstrip("/").rsplit("/", 1)[-1]
    return ServerInfo(
        model=_model_of(served) or _model_of(path_end),
        served_model_name=path_end if "/" in served else served,
        version=" ".join(visible_text(str(answer.get("version") or "")).split())[:_LONGEST_VERSION],
        preview=answer.get("preview") is True,
    )


def reason(answer: Any) -> str:
    """The reason in an error body of any of SGLang's shapes; empty where it gives none."""
    if not isinstance(answer, dict):
        return ""
    for key in ("error", "detail", "message"):
        value = answer.get(key)
        if isinstance(value, str):
            return value
        if isinstance(value, dict):
            return str(value.get("message") or "")
        if isinstance(value, list):
            return "; ".join(_field_problem(item) for item in value)
    return ""


def reason_of_body(body: bytes) -> str:
    """The same for bytes that may not be JSON at all."""
    try:
        return reason(json.loads(body))
    except (ValueError, RecursionError):
        return _start_of(body)


def _field_problem(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    where = item.get("loc")
    name = where[-1] if isinstance(where, list) and where else ""
    return f"{name}: {item.get('msg', '')}"


def _model_of(name: str) -> str | None:
    lowered = name.casefold()
    found = [model for model, mark in (("mova-360p", "360p"), ("mova-720p", "720p")) if mark in lowered]
    return found[0] if "mova" in lowered and len(found) == 1 else None


def _percent(value: Any) -> int:
    return max(0, min(100, int(value))) if _is_number(value) else 0


def _seconds(value: Any) -> float | None:
    return float(value) if _is_number(value) and 0 <= value <= _LONGEST_RENDER else None


def _is_number(value: Any) -> bool:
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:
        return False


def _start_of(body: bytes) -> str:
    return without_markup(body[:_READ].decode("utf-8", "replace"))[:_SAID]


def refusal(status: int, body: bytes, server: str) -> RequestRefused:
    """A status that is no success, as one of our errors: what stands before a server speaks in statuses only."""
    kinds: dict[int, type[RequestRefused]] = dict.fromkeys((401, 403, 407), LoginBeforeServer) | {413: UploadTooLarge}
    moved = ServerMovedElsewhere if 300 <= status < 400 else RequestRefused
    return kinds.get(status, moved)(reason_of_body(body), server=server, status=status)
