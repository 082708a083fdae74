"""One film (``?film=ID&stage=script``): its title and length, then the stage that the address names."""

from __future__ import annotations

import streamlit as st

from core.errors import UnknownFilm
from ui.film.address import FILMS
from ui.film.stages import STAGES, stage_here, stage_switch
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import query
from ui.shared.plain import escape_markdown
from ui.shared.style import BROWSER

_SEEN = "film-seen"


def _film_id() -> str:
    """The film of the address; without one, as after a step back in the browser, the one that was seen last."""
    if "film" not in st.query_params and (seen := st.session_state.get(_SEEN)):
        st.query_params["film"] = seen
    st.session_state[_SEEN] = st.query_params.get("film", "")
    return st.query_params.get("film", "")


def _nothing() -> None:
    st.title(_("Film"))
    st.info(_("There is no such film."), icon=":material/search_off:")
    if st.button(_("To all films"), key="to-films", type="primary", icon=":material/movie:"):
        st.switch_page(FILMS, query_params=query())


st.html(BROWSER / "film.css")
film_id = _film_id()
try:
    film, revision = job_service().films.get(film_id)
except UnknownFilm:
    _nothing()
else:
    st.title(escape_markdown(film.title) or _("Untitled film"))
    words = _("Shots: {n}").format(n=len(film.shots))
    st.caption(f"{words} · {_('{n} s').format(n=f'{film.seconds:.1f}')}")
    stage_switch()
    STAGES[stage_here()].draw(film.id)
