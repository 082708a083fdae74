"""The configured servers: what each said of itself when it was last looked at."""

from __future__ import annotations

import streamlit as st

from config import Server
from errors import ServerError
from jobs.server_look import HEALTH_WORDS, ServerLook, health_of
from jobs.sight import refuses
from render_settings import SIZES
from ui.components.health_mark import HEALTH_LOOKS
from ui.components.live import live
from ui.components.notices import leave
from ui.components.plain import plain
from ui.components.trouble import show_trouble
from ui.office import office
from ui.session import translate as _

_HOLDS = 30.0  # seconds for which a look is good enough when the page is opened


def server_rows() -> None:
    """All servers; opening the page has the old looks renewed."""
    watch = office().worker.watch
    watch.ask(older_than=_HOLDS)
    live(_rows, watch.is_looking)


def _rows() -> None:
    settings, watch = office().worker.roster.settings, office().worker.watch
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(_("Servers"), width="stretch")
        st.button(
            _("Read the servers again"),
            key="reread-servers",
            icon=":material/sync:",
            on_click=_reread,
            help=_("From config.py and .env. What was changed there is noticed by itself within seconds, too."),
        )
        st.button(
            _("Test all servers"), key="test-servers", type="primary", icon=":material/refresh:", on_click=watch.ask
        )
    _wrong_configuration()
    for server in settings.sglang_servers:
        _row(server, watch.last(server), looking=watch.is_looking(server))
    looks = [watch.last(server) for server in settings.sglang_servers]
    if settings.servers_are_defaults and all(look and refuses(look.trouble) for look in looks):
        words = _(
            "No server has been set up and none answers, so the preview engine takes their place. "
            "What it makes is a sketch of the video and not MOVA."
        )
        st.info(words, icon=":material/draw:")


def _reread() -> None:
    """Read the configuration now, and look at every server that it has."""
    worker = office().worker
    changed = worker.roster.reread()
    worker.watch.ask()
    if worker.roster.trouble is None:
        leave(_("The servers are taken up as they stand there now.") if changed else _("The servers are as before."))


def _wrong_configuration() -> None:
    """A file that cannot be used; the servers of before go on until it is mended."""
    if trouble := office().worker.roster.trouble:
        show_trouble(trouble)
        st.caption(_("Until that is mended the servers below go on as they are."))


def _row(server: Server, look: ServerLook | None, *, looking: bool) -> None:
    with st.container(border=True, key=f"server-{server.name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(server.name)}**", width="content")
            _badge(look)
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


def _badge(look: ServerLook | None) -> None:
    health = health_of(look)
    icon, colour = HEALTH_LOOKS[health]
    st.badge(_(HEALTH_WORDS[health]), icon=icon, color=colour)


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
