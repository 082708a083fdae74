"""The settings: servers, services and their keys, and what else is set."""

from __future__ import annotations

import streamlit as st

from ui.app_context import app_context
from ui.server.host_guard import is_loopback, listens_on
from ui.server.visitor import has_login
from ui.session import person
from ui.session import translate as _
from ui.settings.api_keys import api_key_board
from ui.settings.disk import disk_board
from ui.settings.doctor import doctor_board
from ui.settings.servers import server_rows
from ui.settings.services import service_rows, source_of
from ui.settings.webhooks import webhook_board
from ui.shared.plain import escape_markdown
from ui.shared.shell import language_switch

# Neither keys nor addresses with passwords nor folders of the server.
_SHOWN = (
    *("num_frames", "fps", "guidance_scale", "num_inference_steps", "seed", "output_quality"),
    "subtitle_marker",
    *("server_patience", "render_timeout", "download_timeout", "max_video_mb", "max_image_mb", "max_image_megapixels"),
    *("text_timeout", "image_timeout", "provider_attempts", "retention_days"),
)


def exposed_note() -> None:
    """A word of warning where others reach the pages without a login, or around the proxy.

    Shown unless the server listens on this machine's own address only, or people log in here.
    """
    host, settings = listens_on(), app_context().settings
    if is_loopback(host):
        return
    if settings.trusted_user_header and settings.trusted_user_secret is None:
        words = _(
            "The server listens on {host} and believes the header {header}: anyone who reaches it without the "
            "proxy can claim to be anybody. Set TRUSTED_USER_SECRET, or MOVA_HOST to 127.0.0.1, or let a "
            "firewall admit the proxy only."
        )
    elif not has_login(settings):
        words = _(
            "Other machines can open these pages (the server listens on {host}) and there is no login: anyone "
            "who reaches them sees all jobs and spends money with the keys. Set MOVA_HOST to 127.0.0.1, set up a "
            "login, or put a proxy with a login in front."
        )
    else:
        return
    st.warning(
        escape_markdown(words.format(host=host, header=settings.trusted_user_header)), icon=":material/lock_open:"
    )


def setting_list() -> None:
    """The settings that are not secret, and where each value comes from: read-only, folded."""
    settings = app_context().settings
    rows = [
        {
            _("Setting"): escape_markdown(name.upper()),
            _("Value"): escape_markdown(str(getattr(settings, name))),
            _("From"): escape_markdown(_("environment") if source_of(name) == "environment" else source_of(name)),
        }
        for name in _SHOWN
    ]
    with st.expander(_("All settings"), icon=":material/list:"):
        st.caption(_("Change them in config.py, in .env or in the environment; they are read when the program starts."))
        st.table(rows)


st.title(_("Settings"))
exposed_note()
language_switch("language-settings")
server_rows()
service_rows()
api_key_board()
webhook_board()
if person().steers:  # it looks at the machine itself, and asks every service with the server's keys
    doctor_board()
disk_board()
setting_list()
