"""The stage Script: the film's document, its shots as lines of which one is open."""

from __future__ import annotations

import streamlit as st

from film.composition import marks_of, speech_seconds_of
from film.document import Film, Shot
from film.editing import add_scene
from ui.film.address import PAGE, film_query, page_number
from ui.film.deleting import delete_film_button
from ui.film.facts import cast_fold, film_fold, places_fold, scene_fold
from ui.film.notes import show_kept_notes
from ui.film.paging import page_buttons
from ui.film.shot_form import fields_of, shot_form
from ui.film.words import join_word, shown_words, size_word
from ui.film.working import earlier_versions, edit, say_changes, working
from ui.session import translate as _
from ui.shared.notices import show_warnings
from ui.shared.widgets import act_bar, primary_button
from ui.shared.words import in_seconds

_EXCERPT, _MARKS = 110, 6


def script_stage(film_id: str) -> None:
    """The whole stage."""
    film, _revision = working(film_id)
    say_changes(film_id)
    show_kept_notes(film_id)
    marks = marks_of(film)
    show_warnings(marks[:_MARKS])
    with st.container(key="film-facts", gap="xsmall"):
        film_fold(film)
        cast_fold(film)
        places_fold(film)
    _shots(film)
    _acts(film)


def _shots(film: Film) -> None:
    """One page of shots below the headings of their scenes."""
    shots = list(enumerate(film.in_order(), 1))
    first, before = PAGE * (page_number(len(shots)) - 1), ""
    with st.container(key="shots", gap="xsmall"):
        for number, (scene, shot) in shots[first : first + PAGE]:
            if scene.id != before:
                scene_fold(film, scene)
                before = scene.id
            if shot.id == st.query_params.get("shot"):
                shot_form(film, scene, shot, number)
            else:
                _line(film, shot, number)
    page_buttons(len(shots), "shots")


def _line(film: Film, shot: Shot, number: int) -> None:
    """A shot as one line that opens it."""
    parts = [f"**{number}**", f":gray[{size_word(shot.size)}]", shown_words(shot, _EXCERPT)]
    spoken = speech_seconds_of(shot)
    if spoken:
        room = film.shot_frames / 24
        parts.append(f":{'orange' if spoken > room else 'gray'}[:material/record_voice_over: {in_seconds(spoken, 1)}]")
    if shot.join.kind != "cut":
        parts.append(f":gray[{join_word(shot.join.kind)}]")
    if shot.held:
        parts.append(f":orange-badge[:material/pause: {_('held back')}]")
    if fields_of(shot).unsaved:
        parts.append(f":orange-badge[:material/edit: {_('not saved yet')}]")
    st.button(
        "  ".join(parts), key=f"open-{shot.id}", type="tertiary", on_click=open_shot, args=(shot.id,), width="stretch"
    )


def open_shot(shot_id: str) -> None:
    """Put the shot whose form is open into the address; none for an empty id."""
    if shot_id:
        st.query_params["shot"] = shot_id
    else:
        st.query_params.pop("shot", None)


def _acts(film: Film) -> None:
    is_open = any(shot.id == st.query_params.get("shot") for shot in film.shots)
    with act_bar():
        if film.shots and not is_open and primary_button(_("To the sheet"), "grid_view", key="to-sheet"):
            st.query_params.from_dict(film_query(film.id, "sheet"))
            st.rerun()
        if not film.shots and primary_button(_("Add a scene"), "add", key="add-first"):
            _add_scene(film)
            st.rerun()
        if film.shots:
            st.button(_("Add a scene"), key="add-scene", icon=":material/add:", on_click=_add_scene, args=(film,))
        earlier_versions(film.id)
        delete_film_button(film)


def _add_scene(film: Film) -> None:
    _other, new = add_scene(film, None)
    if edit(film.id, lambda now: add_scene(now, None)[0]):
        open_shot(new)
        st.query_params["page"] = str(-(-(len(film.shots) + 1) // PAGE))
