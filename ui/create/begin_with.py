"""Below the form of Create: the last four videos, and three descriptions to start from."""

from __future__ import annotations

import streamlit as st

from core.messages import gettext_noop
from jobs.model.records import JobFilter, JobRecord
from ui.server.files import poster_path
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import address, job_link, title_of
from ui.shared.plain import escape_markdown

_LAST = 4
_FINISHED = JobFilter(states=frozenset(("completed",)))
# What MOVA was trained on: someone seen, a line that is said, sounds with their source.
_EXAMPLES = (
    (
        gettext_noop("Storm at the lighthouse"),
        gettext_noop(
            "A lighthouse keeper in a yellow oilskin stands in the doorway while rain drives past. He murmurs, “She is "
            "late tonight.” Slow push in on his face. Waves pound the rocks; far off, a bell rings."
        ),
    ),
    (
        gettext_noop("A cat and its yarn"),
        gettext_noop(
            "A ginger cat on a sunny windowsill bats at a ball of blue yarn. The yarn rolls off the sill, and the cat "
            "looks after it. Soft thuds of paws, a ticking clock, birds outside."
        ),
    ),
    (
        gettext_noop("Lanterns at the night market"),
        gettext_noop(
            "At a night market, a woman in a red scarf hands a paper lantern to a boy in a denim jacket. She says, "
            "“Hold it high.” He answers, “Like this?” Pans sizzle, and the crowd murmurs."
        ),
    ),
)


def begin_with() -> None:
    """The person's own latest work first."""
    if last := job_service().library.page(_FINISHED, size=_LAST).jobs:
        st.subheader(_("Your last videos"))
        with st.container(key="last-videos"):
            for column, job in zip(st.columns(_LAST), last, strict=False):
                with column:
                    _card(job)
    st.subheader(_("Examples to start from"))
    with st.container(key="examples"):
        for column, (title, text) in zip(st.columns(len(_EXAMPLES)), _EXAMPLES, strict=True):
            label = f"**{_(title)}**\n\n{escape_markdown(_(text))}"
            column.button(label, key=f"example-{title}", width="stretch", wrap=True, on_click=_take, args=(_(text),))


def _card(job: JobRecord) -> None:
    """The whole card leads to the job."""
    title = title_of(job.heading)
    with st.container(key=f"last-{job.id}", gap="xsmall"):
        st.image(address(poster_path(job.id, job.revision)), width="stretch", alt="")
        job_link(job.id, escape_markdown(title) or _("No text"))


def _take(text: str) -> None:
    st.session_state["create-text"], st.session_state["create-kind"] = text, "full"
