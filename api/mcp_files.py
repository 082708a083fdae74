"""Addresses that give one file of a job to whoever has them, for an hour: programs hand them on to people."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.asked_language import language_asked_for
from api.file_answers import FileAnswer
from api.mcp_answers import FileAddress
from core.errors import MovaError, NothingToExtend, StorageError
from core.files import MEDIA_TYPES
from core.kept_secret import ADDRESSES
from core.messages import gettext_noop
from core.translations import translator
from jobs.model.people import Person
from jobs.model.states import ASKED
from jobs.service.export import CUT
from record.folder import FIRST_FRAME, POSTER, VIDEO

if TYPE_CHECKING:
    from pathlib import Path

    from config import Settings
    from jobs.model.records import JobRecord
    from jobs.service.cuts import Joined
    from jobs.service.service import JobService

LIFE_SECONDS = 3600
NAMES = {"video": VIDEO, "first_frame": FIRST_FRAME, "poster": POSTER}
PATH = "/mcp/files/{token}/{name}"
_ENDED = gettext_noop("This address is not valid any more. Ask for a new one.")
_GONE = gettext_noop("There is no such file.")


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
    return _address(service, job.owner, job.id, path, base)


def address_of_film(settings: Settings, service: JobService, joined: Joined, base: str) -> FileAddress:
    """The address of a joined film."""
    return _address(service, service.person.name, joined.job_id, service.cuts.file(joined), base)


def address_asked_about(settings: Settings, service: JobService, job: JobRecord, base: str) -> str | None:
    """The address of the first frame that a job asks its person about: the same as long as it asks the same."""
    if service.files.frame_version(job) is None:
        return None
    token = _signer_of_questions(service).dumps([job.owner, job.id, job.revision])
    return f"{base.rstrip('/')}{PATH.format(token=token, name=FIRST_FRAME)}"


def _address(service: JobService, owner: str, job_id: str, path: Path, base: str) -> FileAddress:
    token = _signer(service).dumps([owner, job_id, path.name])
    return FileAddress(
        job=job_id,
        address=f"{base.rstrip('/')}{PATH.format(token=token, name=path.name)}",
        kind=MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
        bytes=path.stat().st_size,
        expires_in_seconds=LIFE_SECONDS,
    )


def send(settings: Settings, service: Callable[[], JobService], request: Request) -> Response:
    """Answer for such an address, with Range."""
    token, name = request.path_params["token"], request.path_params["name"]
    translate = translator(language_asked_for(request))
    try:
        path = _asked_about(service(), token) if name == FIRST_FRAME else None
        path = path or _opened(service(), token)
    except (BadData, ValueError):
        return PlainTextResponse(translate(_ENDED), 403)
    except StorageError as problem:
        return PlainTextResponse(f"{problem.message(translate)} {problem.next_step(translate)}", 503)
    except MovaError:
        path = None
    if path is None or name != path.name:
        return PlainTextResponse(translate(_GONE), 404)
    kind = MEDIA_TYPES.get(path.suffix, "application/octet-stream")
    return FileAnswer(path, media_type=kind, headers={"X-Content-Type-Options": "nosniff"})


def _opened(service: JobService, token: str) -> Path | None:
    owner, job_id, name = _signer(service).loads(token, max_age=LIFE_SECONDS)
    mine = service.of(Person(name=owner))
    return _file(mine, mine.get(job_id), name)


def _asked_about(service: JobService, token: str) -> Path | None:
    """The picture that a job still asks about; None where the address is none of these."""
    try:
        owner, job_id, revision = _signer_of_questions(service).loads(token)
    except BadData:
        return None
    mine = service.of(Person(name=owner))
    job = mine.get(job_id)
    if job.state not in ASKED or job.revision != revision:
        raise BadData("it asks something else by now")
    return mine.files.first_frame(job)


def _file(service: JobService, job: JobRecord, name: str) -> Path | None:
    if name == VIDEO:
        path = service.files.path(job, VIDEO)
        return path if job.state == "completed" else None
    if name == FIRST_FRAME:
        return service.files.first_frame(job)
    if name.startswith(CUT):
        known = any(one.name == name for one in service.files.recorded(job.id))
        return service.files.path(job, name) if known else None
    return service.files.poster(job.id)


def _signer(service: JobService) -> URLSafeTimedSerializer:
    secret = service.files.storage.secret(ADDRESSES)
    return URLSafeTimedSerializer(secret, salt="files-by-mcp")


def _signer_of_questions(service: JobService) -> URLSafeSerializer:
    secret = service.files.storage.secret(ADDRESSES)
    return URLSafeSerializer(secret, salt="questions-by-mcp")
