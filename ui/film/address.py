"""Where a film and its stages are: addresses that can be kept, shared and loaded again."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from ui.shared.links import query

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
