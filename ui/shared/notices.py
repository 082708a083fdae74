"""Messages to the person: notices that survive a redraw, errors with their next step, acts that were not done."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import ParamSpec

import streamlit as st

from core.errors import MovaError
from core.messages import Message
from ui.session import translate as _
from ui.shared.plain import escape_markdown

P = ParamSpec("P")
_NOTES = 3  # shown at once
_LEFT, _REFUSED = "notice", "refused-texts"


def leave(text: str) -> None:
    """Show this once the page is drawn again; shown earlier, it would vanish at once."""
    st.session_state[_LEFT] = text


def say_notice() -> None:
    """Show the notice that was left."""
    if text := st.session_state.pop(_LEFT, ""):
        st.toast(text)


def show_error(error: MovaError) -> None:
    """The message and its next step; a raw text folded below."""
    st.error(f"{escape_markdown(error.message(_))}  \n{escape_markdown(error.next_step(_))}", icon=":material/error:")
    if error.raw:
        with st.expander(_("Details")):
            st.text(error.raw)


def show_warnings(notes: Iterable[Message]) -> None:
    """Warnings as one list, each sentence once."""
    sentences = dict.fromkeys(escape_markdown(one.text(_)) for one in notes)
    if sentences:
        st.warning("  \n".join(sentences), icon=":material/info:")


def show_notes(notes: Iterable[Message]) -> None:
    """What is worth knowing and asks for no decision, each sentence once; of many the later ones are folded."""
    sentences = list(dict.fromkeys(escape_markdown(one.text(_)) for one in notes))
    shown = sentences if len(sentences) <= _NOTES else sentences[: _NOTES - 1]
    for sentence in shown:
        st.caption(f":material/info: {sentence}")
    if folded := sentences[len(shown) :]:
        with st.expander(_("More notes: {n}").format(n=len(folded)), icon=":material/info:"):
            for sentence in folded:
                st.caption(sentence)


def refuse(key: str, error: MovaError) -> None:
    """Remember why what was typed into this field is not recorded, for as long as it stands there."""
    st.session_state.setdefault(_REFUSED, {})[key] = (st.session_state.get(key), error)


def accept(prefix: str) -> None:
    """Forget what was refused of the fields whose keys begin so: their values are recorded."""
    kept: dict[str, object] = st.session_state.get(_REFUSED, {})
    st.session_state[_REFUSED] = {key: one for key, one in kept.items() if not key.startswith(prefix)}


def refused(prefix: str) -> MovaError | None:
    """Why what stands in a field, or in one of those whose keys begin so, is not what is recorded."""
    kept: dict[str, tuple[object, MovaError]] = st.session_state.get(_REFUSED, {})
    for key, (typed, error) in kept.items():
        if key.startswith(prefix) and key in st.session_state and st.session_state[key] == typed:
            return error
    return None


def acting(act: Callable[P, object]) -> Callable[P, None]:
    """The act as a callback of a widget: errors are shown on the page and do not end it.

    If it returns ``False``, the page says that nothing was done.
    """

    @functools.wraps(act)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            if act(*args, **kwargs) is False:
                leave(
                    _(
                        "Nothing was done: the job has changed in the "
                        "meantime, or its slot on the server is still taken."
                    )
                )
        except MovaError as error:  # such as a job that was deleted in another tab
            leave(escape_markdown(f"{error.message(_)} {error.next_step(_)}"))

    return run
