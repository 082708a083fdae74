"""The configured servers, each with its last health check."""

from __future__ import annotations

import streamlit as st

from config import Server
from core.errors import ServerError
from core.render_settings import SIZES
from jobs.servers.health import HEALTH_WORDS, HealthCheck, health_of
from jobs.servers.status import refuses
from ui.app_context import app_context
from ui.session import translate as _
from ui.shared.notices import leave, show_error
from ui.shared.plain import escape_markdown
from ui.shared.watching import live
from ui.shared.words import HEALTH_LOOKS

_HOLDS = 30.0  # seconds for which a health check is recent enough when the page is opened


def server_rows() -> None:
    """All servers; opening the page renews old health checks."""
    watch = app_context().worker.monitor
    watch.ask(older_than=_HOLDS)
    live(_rows, watch.is_looking)


def _rows() -> None:
    settings, watch = app_context().worker.registry.settings, app_context().worker.monitor
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(_("Servers"), width="stretch")
        st.button(
            _("Reload the servers"),
            key="reread-servers",
            icon=":material/sync:",
            on_click=_reread,
            help=_("From config.py and .env. Changes there also take effect by themselves within seconds."),
        )
        st.button(
            _("Test all servers"), key="test-servers", type="primary", icon=":material/refresh:", on_click=watch.ask
        )
    _wrong_configuration()
    for server in settings.sglang_servers:
        _row(server, watch.last(server), looking=watch.is_looking(server))
    looks = [watch.last(server) for server in settings.sglang_servers]
    if settings.servers_are_defaults and all(look and refuses(look.error) for look in looks):
        words = _(
            "No server is configured and none answers, so the preview engine takes their place. What it makes is "
            "a sketch of the video and not MOVA."
        )
        st.info(words, icon=":material/draw:")


def _reread() -> None:
    """Read the configuration now, and check every server in it."""
    worker = app_context().worker
    changed = worker.registry.reread()
    worker.monitor.ask()
    if worker.registry.error is None:
        leave(_("The servers have been reloaded.") if changed else _("The servers have not changed."))


def _wrong_configuration() -> None:
    """An error in the configuration; the earlier servers stay in use until it is fixed."""
    if error := app_context().worker.registry.error:
        show_error(error)
        st.caption(_("Until that is fixed, the servers below are used as before."))


def _row(server: Server, look: HealthCheck | None, *, looking: bool) -> None:
    with st.container(border=True, key=f"server-{server.name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escape_markdown(server.name)}**", width="content")
            _badge(look)
            if looking:
                st.caption(_("Checking…"), width="content")
            st.space("stretch")
            st.button(
                _("Test again"),
                key=f"test-server-{server.name}",
                on_click=app_context().worker.monitor.ask,
                kwargs={"name": server.name},
                disabled=looking,
            )
        st.caption(_facts(server, look))
        if look and look.error:
            _trouble(look.error)


def _badge(look: HealthCheck | None) -> None:
    health = health_of(look)
    icon, colour = HEALTH_LOOKS[health]
    st.badge(_(HEALTH_WORDS[health]), icon=icon, color=colour)


def _facts(server: Server, look: HealthCheck | None) -> str:
    """Address, model, sizes and version; a token is never among them."""
    sizes = ", ".join(f"{width}x{height}" for width, height in SIZES[server.model].values())
    facts = [server.base_url, server.model, sizes]
    if look and look.version:
        facts.append(_("version {version}").format(version=look.version))
    if look and look.preview:
        facts.append(_("preview engine"))
    if server.token:
        facts.append(_("with a token ••••"))
    return " · ".join(escape_markdown(fact) for fact in facts)


def _trouble(error: ServerError) -> None:
    st.markdown(f"{escape_markdown(error.message(_))} {escape_markdown(error.next_step(_))}")
    if error.raw:
        with st.expander(_("Details")):
            st.text(error.raw)
