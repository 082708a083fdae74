"""The settings that are not secret, and where each value comes from."""

from __future__ import annotations

import streamlit as st

from ui.components.plain import plain
from ui.office import office
from ui.session import translate as _
from ui.setting_sources import source_of

# Neither keys nor addresses with passwords nor folders of the server.
_SHOWN = (
    *("num_frames", "fps", "guidance_scale", "num_inference_steps", "seed", "subtitle_marker"),
    *("server_patience", "render_timeout", "download_timeout", "max_video_mb", "max_image_mb", "max_image_megapixels"),
    *("text_timeout", "image_timeout", "provider_attempts", "retention_days"),
)


def setting_list() -> None:
    """Read-only, folded."""
    settings = office().settings
    rows = [
        {
            _("Setting"): plain(name.upper()),
            _("Value"): plain(str(getattr(settings, name))),
            _("From"): plain(_("environment") if source_of(name) == "environment" else source_of(name)),
        }
        for name in _SHOWN
    ]
    with st.expander(_("All settings"), icon=":material/list:"):
        st.caption(_("Change them in config.py, in .env or in the environment; they are read at the start."))
        st.table(rows)
