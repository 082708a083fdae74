"""Addresses under which a browser gets files of jobs: signed, short-lived, for one person, certain jobs and one file.

An address alone opens nothing where there is a login: whoever sends it is asked for again, it must be them for whom it
was signed, and they must still be allowed to see the job.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse

from errors import MovaError, NotLoggedIn
from jobs.bundle import bundle
from jobs.people import Person
from record.folder import POSTER
from ui.office import office
from ui.session import person
from ui.visitor import person_asking

_LIFE_SECONDS = 6 * 3600
_SAME_SECONDS = 1800  # an address stays the same as long as this, so that a browser keeps what it has fetched
_KINDS = {
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}


def file_path(job_id: str, name: str, *, save_as: str = "") -> str:
    """The path of a file's address on this server, such as ``/files/<token>/video.mp4``.

    With ``save_as`` the browser keeps the file under that name instead of showing it.
    """
    return f"/files/{_signer(person()).dumps([job_id, name, save_as])}/{quote(name)}"


def poster_path(job_id: str, revision: int) -> str:
    """The same for a job's small picture, which is made when it is first asked for; a new ``revision`` fetches anew."""
    return f"{file_path(job_id, POSTER)}?r={revision}"


def zip_path(job_ids: Sequence[str], save_as: str) -> str:
    """The path of an address that sends everything of these jobs as one ZIP, made while it is sent."""
    return f"/zips/{_signer(person()).dumps([list(job_ids), save_as])}/{quote(save_as)}"


def send_file(request: Request) -> Response:
    """Answer for a file's address; Range requests are answered with their part."""
    try:
        asking = _asking(request)
        job_id, name, save_as = _signed(request, asking)
        desk = office().worker.desk.of(asking)
        path = desk.folder(job_id) / name
        if name == POSTER:
            desk.poster(job_id)
    except (BadData, ValueError, NotLoggedIn):
        return _refused("This address is not valid any more. Open the page again.", 403)
    except MovaError:
        return _refused("There is no such file.", 404)
    if name != request.path_params["name"] or not path.is_file():
        return _refused("There is no such file.", 404)
    kind = _KINDS.get(path.suffix, "application/octet-stream")
    return FileResponse(path, media_type=kind, headers=_headers("attachment" if save_as else "inline", save_as or name))


def send_zip(request: Request) -> Response:
    """Answer for a ZIP's address; jobs that were deleted meanwhile are left out."""
    try:
        asking = _asking(request)
        job_ids, save_as = _signed(request, asking)
    except (BadData, ValueError, NotLoggedIn):
        return _refused("This address is not valid any more. Open the page again.", 403)
    desk = office().worker.desk.of(asking)
    folders = [desk.folder(job_id) for job_id in job_ids if desk.known(job_id)]
    if not folders:
        return _refused("There is no such file.", 404)
    return StreamingResponse(bundle(folders), media_type="application/zip", headers=_headers("attachment", save_as))


def _headers(disposition: str, name: str) -> dict[str, str]:
    """``name`` in both ways of writing: for old programs in ASCII, for all others as it is."""
    simple = name.encode("ascii", "ignore").decode().replace('"', "").replace("\\", "")
    return {
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600",
        "Content-Disposition": f"{disposition}; filename=\"{simple}\"; filename*=UTF-8''{quote(name, safe='')}",
    }


def _refused(words: str, status: int) -> Response:
    return PlainTextResponse(words, status_code=status)


class _Coarse(TimestampSigner):
    """A clock that stands still for a while."""

    def get_timestamp(self) -> int:
        return int(time.time()) // _SAME_SECONDS * _SAME_SECONDS


def _asking(request: Request) -> Person:
    if known := person_asking(office().settings, request):
        return known
    raise NotLoggedIn


def _signed(request: Request, asking: Person) -> Any:
    return _signer(asking).loads(request.path_params["token"], max_age=_LIFE_SECONDS)


def _signer(viewer: Person) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(office().secret, salt=f"files-{viewer.name}", signer=_Coarse)
