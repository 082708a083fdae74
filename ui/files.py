"""Addresses under which a browser gets a job's files: signed, short-lived, for one job and one file only."""

from __future__ import annotations

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from errors import MovaError
from ui.office import office

_LIFE_SECONDS = 6 * 3600
_KINDS = {".mp4": "video/mp4", ".png": "image/png", ".json": "application/json", ".txt": "text/plain; charset=utf-8"}


def file_path(job_id: str, name: str) -> str:
    """The path of a file's address on this server, such as ``/files/<token>/video.mp4``."""
    return f"/files/{_signer().dumps([job_id, name])}/{name}"


def send_file(request: Request) -> Response:
    """Answer for such an address; Range requests are answered with their part."""
    try:
        job_id, name = _signer().loads(request.path_params["token"], max_age=_LIFE_SECONDS)
        path = office().desk.folder(job_id) / name
    except (BadData, ValueError, MovaError):
        return PlainTextResponse("This address is not valid any more. Open the page again.", status_code=403)
    if name != request.path_params["name"] or not path.is_file():
        return PlainTextResponse("There is no such file.", status_code=404)
    kind = _KINDS.get(path.suffix, "application/octet-stream")
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
    return FileResponse(path, media_type=kind, headers=headers, filename=name, content_disposition_type="inline")


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(office().secret, salt="files")
