"""The configured servers: what each said of itself when it was last looked at."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from config import Server
from errors import ServerDead, ServerError, ServerMismatch, ServerSilent, ServerUnreachable, ServerWarmingUp
from jobs.server_watch import ServerLook
from render_settings import SIZES
from ui.components.live import live
from ui.components.plain import plain
from ui.office import office
from ui.session import translate as _

_HOLDS = 30.0  # seconds for which a look is good enough when the page is opened
Health = Literal["unknown", "ready", "warming", "dead", "unreachable", "mismatch", "unclear"]
Colour = Literal["red", "orange", "blue", "green", "gray"]
_TROUBLES: tuple[tuple[type[ServerError], Health], ...] = (
    (ServerWarmingUp, "warming"),
    (ServerDead, "dead"),
    (ServerUnreachable, "unreachable"),
    (ServerSilent, "unreachable"),
    (ServerMismatch, "mismatch"),
)


def server_rows() -> None:
    """All servers; opening the page has the old looks renewed."""
    watch = office().worker.watch
    watch.ask(older_than=_HOLDS)
    live(_rows, watch.is_looking)


def health_of(look: ServerLook | None) -> Health:
    """A look in one word."""
    if look is None:
        return "unknown"
    if look.trouble is None:
        return "ready"
    return next((health for kind, health in _TROUBLES if isinstance(look.trouble, kind)), "unclear")


def _rows() -> None:
    settings, watch = office().settings, office().worker.watch
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(_("Servers"), width="stretch")
        st.button(
            _("Test all servers"), key="test-servers", type="primary", icon=":material/refresh:", on_click=watch.ask
        )
    for server in settings.sglang_servers:
        _row(server, watch.last(server.name), looking=watch.is_looking(server.name))
    looks = [watch.last(server.name) for server in settings.sglang_servers]
    if settings.servers_are_defaults and all(health_of(look) == "unreachable" for look in looks):
        words = _(
            "No server has been set up and none answers, so the preview engine takes their place. "
            "What it makes is a sketch of the video and not MOVA."
        )
        st.info(words, icon=":material/draw:")


def _row(server: Server, look: ServerLook | None, *, looking: bool) -> None:
    with st.container(border=True, key=f"server-{server.name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(server.name)}**", width="content")
            _badge(health_of(look))
            if looking:
                st.caption(_("Looking…"), width="content")
            st.space("stretch")
            st.button(
                _("Test again"),
                key=f"test-server-{server.name}",
                on_click=office().worker.watch.ask,
                kwargs={"name": server.name},
                disabled=looking,
            )
        st.caption(_facts(server, look))
        if look and look.trouble:
            _trouble(look.trouble)


def _badge(health: Health) -> None:
    words: dict[Health, tuple[str, str, Colour]] = {
        "unknown": (_("Not looked at yet"), ":material/help:", "gray"),
        "ready": (_("Ready"), ":material/check_circle:", "green"),
        "warming": (_("Warming up"), ":material/hourglass_top:", "orange"),
        "dead": (_("Its worker has exited"), ":material/error:", "red"),
        "unreachable": (_("Not reachable"), ":material/cloud_off:", "red"),
        "mismatch": (_("Serves another model"), ":material/rule:", "red"),
        "unclear": (_("Not an SGLang server"), ":material/error:", "red"),
    }
    word, icon, colour = words[health]
    st.badge(word, icon=icon, color=colour)


def _facts(server: Server, look: ServerLook | None) -> str:
    """Address, model, sizes and version; a token is never among them."""
    sizes = ", ".join(f"{width}x{height}" for width, height in SIZES[server.model].values())
    facts = [server.base_url, server.model, sizes]
    if look and look.version:
        facts.append(_("version {version}").format(version=look.version))
    if look and look.preview:
        facts.append(_("preview engine"))
    if server.token:
        facts.append(_("with a token ••••"))
    return " · ".join(plain(fact) for fact in facts)


def _trouble(trouble: ServerError) -> None:
    st.markdown(f"{plain(trouble.message(_))} {plain(trouble.next_step(_))}")
    if trouble.raw:
        with st.expander(_("Details")):
            st.text(trouble.raw)
