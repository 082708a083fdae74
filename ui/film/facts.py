"""The forms of what shots have in common: the film's facts, its people, its places, and a scene's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, get_args

import streamlit as st

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
from ui.film.unsaved import Fields
from ui.film.working import Change, edit
from ui.session import translate as _
from ui.shared.plain import escape_markdown
from ui.shared.words import listed

_MODELS = ("mova-360p", "mova-720p")
T = TypeVar("T", CastMember, Place, Scene)


def film_fold(film: Film) -> None:
    """Title, style, music and format."""
    recorded: dict[str, object] = {
        "title": film.title,
        "style": film.style,
        "music": film.music,
        "orientation": film.orientation,
        "model": film.model,
        "words_only": film.words_only,
        "shot_before": film.shot_before,
    }
    fields = Fields("film", {f"film-{name}": value for name, value in recorded.items()})

    def key(name: str) -> str:
        return fields.key(f"film-{name}")

    label = _label(_("Title and style"), film.style[:80])
    with st.expander(label, expanded=fields.unsaved, icon=":material/movie:", key="fold-film"):
        title = st.text_input(_("Title"), film.title, key=key("title"), persist_state="session")
        style = st.text_input(
            _("Style"),
            film.style,
            key=key("style"),
            help=_("One sentence of look for every shot: medium, light, colour."),
            persist_state="session",
        )
        music = st.text_input(
            _("Music"),
            film.music,
            key=key("music"),
            placeholder=_("none"),
            help=_("Empty: every shot says that there is no music. Else one sentence."),
            persist_state="session",
        )
        values = {"title": title, "style": style, "music": music, **_made_as(film, key)}
        if fields.save_row(_("Save"), "save-film"):
            fields.saving(lambda: edit(film.id, lambda now: changed(now, **values)))


def _made_as(film: Film, key: Callable[[str], str]) -> dict[str, object]:
    """What decides how its shots are made: format, model, and which pictures go along."""
    left, right = st.columns(2)
    shapes: dict[Orientation, str] = {"landscape": _("Landscape"), "portrait": _("Portrait")}
    turned = left.selectbox(
        _("Orientation"),
        get_args(Orientation),
        get_args(Orientation).index(film.orientation),
        format_func=lambda one: shapes[one],
        key=key("orientation"),
        persist_state="session",
    )
    model = right.selectbox(_("Model"), _MODELS, _MODELS.index(film.model), key=key("model"), persist_state="session")
    words_only = st.checkbox(
        _("Send no pictures of people and places"),
        film.words_only,
        key=key("words_only"),
        help=_("Their words stand in every shot all the same."),
        persist_state="session",
    )
    before = st.checkbox(
        _("Send the first frame of the shot before as well"),
        film.shot_before,
        key=key("shot_before"),
        help=_("Colours and light carry over; the frames are then made one after the other."),
        persist_state="session",
    )
    return {"orientation": turned, "model": model, "words_only": words_only, "shot_before": before}


def cast_fold(film: Film) -> None:
    """The people, one of them in the form."""
    new = CastMember(id=new_member_id(film), name="?")
    people = {**{one.id: one for one in film.cast}, "": new}
    forms = {who: _of_person(one, is_new=one is new) for who, one in people.items()}
    unsaved = [who for who, form in forms.items() if form.unsaved]
    label = _label(_("People"), listed(one.name for one in film.cast[:6]))
    with st.expander(label, expanded=bool(unsaved), icon=":material/group:", key="fold-cast"):
        who = _which(_("Person"), {one.id: one.name for one in film.cast}, _("Add somebody"), "cast-which", unsaved)
        one, fields = people[who], forms[who]
        name = st.text_input(
            _("Name"), str(fields.recorded["cast-name"]), key=fields.key("cast-name"), persist_state="session"
        )
        look = st.text_input(
            _("Look"),
            one.look,
            key=fields.key("cast-look"),
            help=_("What never changes: age, face, hair, build. It stands in every shot in which they are seen."),
            persist_state="session",
        )
        clothes = st.text_input(_("Clothes"), one.clothes, key=fields.key("cast-clothes"), persist_state="session")
        voice = st.text_input(
            _("Voice"),
            one.voice,
            key=fields.key("cast-voice"),
            help=_("One sentence; it stands word for word beside each of their lines."),
            persist_state="session",
        )
        if fields.save_row(_("Save"), "save-cast"):
            values = {"name": name, "look": look, "clothes": clothes, "voice": voice}
            st.session_state["cast-which-added"] = one.id  # somebody new stays in the form, which now has pictures
            fields.saving(lambda: edit(film.id, lambda now: with_member(now, _changed(now.cast, one, values))))
        if who:
            card_pictures(film, one, with_member, unsaved=who in unsaved)
            _remove_button(_("Remove this person"), "remove-cast", film, lambda now: remove_member(now, who))
        else:
            own_cards(film, CastMember, one.id, with_member)


def places_fold(film: Film) -> None:
    """The places, one of them in the form."""
    new = Place(id=new_place_id(film), name="?")
    places = {**{one.id: one for one in film.places}, "": new}
    forms = {which: _of_place(one, is_new=one is new) for which, one in places.items()}
    unsaved = [which for which, form in forms.items() if form.unsaved]
    label = _label(_("Places"), listed(one.name for one in film.places[:6]))
    with st.expander(label, expanded=bool(unsaved), icon=":material/location_on:", key="fold-places"):
        names = {one.id: one.name for one in film.places}
        which = _which(_("Place"), names, _("Add a place"), "place-which", unsaved)
        one, fields = places[which], forms[which]
        begin = str(fields.recorded["place-name"])
        name = st.text_input(_("Name"), begin, key=fields.key("place-name"), persist_state="session")
        look = st.text_input(_("Look"), one.look, key=fields.key("place-look"), persist_state="session")
        if fields.save_row(_("Save"), "save-place"):
            values = {"name": name, "look": look}
            st.session_state["place-which-added"] = one.id
            fields.saving(lambda: edit(film.id, lambda now: with_place(now, _changed(now.places, one, values))))
        if which:
            card_pictures(film, one, with_place, unsaved=which in unsaved)
            _remove_button(_("Remove this place"), "remove-place", film, lambda now: remove_place(now, which))
        else:
            own_cards(film, Place, one.id, with_place)


def scene_fold(film: Film, scene: Scene) -> None:
    """A scene's heading, which opens to its facts."""
    place = film.place_of(scene)
    heading = " · ".join(one for one in (place.name if place else "", scene.time) if one)
    number = [one.id for one in film.scenes].index(scene.id) + 1
    recorded = {"scene-place": scene.place, "scene-time": scene.time, "scene-light": scene.light}
    fields = Fields(scene.id, recorded)
    label = f"**{_('Scene {n}').format(n=number)}**  {escape_markdown(heading)}"
    with st.expander(label, expanded=fields.unsaved, key=f"fold-{scene.id}"):
        places = {one.id: one.name for one in film.places}
        there = list(places)
        where = st.selectbox(
            _("Place"),
            there,
            there.index(scene.place) if scene.place else None,
            format_func=lambda one: places[one],
            key=fields.key("scene-place"),
            placeholder=_("nowhere in particular"),
            persist_state="session",
        )
        time = st.text_input(_("Time of day"), scene.time, key=fields.key("scene-time"), persist_state="session")
        light = st.text_input(_("Light"), scene.light, key=fields.key("scene-light"), persist_state="session")
        if fields.save_row(_("Save"), f"save-{scene.id}"):
            values = {"place": where, "time": time, "light": light}
            fields.saving(lambda: edit(film.id, lambda now: with_scene(now, _changed(now.scenes, scene, values))))


def _label(name: str, told: str) -> str:
    """The name of a fold, and the beginning of what is in it."""
    return f"**{name}**  :gray[{escape_markdown(told)}]" if told else f"**{name}**"


def _of_person(one: CastMember, *, is_new: bool) -> Fields:
    recorded = {"cast-look": one.look, "cast-clothes": one.clothes, "cast-voice": one.voice}
    return Fields(one.id, {"cast-name": "" if is_new else one.name, **recorded})


def _of_place(one: Place, *, is_new: bool) -> Fields:
    return Fields(one.id, {"place-name": "" if is_new else one.name, "place-look": one.look})


def _changed(parts: Sequence[T], one: T, values: Mapping[str, object]) -> T:
    """A person, place or scene with other values, as the film has it by now: its pictures are kept by other acts."""
    now = next((each for each in parts if each.id == one.id), one)
    return type(now).model_validate({**dict(now), **values})


def _which(label: str, names: dict[str, str], other: str, key: str, unsaved: Sequence[str]) -> str:
    """Which of several is in the form, an unsaved one first; empty for another one."""
    options = [*names, ""]
    if (added := st.session_state.pop(f"{key}-added", None)) in options:
        st.session_state[key] = added
    return st.selectbox(
        label,
        options,
        options.index(unsaved[0]) if unsaved else 0,
        format_func=lambda one: names.get(one, f"＋ {other}"),
        key=key,
    )


def _remove_button(label: str, key: str, film: Film, change: Change) -> None:
    def remove() -> None:
        edit(film.id, change)

    st.button(label, key=key, icon=":material/delete:", type="tertiary", on_click=remove)
