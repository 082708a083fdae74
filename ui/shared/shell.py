"""The shell around every page: the mark, the pages, the language, who is here, and the way in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.translations import LANGUAGES
from ui.app_context import app_context
from ui.server.login_setup import login_is_readable, login_is_set_up, providers
from ui.server.visitor import person_here
from ui.session import language
from ui.session import translate as _
from ui.shared.links import query
from ui.shared.plain import escape_markdown
from ui.shared.style import BROWSER

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

_JS = (BROWSER / "shell.js").read_text(encoding="utf-8")


def shell(page: StreamlitPage, *, known: bool) -> None:
    """The bar above every page; a visitor who is not known gets the mark and the language."""
    _remember()
    with st.container(horizontal=True, vertical_alignment="center", key="shell"):
        with st.container(width="content", key="mark"):
            st.page_link("create/create.py", label="MOVA", query_params=query())
        if known:
            st.page_link("create/create.py", label=_("Create"), query_params=query())
            st.page_link("queue/queue.py", label=_("Queue"), query_params=query())
            st.page_link("library/library.py", label=_("Library"), query_params=query())
            st.page_link("film/films.py", label=_("Films"), query_params=query())
        st.space("stretch")
        if known:
            with st.container(width="content", key="settings-link"):
                settings = ":material/settings:"
                st.page_link("settings/settings.py", label=_("Settings"), icon=settings, query_params=query())
        _who_is_here()
    turn = st.session_state["shell-turn"] = st.session_state.get("shell-turn", 0) + 1  # links may have been drawn anew
    data = {"language": language().replace("_", "-"), "label": _("Pages"), "page": page.title, "turn": turn}
    st.components.v2.component("mova_shell", js=_JS)(key="shell-words", data=data, height=1)


def ask_to_log_in() -> None:
    """What a visitor gets who is not known: nothing but the way in."""
    st.title(_("Log in"))
    if app_context().settings.trusted_user_header:
        words = _("The proxy in front of these pages did not say who you are. Open them at its address.")
        st.error(words, icon=":material/lock:")
        return
    if not login_is_readable():
        words = _(
            "Nobody can log in at the moment: the login's settings cannot be read. Whoever runs this program has "
            "to fix the section [auth] of .streamlit/secrets.toml; the pages then continue by themselves."
        )
        st.error(words, icon=":material/lock:")
        return
    if st.user.get("is_logged_in"):
        words = _("You are logged in, but the login gave no name that can be used here. Ask an administrator.")
        st.error(words, icon=":material/lock:")
        st.button(_("Log out"), key="log-out", type="primary", on_click=st.logout)
        return
    st.text(_("Your videos, and what they are made from, can be seen only by you and by administrators."))
    names = providers()
    for number, name in enumerate(names or ("",)):
        st.button(
            _("Log in with {provider}").format(provider=escape_markdown(name)) if name else _("Log in"),
            key=f"log-in-{name}",
            type="secondary" if number else "primary",
            icon=":material/login:",
            on_click=st.login,
            args=(name or None,),
        )


def _who_is_here() -> None:
    """The language; where people log in, their name; and the button that logs out, unless a proxy does that."""
    name = _name_here()
    with st.popover(escape_markdown(name[:20]) or language_name(), icon=":material/translate:", type="tertiary"):
        if name:
            st.caption(escape_markdown(name))
        language_switch("language")
        if name and not app_context().settings.trusted_user_header:
            st.button(_("Log out"), key="log-out", type="tertiary", icon=":material/logout:", on_click=st.logout)


def _name_here() -> str:
    """The person's name; empty where there is no login."""
    settings = app_context().settings
    person = person_here(settings)
    if person is None or not (settings.trusted_user_header or login_is_set_up()):
        return ""
    return str(st.user.get("name") or person.name) if not settings.trusted_user_header else person.name


# The choice of language: it is in the address, so that a link keeps it, and it resets nothing.


def language_name() -> str:
    """The visitor's language by its own name."""
    return LANGUAGES[language()]


def language_switch(key: str) -> None:
    """Each language by its own name. Links between pages lose the address's query: the choice is put back."""
    st.session_state[key] = language()
    st.segmented_control(
        _("Language"),
        list(LANGUAGES),
        required=True,
        format_func=lambda one: LANGUAGES[one],
        key=key,
        on_change=_take,
        args=(key,),
    )


def _remember() -> None:
    named, chosen = st.query_params.get("lang"), st.session_state.get("lang")
    if named:
        st.session_state["lang"] = language()
    elif chosen:
        st.query_params["lang"] = chosen


def _take(key: str) -> None:
    chosen = st.session_state[key]
    st.session_state["lang"] = chosen
    st.query_params["lang"] = chosen
