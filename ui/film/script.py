"""The stage Script: the film's document, shot after shot."""

from __future__ import annotations

import streamlit as st

from film.document import Scene, Shot
from ui.film.address import PAGE, page_number
from ui.film.notes import show_kept_notes
from ui.film.paging import page_buttons
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import short
from ui.shared.plain import escape_markdown

_EXCERPT = 90


def script_stage(film_id: str) -> None:
    """The whole stage."""
    film, _revision = job_service().films.get(film_id)
    show_kept_notes(film_id)
    shots = list(enumerate(film.in_order(), 1))
    first = PAGE * (page_number(len(shots)) - 1)
    with st.container(key="shots", gap="xsmall"):
        for number, (scene, shot) in shots[first : first + PAGE]:
            _line(number, scene, shot)
    page_buttons(len(shots), "shots")


def _line(number: int, _scene: Scene, shot: Shot) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"row-{shot.id}"):
        st.markdown(f"**{number}**", width="content")
        st.markdown(escape_markdown(short(words_of(shot), _EXCERPT)) or _("No text"))


def words_of(shot: Shot) -> str:
    """What is seen and said in a shot, as one line."""
    return " ".join([shot.action, *(f"“{one.text}”" for one in shot.utterances)]).strip()
