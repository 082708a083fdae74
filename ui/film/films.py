"""The films of a person as posters; with ``?new=`` the form for another one."""

import streamlit as st

from ui.film.board import films_board
from ui.film.new import WAYS, new_film
from ui.session import translate as _
from ui.shared.style import BROWSER

st.html(BROWSER / "film.css")
way = st.query_params.get("new", "")
if way in WAYS:
    st.title(_("New film"))
    new_film(way)
else:
    st.title(_("Films"))
    films_board()
