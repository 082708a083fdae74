"""All films as posters: title, length, how far it is, and when it was edited last."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import StoreError
from jobs.service.shot_states import FilmOverview
from ui.film.address import PAGE, film_path, page_number
from ui.film.from_file import film_field, show_film
from ui.film.paging import page_buttons
from ui.server.files import poster_path
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import address, short
from ui.shared.notices import show_error
from ui.shared.style import BROWSER, script
from ui.shared.widgets import act_bar, primary_button
from ui.shared.words import ago

_JS = script("shelf.js")
_CSS = (BROWSER / "shelf.css").read_text(encoding="utf-8")
_TITLE = 120  # letters


def films_board() -> None:
    """The whole page below its title."""
    films = job_service().films
    try:
        count = films.count()
        found = films.overviews(limit=PAGE, offset=PAGE * (page_number(count) - 1)) if count else ()
    except StoreError as problem:
        show_error(problem)
        return
    show_film()
    if found:
        _posters(found)
        page_buttons(count, "films")
    else:
        words = _(
            "A clip is eight seconds; a film is many of them of one look. Begin with an idea, a script or a table of "
            "shots: you see every first frame on one sheet before anything is rendered, and the shots are joined to "
            "one video."
        )
        st.info(words, icon=":material/movie:")
    with act_bar():
        if primary_button(_("New film"), "add_circle", key="new-film"):
            st.query_params["new"] = "idea"
            st.rerun()
        film_field()


def _posters(films: tuple[FilmOverview, ...]) -> None:
    words = {"none": _("No first frame yet"), "select": "", "favourite": "", "family": ""}
    data = {"groups": [[_card(one)] for one in films], "words": words, "plain": True}
    st.components.v2.component("mova_films", css=_CSS, js=_JS)(key="films-shelf", data=data)


def _card(one: FilmOverview) -> dict[str, Any]:
    film, poster = one.film, one.poster
    title = short(film.title, _TITLE) or _("Untitled film")
    return {
        "id": film.id,
        "title": title,
        "alt": _("Poster: {text}").format(text=title),
        "href": film_path(film.id),
        "poster": address(poster_path(poster.id, poster.revision)) if poster else "",
        "upright": film.orientation == "portrait",
        "length": _("{n} s").format(n=f"{film.seconds:.1f}"),
        "lines": [("state", how_far(one)), ("facts", ago(one.edited))],
    }


def how_far(one: FilmOverview) -> str:
    """``4 shots · frames 4 · rendered 2``."""
    parts = [_("Shots: {n}").format(n=len(one.shots))]
    if one.frames:
        parts.append(_("frames: {n}").format(n=one.frames))
    if one.takes:
        parts.append(_("rendered: {n}").format(n=one.takes))
    return " · ".join(parts)
