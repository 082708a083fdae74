"""The fields of the library's search. The address holds the values: each field shows and changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from core.render_settings import SIZES
from jobs.model.records import JobMonth
from jobs.model.request import PREVIEW
from jobs.model.states import JOB_STATES
from ui.app_context import app_context
from ui.library.query import Wanted
from ui.session import language
from ui.session import translate as _
from ui.shared.links import query
from ui.shared.words import state_word


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
            placeholder=_("Words of any text, a seed, a name, an id"),
            help=_(
                "Words of the description, the prompt and every step; a seed, the name of a batch's row, an id. "
                '`seed:7`, `name:"shot 3"`, `id:4f9c2a` and `server:box-a` look in that alone.'
            ),
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
    _only("looks_failed", _("Only videos that look failed"), now.looks_failed)
    _only("line_not_said", _("Only videos with a line that was not said"), now.line_not_said)
    st.button(_("Clear the filters"), key="library-clear", icon=":material/filter_list_off:", on_click=clear)


def month_choice(months: Sequence[JobMonth], now: Wanted, shown: datetime) -> None:
    """The months in which there is something; choosing one goes to its first page."""
    from babel.dates import format_skeleton

    names = {one.first: format_skeleton("yMMMM", one.first, locale=language()) for one in months}
    at = next((one.first for one in months if one.first <= shown), None)
    if len(months) < 2 or at is None:
        return
    st.selectbox(
        _("Month"),
        list(names),
        key=_shown("month", at),
        format_func=lambda one: names[one],
        on_change=_jump,
        args=(months, now),
        label_visibility="collapsed",
        width=190,
    )


def _jump(months: Sequence[JobMonth], now: Wanted) -> None:
    to = next(one for one in months if one.first == st.session_state["library-month"])
    look_for(now.with_(newer=to.begins) if now.oldest else now.with_(older=to.ends))


def clear() -> None:
    """Clear all filters; the order stays."""
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
    names = [server.name for server in app_context().settings.sglang_servers]
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
    """Search again after a field was changed."""
    value = st.session_state[f"library-{name}"]
    look_for(wanted().with_(**{name: value.strip() if isinstance(value, str) else value}))
