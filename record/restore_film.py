"""A film out of a file: a joined mp4 or ``film.json`` of ours, read as the data of a stranger.

What it holds is text, numbers and names of pictures and jobs; whether those are here is for the person's own films and
jobs to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from core.accepted_values import accepted
from core.errors import BadFilm, BadRunFile, NoFilmInside, NoRunInside
from core.limits import is_plain_id
from core.messages import Fact, gettext_noop, phrase
from core.plain_text import visible_text
from film.document import MAX_SHOTS, SCHEMA, Film
from record.restore import comment_of, is_mp4, parsed

MAX_FILM = 4 * 2**20  # bytes of a document
_SHOWN = 2000  # characters of a stranger's file
_NAME = 80


@dataclass(frozen=True)
class FilmInside:
    """``takes`` are the ids of the jobs that the file was joined from, in their order; empty for ``film.json``."""

    film: Film
    takes: tuple[str, ...] = ()


def film_inside(data: bytes, name: str) -> FilmInside | None:
    """The film in the bytes of a file; None where there is none, which may still be a run.

    Raises:
        BadFilm: it is one, but cannot be used.
    """
    try:
        return film_of(data, name)
    except NoFilmInside:
        return None


def film_of(data: bytes, name: str) -> FilmInside:
    """The same where there has to be one.

    Raises:
        NoFilmInside, BadFilm.
    """
    try:
        document = parsed(comment_of(data, name)[0] if is_mp4(data) else data, name, MAX_FILM)
    except NoRunInside as problem:
        raise NoFilmInside(problem.raw, name=name[:_NAME]) from None
    except BadRunFile as problem:
        raise BadFilm(name=name[:_NAME], where="—", reason=problem.facts["reason"]) from None
    found = _film_in(document)
    if found is None:
        raise NoFilmInside(name=name[:_NAME])
    return FilmInside(_checked(found, name), _takes_in(document))


def _film_in(document: Any) -> dict[str, Any] | None:
    """What is meant as a film: a joined file has it beside the ids of its takes, ``film.json`` is it."""
    if not isinstance(document, dict):
        return None
    inside = document.get("film")
    if isinstance(inside, dict):
        return inside
    is_run = "mode" in document or "kind" in document
    return document if "scenes" in document and not is_run else None


def _takes_in(document: dict[str, Any]) -> tuple[str, ...]:
    takes = document.get("shots")
    return tuple(one for one in takes[:MAX_SHOTS] if is_plain_id(one)) if isinstance(takes, list) else ()


def _checked(document: dict[str, Any], name: str) -> Film:
    schema = document.get("schema", SCHEMA)
    if isinstance(schema, int) and schema > SCHEMA:
        reason: Fact = gettext_noop("a newer version of this program wrote it")
        raise BadFilm(name=name[:_NAME], where="schema", reason=reason)
    try:
        return Film.model_validate(_seen(document))
    except RecursionError:
        raise BadFilm(name=name[:_NAME], where="—", reason=gettext_noop("it is nested too deeply")) from None
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        where = visible_text(".".join(map(str, first["loc"])))[:_NAME] or "—"
        raise BadFilm(str(problem)[:_SHOWN], name=name[:_NAME], where=where, reason=_reason(first)) from None


def _reason(first: Any) -> Fact:
    """Why a value is not accepted: a rule of ours in its own words, else what it should have been."""
    if first["type"] == "value_error":
        return str(first["msg"]).removeprefix("Value error, ")
    return phrase(gettext_noop("expected {accepted}"), accepted=accepted(first))


def _seen(value: Any) -> Any:
    """A document with its texts as people see them."""
    if isinstance(value, str):
        return visible_text(value)
    if isinstance(value, list):
        return [_seen(one) for one in value]
    if isinstance(value, dict):
        return {key: _seen(one) for key, one in value.items()}
    return value
