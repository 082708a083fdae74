"""A word of warning where the door stands open: others reach the pages without a login, or around the proxy."""

from __future__ import annotations

import streamlit as st

from ui.components.plain import plain
from ui.host_guard import is_loopback, listens_on
from ui.office import office
from ui.session import translate as _
from ui.visitor import has_login


def exposed_note() -> None:
    """Shown unless the server listens on this machine's own address only, or people log in here."""
    host, settings = listens_on(), office().settings
    if is_loopback(host):
        return
    if settings.trusted_user_header:
        words = _(
            "The server listens on {host} and believes the header {header}: who reaches it around the proxy can be "
            "anybody. Set MOVA_HOST to 127.0.0.1, or let a firewall admit the proxy only."
        )
    elif not has_login(settings):
        words = _(
            "Other machines can open these pages (the server listens on {host}) and there is no login: who reaches "
            "them sees all jobs and spends on the keys. Set MOVA_HOST to 127.0.0.1, set up a login, or put a proxy "
            "with a login in front."
        )
    else:
        return
    st.warning(plain(words.format(host=host, header=settings.trusted_user_header)), icon=":material/lock_open:")
