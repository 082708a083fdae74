"""``/api/v1/films``: documents in revisions, their shots with takes, and what makes these."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import Caller, Creator, Reader, Spender
from api.file_answers import FileAnswer, file_answers
from api.ordering import is_matched
from api.problems import Problem, answers, problem_of
from api.video_fields import NoSwitch, picture_sent
from core.errors import FieldUnfit, FileMissing, FilmChanged, FilmExists, MatchMissing, UnknownFilm, UnknownShot
from core.messages import gettext_noop
from film.document import Film
from jobs.model.states import JobState

router = APIRouter(prefix="/api/v1", tags=["Films"])
Match = Annotated[
    str | None, Header(alias="If-Match", max_length=200, description="The ETag of the revision you edited")
]
FilmId = Annotated[str, Field(max_length=80)]


class FilmEntry(BaseModel):
    """A film in the list: how many shots it has, and how many of them have a first frame and a take."""

    id: str
    title: str
    shots: int
    frames: int
    takes: int
    edited: datetime
    url: str


class FilmPage(BaseModel):
    """Films, the last edited first. ``next`` is the cursor of the page after it."""

    films: list[FilmEntry]
    next: str | None


class Revision(BaseModel):
    """A revision of a film."""

    id: str
    revision: int
    url: str


class RevisionEntry(BaseModel):
    """When a revision was recorded."""

    revision: int
    recorded: datetime


class RevisionList(BaseModel):
    """The last revisions, the newest first."""

    revisions: list[RevisionEntry]


class JobOfShot(BaseModel):
    """A job of a shot."""

    id: str
    state: JobState
    url: str


class ShotEntry(BaseModel):
    """A shot as it stands: its jobs, its takes, and the take that is chosen."""

    number: int
    id: str
    has_frame: bool
    held: bool
    stale: bool
    chosen: str | None
    takes: list[JobOfShot]
    jobs: list[JobOfShot]


class ShotList(BaseModel):
    """All shots of a film in their order."""

    revision: int
    shots: list[ShotEntry]


class Ordered(BaseModel):
    """The jobs that make it; asked again it orders what can be ordered by then."""

    jobs: list[str]


class JoinedFilm(BaseModel):
    """The film as one file. ``missing`` are the numbers of shots without a take; ``percent`` is told while it is being
    joined, ``problem`` where that failed, and ``url``, ``bytes`` and ``seconds`` once it is there.
    """

    state: Literal["none", "joining", "joined", "failed"]
    revision: int
    missing: list[int]
    percent: int | None = None
    problem: Problem | None = None
    notes: list[str] = Field(default_factory=list)
    url: str | None = None
    bytes: int | None = None
    seconds: float | None = None


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FrameOrder(_Body):
    """Of some shots by their ids, or of all; ``again`` also those that failed."""

    only: Annotated[list[Annotated[str, Field(max_length=32)]], Field(max_length=500)] | None = None
    again: bool = False


class RenderOrder(_Body):
    """``takes`` of each shot; ``again`` also those that ended without a video."""

    takes: Annotated[int, Field(ge=1, le=8), NoSwitch] = 1
    again: bool = False


class Picture(_Body):
    """A picture as a data URL."""

    picture: str


class PictureName(BaseModel):
    """By this digest a film's document names the picture."""

    sha256: str


@router.get("/films", responses=answers())
def list_films(
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=200, description="`next` of the page before")] = None,
) -> FilmPage:
    """Your films with how far they are."""
    found, after = caller.service.films.page(limit=limit, after=cursor)
    entries = [
        FilmEntry(
            id=one.film.id,
            title=one.film.title,
            shots=len(one.shots),
            frames=one.frames,
            takes=one.takes,
            edited=one.edited,
            url=_url(one.film.id),
        )
        for one in found
    ]
    return FilmPage(films=entries, next=after)


@router.post("/films", status_code=201, responses=answers(409))
def create_film(response: Response, caller: Creator, body: Film) -> Revision:
    """Record a new film. Nothing is made of it yet."""
    if _revision_of(caller, body.id):
        raise FilmExists(film=body.id)
    return _saved(response, caller, body, after=0)


@router.get("/films/{film_id}", responses=answers(404))
def get_film(
    response: Response,
    caller: Reader,
    film_id: FilmId,
    revision: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Film:
    """A film's document, the newest revision or another one; its ETag goes into If-Match."""
    film, number = caller.service.films.get(film_id, revision)
    response.headers["ETag"] = f'"{number}"'
    return film


@router.put("/films/{film_id}", responses=answers(404, 409, 412, 428))
def change_film(response: Response, caller: Creator, film_id: FilmId, body: Film, if_match: Match = None) -> Revision:
    """Record the film's next revision; refused where somebody else has changed it since you read it."""
    if body.id != film_id:
        raise FieldUnfit(where="id", reason=gettext_noop("the address names another film"))
    if if_match is None:
        raise MatchMissing
    revision = _revision_of(caller, film_id)
    if not revision:
        raise UnknownFilm(film=film_id)
    _check_match(body, revision, if_match)
    return _saved(response, caller, body, after=revision)


@router.delete("/films/{film_id}", status_code=204, responses=answers(404, 412, 507))
def delete_film(caller: Creator, film_id: FilmId, if_match: Match = None) -> None:
    """Delete a film in all its revisions, and its joined file. The jobs of its shots stay, with their videos."""
    film, revision = caller.service.films.get(film_id)
    if if_match is not None:
        _check_match(film, revision, if_match)
    caller.service.films.delete(film_id)


@router.get("/films/{film_id}/revisions", responses=answers(404))
def list_revisions(caller: Reader, film_id: FilmId) -> RevisionList:
    """The last revisions."""
    caller.service.films.get(film_id)
    found = caller.service.films.revisions(film_id)
    return RevisionList(revisions=[RevisionEntry(revision=number, recorded=when) for number, when in found])


@router.get("/films/{film_id}/shots", responses=answers(404))
def list_shots(caller: Reader, film_id: FilmId) -> ShotList:
    """All shots with their takes."""
    film, revision = caller.service.films.get(film_id)
    shots = [
        ShotEntry(
            number=one.number,
            id=one.shot.id,
            has_frame=one.has_frame,
            held=one.shot.held,
            stale=one.is_stale,
            chosen=one.chosen.id if one.chosen else None,
            takes=[_job(take.id, take.state) for take in one.takes],
            jobs=[_job(job.id, job.state) for job in one.jobs],
        )
        for one in caller.service.films.shots(film)
    ]
    return ShotList(revision=revision, shots=shots)


@router.post("/films/{film_id}/frames", responses=answers(404, 409, 507))
def make_frames(caller: Spender, film_id: FilmId, body: FrameOrder) -> Ordered:
    """Make the first frames that are missing or stale."""
    film, _ = caller.service.films.get(film_id)
    known = {shot.id for scene in film.scenes for shot in scene.shots}
    if unknown := [one for one in body.only or () if one not in known]:
        raise UnknownShot(shot=unknown[0])
    return Ordered(jobs=list(caller.service.shots.make_frames(film, body.only, again=body.again)))


@router.post("/films/{film_id}/render", responses=answers(404, 409, 507))
def render_film(caller: Spender, film_id: FilmId, body: RenderOrder) -> Ordered:
    """Render the takes that are missing and can be ordered by now."""
    film, _ = caller.service.films.get(film_id)
    return Ordered(jobs=list(caller.service.shots.render(film, takes=body.takes, again=body.again)))


@router.post(
    "/films/{film_id}/join",
    status_code=202,
    responses={**answers(404, 409, 412), 200: {"model": JoinedFilm, "description": "It is joined already"}},
)
def join_film(response: Response, caller: Creator, film_id: FilmId, if_match: Match = None) -> JoinedFilm:
    """Join the chosen takes to one file; it goes on after the answer, and is done once for one film as it is."""
    film, revision = caller.service.films.get(film_id)
    if if_match is not None:
        _check_match(film, revision, if_match)
    if _joined(caller, film, revision).state == "joined":
        response.status_code = 200
    else:
        caller.service.cuts.begin_join(caller.background, film_id, after=revision)
    return _joined(caller, film, revision)


@router.get("/films/{film_id}/join", responses=answers(404))
def get_joined_film(caller: Reader, film_id: FilmId) -> JoinedFilm:
    """Whether the film as it is now is joined, and how far that is."""
    return _joined(caller, *caller.service.films.get(film_id))


@router.get(
    "/films/{film_id}/video",
    responses={
        **answers(404),
        **file_answers("video/mp4"),
    },
    response_class=FileAnswer,
)
def get_film_video(caller: Reader, film_id: FilmId) -> FileAnswer:
    """The film as one MP4, once it is joined as it is now; Range is answered with its part."""
    film, _ = caller.service.films.get(film_id)
    joined = caller.service.cuts.joined(film, caller.service.cuts.of(film))
    if joined is None:
        raise FileMissing(name=f"{film.id}.mp4", reason=gettext_noop("it does not exist"))
    return FileAnswer(caller.service.cuts.file(joined), media_type="video/mp4", filename=f"{film.id}.mp4")


@router.post("/films/pictures", status_code=201, responses=answers(400, 413, 507))
def add_picture(caller: Creator, body: Picture) -> PictureName:
    """Keep a picture of a person or a place, or a first frame, for your films."""
    data = picture_sent(body.picture)
    if data is None:
        raise FieldUnfit(where="picture", reason=gettext_noop("it is empty"))
    return PictureName(sha256=caller.service.films.add_picture(data))


def _joined(caller: Caller, film: Film, revision: int) -> JoinedFilm:
    cuts = caller.service.cuts
    cut, task = cuts.of(film), cuts.joining(caller.background, film.id)
    told = JoinedFilm(state="none", revision=revision, missing=list(cut.missing))
    if task is not None and not task.done:  # also once the file is there: what is said of it comes last
        told.state, told.percent = "joining", min(task.percent, 100)
    elif joined := cuts.joined(film, cut):
        told.state, told.seconds, told.url = "joined", cut.seconds, f"{_url(film.id)}/video"
        told.bytes = cuts.file(joined).stat().st_size
        told.notes = [note.text(caller.translate) for note in joined.notes]
    elif task is not None and task.error is not None:
        told.state, told.problem = "failed", problem_of(task.error, caller.translate)
    return told


def _check_match(film: Film, revision: int, if_match: str) -> None:
    if not is_matched(if_match, f'"{revision}"'):
        raise FilmChanged(film=film.title or film.id)


def _saved(response: Response, caller: Caller, film: Film, *, after: int) -> Revision:
    number = caller.service.films.save(film, after=after)
    response.headers["ETag"] = f'"{number}"'
    response.headers["Location"] = _url(film.id)
    return Revision(id=film.id, revision=number, url=_url(film.id))


def _revision_of(caller: Caller, film_id: str) -> int:
    """The newest revision; 0 where there is no such film."""
    try:
        return caller.service.films.get(film_id)[1]
    except UnknownFilm:
        return 0


def _job(job_id: str, state: JobState) -> JobOfShot:
    return JobOfShot(id=job_id, state=state, url=f"/api/v1/jobs/{job_id}")


def _url(film_id: str) -> str:
    return f"/api/v1/films/{film_id}"
