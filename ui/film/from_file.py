"""A film dropped on Create or on Films: read as an untrusted file, checked, and taken in; nothing is overwritten."""

from __future__ import annotations

import streamlit as st

from core.errors import MovaError
from jobs.service.film_files import FilmOffer
from record.restore_film import FilmInside, film_inside, film_of
from ui.app_context import app_context
from ui.film.address import go_to
from ui.session import job_service
from ui.session import translate as _
from ui.shared.notices import show_error
from ui.shared.plain import escape_markdown
from ui.shared.widgets import largest_upload, say_upload
from ui.shared.words import in_seconds, listed

_FOUND, _FIELD, _ROUND = "film-file-found", "film-file", "film-file-round"
_NAMED = 12  # missing pictures and shots that are named one by one


def take_film(name: str, data: bytes) -> bool:
    """Read what was dropped on another page's field; False where it is no film of this program."""
    try:
        found = film_inside(data, name)
    except MovaError as error:
        st.session_state[_FOUND] = error
        return True
    if found is not None:
        st.session_state[_FOUND] = found
    return found is not None


def has_film() -> bool:
    """Whether a film was read that is to be shown."""
    return _FOUND in st.session_state


def forget_film() -> None:
    st.session_state.pop(_FOUND, None)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def film_field() -> None:
    """A button with the field for a film's file, and what was read from it."""
    with st.popover(_("Open a film's file"), icon=":material/upload_file:", key="film-file-button"):
        key = f"{_FIELD}-{st.session_state.get(_ROUND, 0)}"
        most = largest_upload(app_context().settings.max_video_mb)
        st.file_uploader(
            _("A joined film, or its document (film.json)"),
            key=key,
            max_upload_size=most,
            on_change=_take,
            args=(key,),
        )
        say_upload(key, most)


def show_film() -> None:
    """What was read, and the way into the person's films; nothing where nothing was."""
    found: FilmInside | MovaError | None = st.session_state.get(_FOUND)
    if isinstance(found, MovaError):
        show_error(found)
        st.button(_("Close"), key="film-file-close", on_click=forget_film, icon=":material/close:")
    elif found is not None:
        with st.container(border=True, key="film-file-offer"):
            _offer(job_service().film_files.offer(found))


def _take(key: str) -> None:
    uploaded = st.session_state.get(key)
    st.session_state.pop(_FOUND, None)
    if uploaded is None:
        return
    try:
        st.session_state[_FOUND] = film_of(uploaded.getvalue(), uploaded.name)
    except MovaError as error:
        st.session_state[_FOUND] = error


def _offer(offer: FilmOffer) -> None:
    film = offer.film
    title = escape_markdown(film.title) or _("Untitled film")
    facts = [_("Shots: {n}").format(n=len(film.shots)), in_seconds(film.seconds, 1)]
    st.markdown(f":material/movie: **{title}** · {' · '.join(facts)}")
    _say_missing(offer)
    if offer.revision and not offer.is_newest:
        words = _("This film is here already, and differs from the file. Whatever you choose, both versions are kept.")
        st.caption(words)
    with st.container(horizontal=True):
        if offer.revision and st.button(_("Open the film that is here"), key="film-file-open", icon=":material/movie:"):
            forget_film()
            go_to(film.id)
        if not offer.is_newest:
            label = _("Bring back the file's version") if offer.revision else _("Add it to my films")
            if st.button(label, key="film-file-take", icon=":material/restore:"):
                _take_in(offer)
        st.button(_("Close"), key="film-file-close", on_click=forget_film, icon=":material/close:")


def _say_missing(offer: FilmOffer) -> None:
    """Which pictures and takes are not here."""
    if offer.pictures:
        named = [_whose(one.of) for one in offer.pictures[:_NAMED]]
        told = ", ".join(f"{whose} ({one.digest[:8]})" for whose, one in zip(named, offer.pictures, strict=False))
        more = "…" if len(offer.pictures) > _NAMED else ""
        words = _("Pictures that are not here: {pictures}. Add them again where they are used.")
        st.warning(escape_markdown(words.format(pictures=told + more)), icon=":material/image:")
    if offer.music:
        words = _("Its music is not here: {name}. Add the file again, or join the film without it.")
        st.warning(escape_markdown(words.format(name=offer.music)), icon=":material/music_note:")
    if offer.untaken:
        shots = listed(map(str, offer.untaken[:_NAMED])) + ("…" if len(offer.untaken) > _NAMED else "")
        words = _("Shots without a take here: {shots}. They have to be rendered here before the film can be joined.")
        st.warning(words.format(shots=shots), icon=":material/movie:")


def _whose(of: str | int) -> str:
    return _("Shot {n}").format(n=of) if isinstance(of, int) else of


def _take_in(offer: FilmOffer) -> None:
    try:
        film_id, _revision = job_service().film_files.take_in(offer.film, after=offer.revision)
    except MovaError as error:
        show_error(error)
        return
    forget_film()
    go_to(film_id, "script" if offer.untaken else "cut")
