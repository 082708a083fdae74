"""The revision of a film that a tab works on: what is saved comes after it, and a newer one from elsewhere is told.

What is typed stays in its field where it cannot be saved: its person sees what was changed elsewhere, then saves theirs
on top of it or takes the newer version.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.errors import FilmChanged, MovaError
from film.document import Film
from film.editing import differences
from ui.session import job_service
from ui.session import translate as _
from ui.shared.notices import leave, show_error
from ui.shared.plain import escape_markdown
from ui.shared.words import ago

Change = Callable[[Film], Film]
_OTHERS = 3.0  # seconds between looks for what was changed elsewhere


def working(film_id: str, *, newest: bool = False) -> tuple[Film, int]:
    """The film as this tab works on it, and its revision; the newest one where it has not begun, or is told to.

    Raises:
        UnknownFilm
    """
    key = _key(film_id)
    if newest or key not in st.session_state:
        film, revision = job_service().films.get(film_id)
        st.session_state[key] = revision
        return film, revision
    return job_service().films.get(film_id, st.session_state[key])


def edit(film_id: str, change: Change) -> bool:
    """Save a change as the next revision; returns whether it was. Where not, the page says why at its next drawing."""
    films, (film, revision) = job_service().films, working(film_id)
    st.session_state.pop(_wrong(film_id), None)
    try:
        st.session_state[_key(film_id)] = films.save(change(film), after=revision)
    except FilmChanged:
        st.session_state[_kept(film_id)] = change
        return False
    except MovaError as problem:  # such as a limit of the document
        st.session_state[_wrong(film_id)] = problem
        return False
    st.session_state.pop(_kept(film_id), None)
    return True


def say_changes(film_id: str) -> None:
    """Why the last change was not saved, and what was changed elsewhere since this tab took the film up."""
    films, (film, revision) = job_service().films, working(film_id)
    [(newest, edited), *_rest] = films.revisions(film_id, 1)
    with st.container(key="film-changes"):  # always there: what stands below it keeps its place, and what is typed
        if error := st.session_state.get(_wrong(film_id)):
            show_error(error)
        if newest > revision:
            _ask(film_id, film, films.get(film_id)[0], ago(edited))
    st.fragment(lambda: _look(film_id, newest), run_every=_OTHERS)()


def _ask(film_id: str, before: Film, after: Film, when: str) -> None:
    words = _("This film was changed elsewhere, {when}. What you have typed here is still in its fields.")
    told = [escape_markdown(one.text(_)) for one in differences(before, after)]
    st.warning("  \n".join([words.format(when=when), " ".join(told)]), icon=":material/sync_problem:")
    with st.container(horizontal=True):
        if _kept(film_id) in st.session_state:
            on_top = _("Save mine on top")
            st.button(on_top, key="film-on-top", icon=":material/save:", on_click=_on_top, args=(film_id,))
        newer = _("Take the newer version")
        st.button(newer, key="film-newer", icon=":material/sync:", on_click=_take, args=(film_id,))


def _on_top(film_id: str) -> None:
    """Make the change once more, of the newest version: what others changed besides it stays."""
    change = st.session_state.get(_kept(film_id))
    if change is None:
        return
    working(film_id, newest=True)
    if edit(film_id, change):
        leave(_("Saved on top of the newer version."))


def _take(film_id: str) -> None:
    st.session_state.pop(_kept(film_id), None)
    working(film_id, newest=True)


def _look(film_id: str, known: int) -> None:
    newest = job_service().films.revisions(film_id, 1)
    if not newest or newest[0][0] != known:  # none where it was deleted in another tab
        st.rerun()


def earlier_versions(film_id: str) -> None:
    """A way back to each of the last revisions; nothing between is lost."""
    _film, now = working(film_id)
    found = [(number, made) for number, made in job_service().films.revisions(film_id) if number < now]
    with st.popover(_("Earlier versions"), icon=":material/history:", disabled=not found, key="film-versions"):
        if not found:
            return
        names = {number: f"{number} · {ago(made)}" for number, made in found}
        key = f"film-version-{now}"
        st.selectbox(_("Version"), list(names), format_func=lambda one: names[one], key=key)
        args = (film_id, key)
        st.button(_("Restore"), key="film-restore", icon=":material/undo:", on_click=_restore, args=args)


def _restore(film_id: str, key: str) -> None:
    earlier = job_service().films.get(film_id, st.session_state[key])[0]
    if edit(film_id, lambda _now: earlier):
        leave(_("The earlier version is back. The one before it is kept, too."))


def _key(film_id: str) -> str:
    return f"film-revision-{film_id}"


def _kept(film_id: str) -> str:
    return f"film-unsaved-{film_id}"


def _wrong(film_id: str) -> str:
    return f"film-wrong-{film_id}"


def refuse(film_id: str, error: MovaError) -> None:
    """Say at the next drawing why something was not changed."""
    st.session_state[_wrong(film_id)] = error
