"""The forms of what shots have in common: the film's facts, its people, its places, and a scene's."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TypeVar, get_args

import streamlit as st
from pydantic import BaseModel

from core.render_settings import Orientation
from film.document import CastMember, Film, Place, Scene
from film.editing import (
    changed,
    new_member_id,
    new_place_id,
    remove_member,
    remove_place,
    with_member,
    with_place,
    with_scene,
)
from ui.film.card_pictures import card_pictures, own_cards
from ui.film.working import Change, edit
from ui.session import translate as _
from ui.shared.plain import escape_markdown

_MODELS = ("mova-360p", "mova-720p")
T = TypeVar("T", bound=BaseModel)


def key_of(part: BaseModel | str, name: str) -> str:
    """The key of a form's field: another one once the part is another, so that a field never shows what is gone."""
    told = part if isinstance(part, str) else part.model_dump_json(exclude={"shots"})
    return f"{name}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def film_fold(film: Film) -> None:
    """Title, style, music and format."""
    facts = (
        f"{film.title} {film.style} {film.music} {film.model} {film.orientation} {film.words_only} {film.shot_before}"
    )
    said = escape_markdown(film.style[:80])
    label = f"**{_('Title and style')}**  :gray[{said}]" if said else f"**{_('Title and style')}**"
    with st.expander(label, icon=":material/movie:", key="fold-film"), st.form(key_of(facts, "film-form")):
        title = st.text_input(_("Title"), film.title, key=key_of(facts, "film-title"))
        style = st.text_input(
            _("Style"),
            film.style,
            key=key_of(facts, "film-style"),
            help=_("One sentence of look for every shot: medium, light, colour."),
        )
        music = st.text_input(
            _("Music"),
            film.music,
            key=key_of(facts, "film-music"),
            placeholder=_("none"),
            help=_("Empty: every shot says that there is no music. Else one sentence."),
        )
        left, right = st.columns(2)
        shapes: dict[Orientation, str] = {"landscape": _("Landscape"), "portrait": _("Portrait")}
        turned = left.selectbox(
            _("Orientation"),
            get_args(Orientation),
            get_args(Orientation).index(film.orientation),
            format_func=lambda one: shapes[one],
            key=key_of(facts, "film-orientation"),
        )
        model = right.selectbox(_("Model"), _MODELS, _MODELS.index(film.model), key=key_of(facts, "film-model"))
        words_only = st.checkbox(
            _("Send no pictures of people and places"),
            film.words_only,
            key=key_of(facts, "film-words-only"),
            help=_("Their words stand in every shot all the same."),
        )
        before = st.checkbox(
            _("Send the first frame of the shot before as well"),
            film.shot_before,
            key=key_of(facts, "film-shot-before"),
            help=_("Colours and light carry over; the frames are then made one after the other."),
        )
        if st.form_submit_button(_("Save"), icon=":material/save:", key="save-film"):
            values: dict[str, object] = {"title": title, "style": style, "music": music, "orientation": turned}
            values |= {"model": model, "words_only": words_only, "shot_before": before}
            _saved(film, lambda now: changed(now, **values))


def cast_fold(film: Film) -> None:
    """The people, one of them in the form."""
    names = ", ".join(escape_markdown(one.name) for one in film.cast[:6])
    label = f"**{_('People')}**  :gray[{names}]" if names else f"**{_('People')}**"
    with st.expander(label, icon=":material/group:", key="fold-cast"):
        known = {one.id: one for one in film.cast}
        who = _which(_("Person"), {one.id: one.name for one in film.cast}, _("Add somebody"), "cast-which")
        one = known.get(who) or CastMember(id=new_member_id(film), name="?")
        with st.form(key_of(one, "cast-form")):
            name = st.text_input(_("Name"), one.name if who else "", key=key_of(one, "cast-name"))
            look = st.text_input(
                _("Look"),
                one.look,
                key=key_of(one, "cast-look"),
                help=_("What never changes: age, face, hair, build. It stands in every shot in which they are seen."),
            )
            clothes = st.text_input(_("Clothes"), one.clothes, key=key_of(one, "cast-clothes"))
            voice = st.text_input(
                _("Voice"),
                one.voice,
                key=key_of(one, "cast-voice"),
                help=_("One sentence; it stands word for word beside each of their lines."),
            )
            if st.form_submit_button(_("Save"), icon=":material/save:", key="save-cast"):
                values = {"name": name, "look": look, "clothes": clothes, "voice": voice}
                _saved(film, lambda now: with_member(now, _copy(one, values)))
        if who:
            card_pictures(film, one, with_member)
        else:
            own_cards(film, CastMember, one.id, with_member)
        if who:
            gone = _("Remove this person")
            args = (film.id, lambda now: remove_member(now, who))
            st.button(gone, key="remove-cast", icon=":material/delete:", type="tertiary", on_click=_act, args=args)


def places_fold(film: Film) -> None:
    """The places, one of them in the form."""
    names = ", ".join(escape_markdown(one.name) for one in film.places[:6])
    label = f"**{_('Places')}**  :gray[{names}]" if names else f"**{_('Places')}**"
    with st.expander(label, icon=":material/location_on:", key="fold-places"):
        known = {one.id: one for one in film.places}
        which = _which(_("Place"), {one.id: one.name for one in film.places}, _("Add a place"), "place-which")
        one = known.get(which) or Place(id=new_place_id(film), name="?")
        with st.form(key_of(one, "place-form")):
            name = st.text_input(_("Name"), one.name if which else "", key=key_of(one, "place-name"))
            look = st.text_input(_("Look"), one.look, key=key_of(one, "place-look"))
            if st.form_submit_button(_("Save"), icon=":material/save:", key="save-place"):
                _saved(film, lambda now: with_place(now, _copy(one, {"name": name, "look": look})))
        if which:
            card_pictures(film, one, with_place)
        else:
            own_cards(film, Place, one.id, with_place)
        if which:
            gone = _("Remove this place")
            args = (film.id, lambda now: remove_place(now, which))
            st.button(gone, key="remove-place", icon=":material/delete:", type="tertiary", on_click=_act, args=args)


def scene_fold(film: Film, scene: Scene) -> None:
    """A scene's heading, which opens to its facts."""
    place = film.place_of(scene)
    heading = " · ".join(escape_markdown(one) for one in (place.name if place else "", scene.time) if one)
    number = [one.id for one in film.scenes].index(scene.id) + 1
    label = f"**{_('Scene {n}').format(n=number)}**  {heading}"
    with st.expander(label, key=f"fold-{scene.id}"), st.form(key_of(scene, f"scene-form-{scene.id}")):
        places = {one.id: one.name for one in film.places}
        there = list(places)
        where = st.selectbox(
            _("Place"),
            there,
            there.index(scene.place) if scene.place else None,
            format_func=lambda one: places[one],
            key=key_of(scene, f"scene-place-{scene.id}"),
            placeholder=_("nowhere in particular"),
        )
        time = st.text_input(_("Time of day"), scene.time, key=key_of(scene, f"scene-time-{scene.id}"))
        light = st.text_input(_("Light"), scene.light, key=key_of(scene, f"scene-light-{scene.id}"))
        if st.form_submit_button(_("Save"), icon=":material/save:", key=f"save-{scene.id}"):
            values = {"place": where, "time": time, "light": light}
            _saved(film, lambda now: with_scene(now, _copy(_scene_now(now, scene), values)))


def _scene_now(film: Film, scene: Scene) -> Scene:
    return next((one for one in film.scenes if one.id == scene.id), scene)


def _copy(part: T, values: Mapping[str, object]) -> T:
    return type(part).model_validate({**dict(part), **values})


def _which(label: str, names: dict[str, str], other: str, key: str) -> str:
    """Which of several is in the form; empty for another one."""
    options = [*names, ""]
    return str(st.selectbox(label, options, format_func=lambda one: names.get(one, f"＋ {other}"), key=key))


def _saved(film: Film, change: Change) -> None:
    """Save, and draw the page anew with what is recorded now, or with why it is not."""
    edit(film.id, change)
    st.rerun()


def _act(film_id: str, change: Change) -> None:
    edit(film_id, change)
