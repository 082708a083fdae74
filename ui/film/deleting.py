"""A film is deleted from its stage Script, once its person has been told what goes and what stays."""

from __future__ import annotations

import streamlit as st

from film.document import Film
from ui.film.address import FILMS
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import query
from ui.shared.notices import acting, leave

_ASKED = "film-delete"


def delete_film_button(film: Film) -> None:
    """The button, replaced by a confirmation."""
    if st.session_state.get(_ASKED) != film.id:
        st.button(_("Delete film…"), key="delete-film", icon=":material/delete:", on_click=_ask, args=(film.id,))
        return
    words = _(
        "Delete this film for good? Its document goes with all earlier versions, and its joined video. "
        "The jobs of its shots stay in the library: {n}."
    )
    st.warning(words.format(n=job_service().films.jobs_of(film.id)), icon=":material/delete:")
    if st.button(_("Delete for good"), key="delete-film-really"):
        _delete(film.id)
        st.switch_page(FILMS, query_params=query())
    st.button(_("Keep the film"), key="delete-film-not", icon=":material/close:", on_click=_ask, args=("",))


def _ask(film_id: str) -> None:
    st.session_state[_ASKED] = film_id


@acting
def _delete(film_id: str) -> None:
    _ask("")
    job_service().films.delete(film_id)
    leave(_("The film is deleted. The jobs of its shots are in the library."))
