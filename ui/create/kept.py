"""The form of Create as its person left it: kept on the server, put back where their session knows nothing of it.

The last tab that changes something wins; a form that a person has before them is never written over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import MovaError
from core.render_settings import LIMITS, ORIENTATIONS, SIZES
from listening.gates import MOST_TAKES
from media.frames import open_source
from ui.app_context import app_context
from ui.create.made_before import forget_made_before
from ui.create.restored import forget_run, link_of_run, take_up_run
from ui.create.values import CONTINUED, PICTURE, SWITCHES, defaults, use
from ui.session import job_service, person
from ui.session import translate as _
from ui.shared.plain import escape_markdown

_OF_SESSION, _ROUND, _FIELD = "create-kept", "create-upload-round", "create-upload"
_RUN = "create-restored"  # the run that the form was filled from, among what is kept
_JS = (Path(__file__).parents[1] / "browser" / "typed.js").read_text(encoding="utf-8")


def _one_of(*values: object) -> Callable[[object], bool]:
    return lambda value: value in values


def _whole(name: str) -> Callable[[object], bool]:
    low, high = LIMITS[name]
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _number(low: float, high: float) -> Callable[[object], bool]:
    return lambda value: isinstance(value, float) and low <= value <= high


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_switch(value: object) -> bool:
    return isinstance(value, bool)


# The fields that are kept, and what each takes: a form may come from another version of the program.
_FIELDS: dict[str, Callable[[object], bool]] = {
    "create-text": _is_text,
    "create-kind": _one_of("full", "simple", "text"),
    "create-model": _one_of(*SIZES),
    "create-orientation": _one_of(*ORIENTATIONS),
    "create-frames": _whole("num_frames"),
    "create-fps": _whole("fps"),
    "create-steps": _whole("num_inference_steps"),
    "create-guidance": _number(*LIMITS["guidance_scale"]),
    "create-seed": _is_text,
    "create-takes": lambda value: type(value) is int and 1 <= value <= MOST_TAKES,
    "create-negative": _is_text,
    "create-no-negative": _is_switch,
    "create-draft": _one_of("final", "draft"),
    "create-bars": _is_switch,
    "create-shift": _number(-1.0, 1.0),
    "create-ask": _is_switch,
    **{f"create-{name}": _is_switch for name in SWITCHES},
}


@dataclass(frozen=True)
class _Now:
    """What is in the form."""

    fields: Mapping[str, Any]
    picture: bytes | None

    @property
    def is_empty(self) -> bool:
        return not str(self.fields.get("create-text") or "").strip() and self.picture is None


@dataclass(frozen=True)
class _Session:
    """Whose form a session has. ``kept`` is what the server has of it, as far as the session knows; None for nothing.

    ``as_drawn`` takes what the fields hold once they are drawn as what needs no keeping.
    """

    owner: str
    kept: _Now | None = None
    as_drawn: bool = False


def restore_form() -> None:
    """Put back what was kept, before the fields are drawn, where this session begins."""
    state, owner = st.session_state, person().name
    known: _Session | None = state.get(_OF_SESSION)
    if known is not None and known.owner == owner:
        return
    if known is not None:  # somebody else has logged in at the same tab
        _empty()
    state[_OF_SESSION] = _Session(owner)
    if known is None and PICTURE in state:  # filled by another page before this one was ever drawn
        return
    try:
        found = job_service().forms.kept()
    except MovaError:  # the database is away, which pages say themselves
        return
    if found is None:
        return
    state.update({name: found.fields[name] for name, takes in _FIELDS.items() if _holds(found.fields, name, takes)})
    state[PICTURE] = _usable(found.picture)
    link = found.fields.get(CONTINUED)
    if isinstance(link, list) and len(link) == 2 and all(map(_is_text, link)):
        state[CONTINUED] = tuple(link)
    state[_OF_SESSION] = _Session(owner, as_drawn=True)
    has_run = take_up_run(found.fields.get(_RUN))
    lost = found.is_gone or (found.picture is not None and state[PICTURE] is None)
    gone = _("What you had not sent yet is back, but its picture no longer exists.")
    st.toast(gone if lost else _("What you had not sent yet is back."))
    if not has_run:
        st.toast(_("The run that it was restored from is not kept here: open its file again to reuse its results."))


def _holds(fields: Mapping[str, Any], name: str, takes: Callable[[object], bool]) -> bool:
    return name in fields and name not in st.session_state and takes(fields[name])


def _usable(picture: bytes | None) -> bytes | None:
    """The picture, where it can still be opened within the limits of now."""
    try:
        if picture is not None:
            open_source(picture, app_context().settings)
    except MovaError:
        return None
    return picture


def keep_form() -> None:
    """Keep what is in the form where it has changed; once the fields are drawn."""
    known: _Session = st.session_state[_OF_SESSION]
    now = _now()
    if known.as_drawn:
        st.session_state[_OF_SESSION] = _Session(known.owner, now)
    if known.as_drawn or now == known.kept or (now.is_empty and known.kept is None):
        return
    forms = job_service().forms
    try:
        if now.is_empty:
            forms.clear()
        else:
            forms.keep(dict(now.fields), now.picture)
    except MovaError as error:
        words = _("This is not kept for later: {reason}").format(reason=error.message(_))
        st.caption(f":material/warning: {escape_markdown(words)}")
        return
    st.session_state[_OF_SESSION] = _Session(known.owner, None if now.is_empty else now)


def _now() -> _Now:
    state = st.session_state
    fields = {name: state[name] for name in _FIELDS if state.get(name) is not None}
    if any(link := state.get(CONTINUED, ())):
        fields[CONTINUED] = list(link)
    if link_to_run := link_of_run():
        fields[_RUN] = link_to_run
    return _Now(fields, state.get(PICTURE))


def watch_typing() -> None:
    """Have the browser send what is typed in every pause, not only when the field is left."""
    st.components.v2.component("mova_typed", js=_JS)(key="typed", data={"field": "create-text"}, height=1)


def form_was_sent() -> None:
    """Its job has it now; it stays before its person, and is kept again once they change something."""
    job_service().forms.clear()
    st.session_state[_OF_SESSION] = _Session(person().name, as_drawn=True)


def start_over_chip() -> None:
    """A button that empties the form, where there is something in it."""
    st.button(
        _("Start over"),
        key="start-over",
        icon=":material/restart_alt:",
        type="tertiary",
        disabled=_now().is_empty,
        on_click=_start_over,
    )


def _start_over() -> None:
    try:
        job_service().forms.clear()
    except MovaError as error:
        st.toast(escape_markdown(error.message(_)))
        return
    _empty()
    st.session_state[_OF_SESSION] = _Session(person().name)


def _empty() -> None:
    """Set every field to its default."""
    state = st.session_state
    use(defaults(app_context().settings))
    state["create-text"], state["create-bars"], state["create-shift"], state["create-ask"] = "", False, 0.0, True
    for name in (PICTURE, CONTINUED, "create-picture-trouble"):
        state.pop(name, None)
    state[_ROUND] = state.get(_ROUND, 0) + 1
    forget_run()
    forget_made_before()


def upload_field() -> str:
    """The key of the field for the picture; another one after a new start, for the old one has its file still."""
    turn = st.session_state.get(_ROUND, 0)
    return f"{_FIELD}-{turn}" if turn else _FIELD
