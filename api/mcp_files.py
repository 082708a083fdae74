"""Addresses that give one file of a job to whoever has them, for an hour: programs hand them on to people."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from api.mcp_answers import FileAddress
from core.errors import MovaError, NothingToExtend
from core.kept_secret import ADDRESSES, kept_secret
from jobs.model.people import Person
from record.folder import FIRST_FRAME, POSTER, VIDEO, file_inside

if TYPE_CHECKING:
    from pathlib import Path

    from config import Settings
    from jobs.model.records import JobRecord
    from jobs.service.service import JobService

LIFE_SECONDS = 3600
NAMES = {"video": VIDEO, "first_frame": FIRST_FRAME, "poster": POSTER}
_KINDS = {VIDEO: "video/mp4", FIRST_FRAME: "image/png", POSTER: "image/jpeg"}
PATH = "/mcp/files/{token}/{name}"


def address_of(settings: Settings, service: JobService, job: JobRecord, what: str, base: str) -> FileAddress:
    """The address of a job's video, first frame or poster.

    Args:
        base: of this server, such as http://localhost:8600.

    Raises:
        NothingToExtend: it has no such file yet.
    """
    path = _file(service, job, NAMES[what])
    if path is None:
        raise NothingToExtend(job=job.id)
    token = _signer(settings).dumps([job.owner, job.id, path.name])
    return FileAddress(
        job=job.id,
        address=f"{base.rstrip('/')}{PATH.format(token=token, name=path.name)}",
        kind=_KINDS[path.name],
        bytes=path.stat().st_size,
        expires_in_seconds=LIFE_SECONDS,
    )


def send(settings: Settings, service: Callable[[], JobService], request: Request) -> Response:
    """Answer for such an address, with Range."""
    try:
        owner, job_id, name = _signer(settings).loads(request.path_params["token"], max_age=LIFE_SECONDS)
        mine = service().of(Person(name=owner))
        path = _file(mine, mine.get(job_id), name)
    except (BadData, ValueError):
        return PlainTextResponse("This address is not valid any more. Ask for a new one.", 403)
    except MovaError:
        path = None
    if path is None or name != request.path_params["name"]:
        return PlainTextResponse("There is no such file.", 404)
    return FileResponse(path, media_type=_KINDS[name], headers={"X-Content-Type-Options": "nosniff"})


def _file(service: JobService, job: JobRecord, name: str) -> Path | None:
    if name == VIDEO:
        path = file_inside(service.files.folder_of(job), VIDEO)
        return path if job.state == "completed" and path.is_file() else None
    if name == FIRST_FRAME:
        return service.files.first_frame(job)
    return service.files.poster(job.id)


def _signer(settings: Settings) -> URLSafeTimedSerializer:
    secret = kept_secret(settings.output_dir, ADDRESSES, settings.file_access)
    return URLSafeTimedSerializer(secret, salt="files-by-mcp")
