"""A word of warning where other machines can open the pages: there is no login."""

from __future__ import annotations

import os

import streamlit as st

from ui.components.plain import plain
from ui.session import translate as _

_LOOPBACK = ("localhost", "127.", "::1", "[::1]")


def exposed_note() -> None:
    """Shown unless the server listens on this machine's own address only."""
    host = listens_on()
    if host.startswith(_LOOPBACK):
        return
    words = _(
        "Other machines can open these pages (the server listens on {host}) and there is no login: who reaches them "
        "sees all jobs and spends on the keys. Set MOVA_HOST to 127.0.0.1, or put a proxy with a login in front."
    )
    st.warning(plain(words.format(host=host)), icon=":material/lock_open:")


def listens_on() -> str:
    """The address that the server listens on; without one it listens on all."""
    return str(st.get_option("server.address") or os.environ.get("MOVA_HOST") or "0.0.0.0")  # noqa: S104
