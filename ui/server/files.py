"""Addresses under which a browser gets files of jobs: signed, short-lived, for one person, certain jobs and one file.

An address alone opens nothing where there is a login: whoever sends it is asked for again, it must be them for whom it
was signed, and they must still be allowed to see the job.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from api.asked_language import language_asked_for
from api.file_answers import FileAnswer
from core.errors import MovaError, NotLoggedIn, StorageError, UnknownFilm
from core.files import MEDIA_TYPES
from core.messages import gettext_noop
from core.translations import LANGUAGES, translator
from jobs.model.people import Person
from jobs.service.export import zip_stream
from jobs.service.hand_over import installed, zipped
from record.folder import FIRST_FRAME, LIGHT, POSTER, VIDEO, file_inside
from ui.app_context import app_context
from ui.server.visitor import person_asking
from ui.session import language, person
from ui.shared.pictures import small_jpeg

if TYPE_CHECKING:
    from jobs.model.records import JobRecord
    from jobs.service.service import JobService

_LIFE_SECONDS = 6 * 3600
_SAME_SECONDS = 1800  # an address stays the same as long as this, so that a browser keeps what it has fetched
_THUMBNAIL = "thumbnail.jpg"  # of the first frame; no file of this name is on the disk
_ENDED = gettext_noop("This address is not valid any more. Open the page again.")
_GONE = gettext_noop("There is no such file.")

_SOUNDS = {
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".m4a": "audio/mp4",
    ".mp4": "audio/mp4",
    ".aif": "audio/aiff",
    ".aiff": "audio/aiff",
}


def file_path(job_id: str, name: str, *, save_as: str = "") -> str:
    """The path of a file's address on this server, such as ``/files/<token>/video.mp4``.

    With ``save_as`` the browser keeps the file under that name instead of showing it.
    """
    path = f"/files/{_signer(person()).dumps([job_id, name, save_as])}/{quote(name)}"
    return _in_a_tab(path) if save_as else path


def poster_path(job_id: str, revision: int) -> str:
    """The same for a job's small picture, which is made when it is first asked for; a new ``revision`` fetches anew."""
    return f"{file_path(job_id, POSTER)}?r={revision}"


def thumbnail_path(job_id: str, version: str) -> str:
    """The path of a job's first frame, small; another ``version`` is fetched anew."""
    return f"{file_path(job_id, _THUMBNAIL)}?v={version}"


def zip_path(job_ids: Sequence[str], save_as: str) -> str:
    """The path of an address that sends everything of these jobs as one ZIP, made while it is sent."""
    return _in_a_tab(f"/zips/{_signer(person()).dumps([list(job_ids), save_as])}/{quote(save_as)}")


def document_path(film_id: str, revision: int, *, save_as: str) -> str:
    """The path of an address that sends a revision of a film's document as JSON."""
    return _in_a_tab(f"/films/{_signer(person()).dumps([film_id, revision, save_as])}/{quote(save_as)}")


def hand_over_path(film_id: str, revision: int, *, save_as: str) -> str:
    """The path of an address that sends a film for an editor as one ZIP, made while it is sent."""
    signed = _signer(person()).dumps([film_id, revision, save_as, language()])
    return _in_a_tab(f"/hand-overs/{signed}/{quote(save_as)}")


def _in_a_tab(path: str) -> str:
    """The address with the language of the page: a browser opens it in a tab, which shows the words of an error."""
    return f"{path}?lang={language()}"


def music_path(digest: str, name: str) -> str:
    """The path of a music file that this person keeps for films; ``name`` is what they call it."""
    ending = Path(name).suffix.lower()
    shown = f"music{ending if ending in _SOUNDS else ''}"
    return f"/music/{_signer(person()).dumps(digest)}/{shown}"


def send_music(request: Request) -> Response:
    """Answer for the address of a music file; Range requests are answered with their part."""
    try:
        asking = _asking(request)
        path = app_context().worker.service.of(asking).films.sounds.file(str(_signed(request, asking)))
    except StorageError as problem:
        return _told(request, problem, 503)
    except (BadData, ValueError, NotLoggedIn):
        return _refused(request, _ENDED, 403)
    if path is None:
        return _refused(request, _GONE, 404)
    name = request.path_params["name"]
    kind = _SOUNDS.get(Path(name).suffix, "application/octet-stream")
    return FileAnswer(path, media_type=kind, headers=_headers("inline", name))


def send_hand_over(request: Request) -> Response:
    """Answer for the address of a film's hand-over, with the formats whose packages are installed."""
    try:
        asking = _asking(request)
        film_id, revision, save_as, spoken = _signed(request, asking)
        service = app_context().worker.service.of(asking)
        film, _ = service.films.get(film_id, revision)
        files = service.hand_over.files(film, installed(), translator(spoken))
    except (BadData, ValueError, NotLoggedIn):
        return _refused(request, _ENDED, 403)
    except UnknownFilm:
        return _refused(request, _GONE, 404)
    except StorageError as problem:
        return _told(request, problem, 503)
    except MovaError as problem:
        return _told(request, problem, 409)
    return StreamingResponse(zipped(files), media_type="application/zip", headers=_headers("attachment", save_as))


def send_document(request: Request) -> Response:
    """Answer for the address of a film's document."""
    try:
        asking = _asking(request)
        film_id, revision, save_as = _signed(request, asking)
        film, _ = app_context().worker.service.of(asking).films.get(film_id, revision)
    except (BadData, ValueError, NotLoggedIn):
        return _refused(request, _ENDED, 403)
    except MovaError:
        return _refused(request, _GONE, 404)
    return Response(film.as_json(), media_type="application/json", headers=_headers("attachment", save_as))


def send_file(request: Request) -> Response:
    """Answer for a file's address; Range requests are answered with their part."""
    try:
        asking = _asking(request)
        job_id, name, save_as = _signed(request, asking)
        service = app_context().worker.service.of(asking)
        job = service.get(job_id)
        path = file_inside(service.files.folder_of(job), name)
        if name == _THUMBNAIL == request.path_params["name"]:
            return _thumbnail(request, service, job)
        if name == POSTER:
            service.files.poster(job_id)
        elif name == FIRST_FRAME:
            path = service.files.first_frame(job) or path
        elif name == LIGHT:
            path = _light_or_whole(service, job_id)
        if name == request.path_params["name"] and not save_as and (signed := service.files.address(job, path.name)):
            return RedirectResponse(signed, 307, {"Cache-Control": "no-store"})
        path = service.files.path(job, path.name) or path
    except StorageError as problem:
        return _told(request, problem, 503)
    except (BadData, ValueError, NotLoggedIn):
        return _refused(request, _ENDED, 403)
    except MovaError:
        return _refused(request, _GONE, 404)
    if name != request.path_params["name"] or not path.is_file():
        return _refused(request, _GONE, 404)
    kind = MEDIA_TYPES.get(path.suffix, "application/octet-stream")
    return FileAnswer(path, media_type=kind, headers=_headers("attachment" if save_as else "inline", save_as or name))


def _thumbnail(request: Request, service: JobService, job: JobRecord) -> Response:
    path = service.files.first_frame(job)
    try:
        small = small_jpeg(path, path.stat().st_mtime_ns) if path else None
    except OSError:
        small = None
    if small is None:
        return _refused(request, _GONE, 404)
    return Response(small, media_type="image/jpeg", headers=_headers("inline", _THUMBNAIL))


def _light_or_whole(service: JobService, job_id: str) -> Path:
    """A light copy of a video; the video itself where none can be made."""
    try:
        return service.videos.light(job_id)
    except MovaError:
        return file_inside(service.files.folder(job_id), VIDEO)


def send_zip(request: Request) -> Response:
    """Answer for a ZIP's address; jobs that were deleted meanwhile are left out."""
    try:
        asking = _asking(request)
        job_ids, save_as = _signed(request, asking)
    except (BadData, ValueError, NotLoggedIn):
        return _refused(request, _ENDED, 403)
    service = app_context().worker.service.of(asking)
    known = [job_id for job_id in job_ids if service.known(job_id)]
    if not known:
        return _refused(request, _GONE, 404)
    folders = (service.files.whole(job_id) for job_id in known)
    try:
        first = next(folders)  # an error after the first byte could not be told any more
    except StorageError as problem:
        return _told(request, problem, 503)
    archive = zip_stream(chain([first], folders))
    return StreamingResponse(archive, media_type="application/zip", headers=_headers("attachment", save_as))


def _headers(disposition: str, name: str) -> dict[str, str]:
    """``name`` in both ways of writing: for old programs in ASCII, for all others as it is."""
    simple = name.encode("ascii", "ignore").decode().replace('"', "").replace("\\", "")
    return {
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600",
        "Content-Disposition": f"{disposition}; filename=\"{simple}\"; filename*=UTF-8''{quote(name, safe='')}",
    }


def _told(request: Request, problem: MovaError, status: int) -> Response:
    translate = translator(_spoken_by(request))
    return PlainTextResponse(f"{problem.message(translate)} {problem.next_step(translate)}", status)


def _refused(request: Request, words: str, status: int) -> Response:
    return PlainTextResponse(translator(_spoken_by(request))(words), status)


def _spoken_by(request: Request) -> str:
    """The language of the page that the address was on; else what the browser prefers."""
    named = request.query_params.get("lang")
    return named if named in LANGUAGES else language_asked_for(request)


_STARTED = time.time() - time.monotonic()


def _now() -> float:
    return _STARTED + time.monotonic()


class _Coarse(TimestampSigner):
    """Signs with a time that stays the same for ``_SAME_SECONDS``, so that an address does. It never goes back, even
    where the system's clock is set back: an address signed before would be refused.
    """

    def get_timestamp(self) -> int:
        return int(_now()) // _SAME_SECONDS * _SAME_SECONDS


def _asking(request: Request) -> Person:
    if known := person_asking(app_context().settings, request):
        return known
    raise NotLoggedIn


def _signed(request: Request, asking: Person) -> Any:
    return _signer(asking).loads(request.path_params["token"], max_age=_LIFE_SECONDS)


def _signer(viewer: Person) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(app_context().secret, salt=f"files-{viewer.name}", signer=_Coarse)


# The server's own addresses besides the pages.

_FONTS = {path.name: path for path in (Path(__file__).parents[2] / "fonts").glob("*.woff2")}


def send_font(request: Request) -> Response:
    """One of the fonts that the pages are set in: they hold nothing of anybody, so anybody may have them."""
    font = _FONTS.get(request.path_params["name"])
    if font is None:
        return _refused(request, _GONE, 404)
    return FileResponse(font, media_type="font/woff2", headers={"Cache-Control": "max-age=604800"})


def to_create(request: Request) -> RedirectResponse:
    """Create is the page without a name; its own name leads there, too."""
    return RedirectResponse(f"./?{request.url.query}" if request.url.query else "./")


ROUTES = (
    Route("/create", to_create),
    Route("/fonts/{name}", send_font),
    Route("/files/{token}/{name}", send_file),
    Route("/films/{token}/{name}", send_document),
    Route("/zips/{token}/{name}", send_zip),
    Route("/music/{token}/{name}", send_music),
    Route("/hand-overs/{token}/{name}", send_hand_over),
)
