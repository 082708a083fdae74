"""What people do to jobs in the line. Each is a callback: it acts once and says what happened."""

from __future__ import annotations

import streamlit as st

from jobs.fair_order import Direction
from render_settings import draw_seed
from ui.components.acting import acting
from ui.components.notices import leave
from ui.session import own_desk
from ui.session import translate as _


@acting
def pause() -> None:
    """Send nothing new."""
    own_desk().pause()
    leave(_("Sending is paused. Running work finishes; nothing new starts."))


@acting
def resume() -> None:
    """Send again."""
    own_desk().resume()
    leave(_("Sending goes on."))


@acting
def duplicate(job_id: str) -> None:
    """Put the same once more into the line, with a seed of its own and over the same results."""
    desk = own_desk()
    copy = desk.duplicate(job_id, seed=draw_seed())
    desk.approve(copy.id, to_end=True)
    leave(_("A copy with another seed is in the line. Nothing was made or paid for twice."))


@acting
def remove(job_id: str) -> None:
    """Take a job out of the line; free."""
    if own_desk().cancel(job_id):
        leave(_("Removed. Nothing was sent, and the job is kept."))
    else:
        leave(_("Too late: it has been sent to the server by now."))


@acting
def move(job_id: str, direction: Direction) -> None:
    own_desk().move(job_id, direction)


def move_button(job_id: str, direction: Direction, *, disabled: bool) -> None:
    """Up, down or to the top, among one's own jobs."""
    words = {"up": _("Up"), "down": _("Down"), "top": _("To top"), "bottom": _("To the end")}
    icons = {
        "up": "arrow_upward",
        "down": "arrow_downward",
        "top": "vertical_align_top",
        "bottom": "vertical_align_bottom",
    }
    st.button(
        words[direction],
        key=f"{direction}-{job_id}",
        icon=f":material/{icons[direction]}:",
        on_click=move,
        args=(job_id, direction),
        disabled=disabled,
    )


def duplicate_button(job_id: str) -> None:
    st.button(
        _("Duplicate"),
        key=f"duplicate-{job_id}",
        icon=":material/content_copy:",
        on_click=duplicate,
        args=(job_id,),
        help=_("The same once more with another seed; what was made for it is used again."),
    )


def remove_button(job_id: str) -> None:
    st.button(
        _("Remove"),
        key=f"remove-{job_id}",
        icon=":material/close:",
        on_click=remove,
        args=(job_id,),
        help=_("Nothing has been sent, so this costs nothing; the job is kept."),
    )
