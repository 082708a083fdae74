"""The text that a job begins with, before its steps: to be edited in its versions as long as nothing was sent."""

from __future__ import annotations

import streamlit as st

from core.errors import MovaError
from jobs.model.records import JobRecord
from ui.create.fields import counted
from ui.job.step_card import EDITABLE
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import short
from ui.shared.notices import acting, leave, refuse, refused, show_error
from ui.shared.plain import escape_markdown, show_text

_EXCERPT = 90  # letters


def wording_card(job: JobRecord, *, is_open: bool) -> None:
    """As a line that opens."""
    title = wording_title(job)
    line = f"**{title}**" if is_open else f"**{title}**  {escape_markdown(short(job.request.text, _EXCERPT))}"
    key = f"card-wording-{'open' if is_open else 'line'}"
    with st.expander(line, expanded=is_open, key=key, icon=":material/edit_note:"):
        if job.state in EDITABLE:
            _text(job, title)
            _versions(job)
        else:
            show_text(job.request.text)
        st.caption(counted(job.request.text))


def wording_title(job: JobRecord) -> str:
    return _("Description") if job.mode == "full" else _("Prompt")


def _wordings(job: JobRecord) -> tuple[str, ...]:
    return job.bookkeeping.wordings or (job.request.text,)


def _text(job: JobRecord, title: str) -> None:
    key = f"text-{job.id}-wording-{_wordings(job).index(job.request.text) + 1}"
    st.text_area(
        title,
        job.request.text,
        height="content",
        key=key,
        on_change=_reworded,
        args=(job.id, key, job.request.text),
        label_visibility="collapsed",
    )
    if error := refused(key):
        show_error(error)


def _versions(job: JobRecord) -> None:
    wordings = _wordings(job)
    if len(wordings) < 2:
        return
    shown = wordings.index(job.request.text) + 1
    key = f"version-{job.id}-wording-{shown}-{len(wordings)}"
    st.segmented_control(
        _("Versions"),
        range(1, len(wordings) + 1),
        default=shown,
        required=True,
        format_func=lambda version: f"v{version}",
        key=key,
        on_change=_leaf,
        args=(job.id, key, shown),
        label_visibility="collapsed",
    )


def _reworded(job_id: str, key: str, shown: str) -> None:
    """Another wording is a version of its own, so that nothing is lost by it; one that is refused changes nothing."""
    if (typed := st.session_state[key]) == shown:  # Streamlit reports it too where the field comes back to the page
        return
    try:
        removed = job_service().steps.reword(job_id, typed)
    except MovaError as error:
        refuse(key, error)
        return
    if removed:
        leave(" ".join(escape_markdown(one.text(_)) for one in removed))


@acting
def _leaf(job_id: str, key: str, shown: int) -> None:
    if (version := st.session_state[key]) != shown:
        job_service().steps.reword(job_id, _wordings(job_service().get(job_id))[version - 1])
