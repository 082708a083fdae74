"""Logging in and out."""

from __future__ import annotations

import streamlit as st

from ui.components.plain import plain
from ui.office import office
from ui.session import translate as _
from ui.visitor import login_is_set_up, person_here, providers


def ask_to_log_in() -> None:
    """What a visitor gets who is not known: nothing but the way in."""
    st.title(_("Log in"))
    if office().settings.trusted_user_header:
        words = _("The proxy in front of these pages did not say who you are. Open them at its address.")
        st.error(words, icon=":material/lock:")
        return
    if st.user.get("is_logged_in"):
        words = _("You are logged in, but the login gave no name that can be used here. Ask an administrator.")
        st.error(words, icon=":material/lock:")
        st.button(_("Log out"), key="log-out", type="primary", on_click=st.logout)
        return
    st.text(_("Your videos, and what they are made from, are seen by you and by administrators only."))
    names = providers()
    for number, name in enumerate(names or ("",)):
        st.button(
            _("Log in with {provider}").format(provider=plain(name)) if name else _("Log in"),
            key=f"log-in-{name}",
            type="secondary" if number else "primary",
            icon=":material/login:",
            on_click=st.login,
            args=(name or None,),
        )


def who_is_here() -> None:
    """The person's name, and the way out where it is ours to offer; nothing where there is no login."""
    settings = office().settings
    person = person_here(settings)
    if person is None or not (settings.trusted_user_header or login_is_set_up()):
        return
    shown = str(st.user.get("name") or person.name) if not settings.trusted_user_header else person.name
    st.caption(plain(shown[:60]), width="content", help=plain(person.name))
    if not settings.trusted_user_header:
        st.button(_("Log out"), key="log-out", type="tertiary", icon=":material/logout:", on_click=st.logout)
