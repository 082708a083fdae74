"""The pictures of a person or a place on the stage Script, how much of them counts, and the person's own cards."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from core.errors import MovaError
from core.references import STRENGTHS, Role, Strength
from film.document import MAX_PICTURES, CastMember, Film, Place
from jobs.service.cards import Card
from media.frames import open_source
from ui.app_context import app_context
from ui.film.working import Change, edit, refuse
from ui.session import job_service
from ui.session import translate as _
from ui.shared.notices import leave
from ui.shared.pictures import data_uri
from ui.shared.plain import escape_markdown
from ui.shared.widgets import say_upload

T = TypeVar("T", CastMember, Place)
_SIDE = 160
WithCard = Callable[[Film, T], Film]


def card_pictures(film: Film, one: T, put: WithCard[T], *, unsaved: bool) -> None:
    """Below the form of somebody who is in the film: pictures, their strength, and keeping the card.

    ``unsaved``: what stands in the form is not what would be drawn from, or kept.
    """
    role: Role = "person" if isinstance(one, CastMember) else "place"
    st.caption(_("Pictures go along to every first frame in which {name} is seen.").format(name=_shown(one.name)))
    if one.pictures:
        with st.container(horizontal=True, key=f"card-pictures-{one.id}"):
            for number, digest in enumerate(one.pictures):
                with st.container(width=_SIDE, gap="xsmall"):
                    _picture(digest, one.name)
                    _remove_button(film, one, put, number)
        _strength(film, one, put, role)
    if len(one.pictures) < MAX_PICTURES:
        _from_words(film, one, put, unsaved)
        _upload(film, one, put)
        _from_frame(film, one, put)
    st.button(
        _("Keep among my cards"),
        key=f"keep-card-{one.id}",
        icon=":material/bookmark_add:",
        type="tertiary",
        help=_("Save first.") if unsaved else _("Reusable in your other films."),
        disabled=unsaved,
        on_click=_keep,
        args=(one,),
    )


def own_cards(film: Film, kind: type[T], new_id: str, put: WithCard[T]) -> None:
    """Beside the form for somebody new: take one of the person's own cards instead."""
    cards = job_service().films.cards.all("person" if kind is CastMember else "place")
    if not cards:
        return
    names = {card.key: card.content.name for card in cards}
    key = f"own-card-{kind.__name__}"
    chosen = st.selectbox(
        _("One of my cards"), list(names), None, format_func=lambda one: names[one], key=key, placeholder=_("none")
    )
    card = next((one for one in cards if one.key == chosen), None)
    with st.container(horizontal=True):
        st.button(
            _("Take this card"),
            key=f"take-card-{kind.__name__}",
            icon=":material/person_add:",
            disabled=card is None,
            on_click=_take,
            args=(film.id, card, new_id, put),
        )
        st.button(
            _("Delete this card"),
            key=f"delete-card-{kind.__name__}",
            icon=":material/delete:",
            type="tertiary",
            disabled=card is None,
            on_click=_delete,
            args=(card,),
        )


def _picture(digest: str, name: str) -> None:
    try:
        picture = open_source(job_service().films.picture(digest), app_context().settings)
    except MovaError:
        st.warning(_("This picture is not kept here: upload it again, or remove it."), icon=":material/broken_image:")
        return
    st.image(data_uri(picture, 2 * _SIDE), width="stretch", alt=_("A picture of {name}").format(name=name))


def _remove_button(film: Film, one: T, put: WithCard[T], number: int) -> None:
    gone = tuple(each for each in one.pictures if each != one.pictures[number])
    st.button(
        _("Remove the picture"),
        key=f"remove-picture-{one.id}-{number}",
        icon=":material/delete:",
        type="tertiary",
        on_click=_put,
        args=(film.id, one.model_copy(update={"pictures": gone}), put),
    )


def _strength(film: Film, one: T, put: WithCard[T], role: Role) -> None:
    people: dict[Strength, str] = {
        "identity": _("face and build"),
        "clothes": _("face, build and clothes"),
        "whole": _("as it is, pose included"),
    }
    places: dict[Strength, str] = {
        "identity": _("layout and materials"),
        "clothes": _("layout, materials and furniture"),
        "whole": _("as it is, light included"),
    }
    labels, key = people if role == "person" else places, f"strength-{one.id}-{one.strength}"
    st.selectbox(
        _("What of the pictures counts"),
        STRENGTHS,
        STRENGTHS.index(one.strength),
        format_func=lambda strength: labels[strength],
        key=key,
        on_change=_set_strength,
        args=(film.id, one, put, key),
    )


def _upload(film: Film, one: T, put: WithCard[T]) -> None:
    most, key = app_context().settings.max_image_mb, f"upload-{one.id}-{len(one.pictures)}"
    st.file_uploader(
        _("Add a picture"), key=key, max_upload_size=most, on_change=_uploaded, args=(film.id, one, put, key)
    )
    say_upload(key, most)


def _from_frame(film: Film, one: T, put: WithCard[T]) -> None:
    """A first frame of the film that shows them well."""
    framed = {state.number: state.job for state in job_service().films.shots(film) if state.has_frame and state.job}
    if not framed:
        return
    key = f"frame-of-{one.id}-{len(one.pictures)}"
    st.selectbox(
        _("Or take a first frame of the film"),
        list(framed),
        None,
        format_func=lambda number: _("Shot {n}").format(n=number),
        key=key,
        placeholder=_("none"),
        on_change=_framed,
        args=(film.id, one, put, key, {number: job.id for number, job in framed.items()}),
    )


def _from_words(film: Film, one: T, put: WithCard[T], unsaved: bool) -> None:
    is_person = isinstance(one, CastMember)
    words = _("Your image service draws it from look and clothes, which costs one request.")
    about = words if is_person else _("Your image service draws it from the look, which costs one request.")
    if st.button(
        _("Draw a picture from the words"),
        key=f"draw-{one.id}",
        icon=":material/brush:",
        help=_("Save first.") if unsaved else about,
        disabled=unsaved,
    ):
        with st.spinner(_("The picture is being drawn …")):
            _add(film.id, one, put, lambda: job_service().films.picture(job_service().films.draw_card(one)))
        st.rerun()


# ---- acts ------------------------------------------------------------------------------------------------------------


def _put(film_id: str, one: T, put: WithCard[T]) -> None:
    change: Change = lambda now: put(now, one)  # noqa: E731
    edit(film_id, change)


def _set_strength(film_id: str, one: T, put: WithCard[T], key: str) -> None:
    _put(film_id, one.model_copy(update={"strength": st.session_state[key]}), put)


def _uploaded(film_id: str, one: T, put: WithCard[T], key: str) -> None:
    file = st.session_state.get(key)
    if file is not None:
        _add(film_id, one, put, file.getvalue)


def _framed(film_id: str, one: T, put: WithCard[T], key: str, jobs: dict[int, str]) -> None:
    number = st.session_state.get(key)
    if number is not None:
        _add(film_id, one, put, lambda: job_service().films.frame(jobs[number]))


def _add(film_id: str, one: T, put: WithCard[T], read: Callable[[], bytes]) -> None:
    try:
        digest = job_service().films.add_picture(read())
    except MovaError as error:
        refuse(film_id, error)
        return
    if digest not in one.pictures:
        _put(film_id, one.model_copy(update={"pictures": (*one.pictures, digest)}), put)


def _keep(one: CastMember | Place) -> None:
    job_service().films.cards.keep(one)
    leave(_("{name} is among your cards.").format(name=_shown(one.name)))


def _take(film_id: str, card: Card, new_id: str, put: WithCard[T]) -> None:
    taken = card.content.model_copy(update={"id": new_id})
    edit(film_id, lambda now: put(now, taken))  # type: ignore[arg-type]


def _delete(card: Card) -> None:
    job_service().films.cards.remove(card)


def _shown(name: str) -> str:
    return escape_markdown(name)
