"""Create: results made before from exactly the same text, offered with picture, date and makers."""

from __future__ import annotations

import streamlit as st

from core.errors import MovaError
from core.limits import checked_text_with_notes
from core.messages import gettext_noop
from core.render_settings import Orientation
from jobs.service.library import MadeBefore
from ui.job.step_card import made_by
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import job_link
from ui.shared.video import thumbnail
from ui.shared.words import ago, step_title

_CHOSEN = "create-made-before"


def choose_made_before(text: str, orientation: Orientation) -> MadeBefore | None:
    """Show the earlier results; returns the chosen one, None if the person has not chosen any."""
    try:
        words = checked_text_with_notes(text, gettext_noop("description"))[0]
    except MovaError:  # reported where the order is placed
        return None
    found = job_service().library.made_before(words, orientation)
    if not found:
        return None
    with st.container(border=True, key="made-before"):
        st.markdown(f"**{_('Made before from exactly the same text')}**")
        st.caption(_("A new video gets its own texts and picture, unless you choose to start from these."))
        for one in found:
            _offer(one)
    return next((one for one in found if one.job.id == st.session_state.get(_CHOSEN)), None)


def forget_made_before() -> None:
    st.session_state.pop(_CHOSEN, None)


def _offer(one: MadeBefore) -> None:
    chosen = one.job.id == st.session_state.get(_CHOSEN)
    with st.container(horizontal=True, vertical_alignment="center"):
        thumbnail(one.job)
        with st.container(gap="small"):
            job_link(one.job.id, ago(one.job.created), icon=":material/movie:")
            for step in one.steps:
                if step.state == "done":
                    st.caption(f"{step_title(step.step)}: {made_by(step)}")
            label = _("Make everything from scratch") if chosen else _("Start from these")
            icon = ":material/close:" if chosen else ":material/content_copy:"
            st.button(label, key=f"reuse-{one.job.id}", icon=icon, on_click=_choose, args=(None if chosen else one,))


def _choose(one: MadeBefore | None) -> None:
    st.session_state[_CHOSEN] = one.job.id if one else None
