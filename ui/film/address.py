"""Where a film and its stages are: addresses that can be kept, shared and loaded again."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from jobs.model.records import JobRecord
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import query
from ui.shared.plain import escape_markdown

FILMS, FILM = "film/films.py", "film/film.py"
PAGE = 24  # films, shots or frames on one page


def film_query(film_id: str, stage: str = "script", **more: str) -> dict[str, str]:
    """The query of a film's page."""
    return query(film=film_id, stage=stage, **more)


def film_path(film_id: str, stage: str = "script") -> str:
    """The address of a film's page on this server, for links of our own elements."""
    return f"film?{urlencode(film_query(film_id, stage))}"


def go_to(film_id: str, stage: str = "script") -> None:
    """Turn to a film's page."""
    st.switch_page(FILM, query_params=film_query(film_id, stage))


def page_number(count: int, size: int = PAGE) -> int:
    """The page of the address, from 1; the last one where there are fewer."""
    asked = st.query_params.get("page", "1")
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    return max(1, min(wanted, pages_of(count, size)))


def pages_of(count: int, size: int = PAGE) -> int:
    return max(1, -(-count // size))


def turn(page: int) -> None:
    """Put another page into the address."""
    st.query_params["page"] = str(page)


def film_link(job: JobRecord) -> None:
    """A link from a job to the stage of the film that it renders a shot of; nothing where it renders none."""
    found = job_service().films.of_job(job.id)
    if found is None:
        return
    film, number = found
    stage = "takes" if job.sent is not None else "sheet"
    words = _("Shot {n} of the film “{title}”").format(n=number, title=film.title or _("Untitled film"))
    more = {"page": str(page)} if (page := pages_of(number)) > 1 else {}
    target = film_query(film.id, stage, **more)
    st.page_link(FILM, label=escape_markdown(words), icon=":material/movie:", query_params=target)
