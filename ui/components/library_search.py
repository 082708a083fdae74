"""The fields of the library's search. The address is the truth: each field shows it and writes into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from jobs.states import JOB_STATES
from render.servers import PREVIEW
from render_settings import SIZES
from ui.components.library_query import Wanted
from ui.components.links import query
from ui.components.state_words import state_word
from ui.office import office
from ui.session import translate as _


def wanted() -> Wanted:
    """What the address asks for."""
    return Wanted.read(st.query_params)


def look_for(one: Wanted) -> None:
    """Put another search into the address."""
    st.query_params.from_dict(query(**one.as_query()))


def search_bar(now: Wanted) -> None:
    """Text, order and filters."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="library-search"):
        st.text_input(
            _("Search all texts"),
            key=_shown("text", now.text),
            on_change=_take,
            args=("text",),
            type="search",
            placeholder=_("Words of the description, the prompt or any step"),
            icon=":material/search:",
            width="stretch",
        )
        _choice("oldest", _("Order"), {False: _("Newest first"), True: _("Oldest first")}, now.oldest, width=170)
        label = _("Filters ({n})").format(n=now.filters) if now.filters else _("Filters")
        with st.popover(label, icon=":material/filter_list:", key="library-filters"):
            _filters(now)


def _filters(now: Wanted) -> None:
    every = {None: _("All")}
    left, right = st.columns(2)
    with left:
        _choice("state", _("State"), {**every, **{state: state_word(state) for state in JOB_STATES}}, now.state)
        _choice("server", _("Server"), {**every, **_servers(now)}, now.server)
        _day("since", _("Created from"), now)
    with right:
        modes = {"full": _("Full Workflow"), "simple": _("Simple Mode")}
        _choice("mode", _("Mode"), {**every, **modes}, now.mode)
        _choice("size", _("Size"), {**every, **_sizes(now)}, now.size)
        _day("until", _("Created until"), now)
    _only("favourites", _("Favourites only"), now.favourites)
    _only("looks_failed", _("Only what looks failed"), now.looks_failed)
    st.button(_("Clear the filters"), key="library-clear", icon=":material/filter_list_off:", on_click=clear)


def clear() -> None:
    """Everything again; the order stays."""
    look_for(Wanted(oldest=wanted().oldest))


def _choice(name: str, label: str, words: Mapping[Any, str], value: object, width: int | None = None) -> None:
    """One of several."""
    st.selectbox(
        label,
        list(words),
        key=_shown(name, value),
        format_func=lambda one: words[one],
        on_change=_take,
        args=(name,),
        filter_mode=None,
        placeholder=_("All"),
        width=width or "stretch",
    )


def _only(name: str, label: str, value: bool) -> None:
    st.checkbox(label, key=_shown(name, value), on_change=_take, args=(name,))


def _day(name: str, label: str, now: Wanted) -> None:
    key = _shown(name, getattr(now, name))
    st.date_input(label, None, key=key, on_change=_take, args=(name,), format="YYYY-MM-DD")


def _servers(now: Wanted) -> dict[str, str]:
    """Those that are configured, the preview engine, and what the address names."""
    names = [server.name for server in office().settings.sglang_servers]
    named = [now.server] if now.server else []
    return {name: name for name in [*names, *named]} | {PREVIEW: _("preview engine")}


def _sizes(now: Wanted) -> dict[str, str]:
    known = [f"{width}x{height}" for sizes in SIZES.values() for width, height in sizes.values()]
    return {size: size for size in [*known, *([now.size] if now.size else [])]}


def _shown(name: str, value: object) -> str:
    """The key of a field, which from now on shows this value."""
    key = f"library-{name}"
    st.session_state[key] = value
    return key


def _take(name: str) -> None:
    """A field was changed: what it shows is looked for."""
    value = st.session_state[f"library-{name}"]
    look_for(wanted().with_(**{name: value.strip() if isinstance(value, str) else value}))
