"""One step as a card: its state, who made it, and its text to be edited in place."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from description.check import check
from errors import MovaError
from jobs.preparing import YOURS
from jobs.records import JobRecord, StepRecord
from jobs.states import StepState
from jobs.wish import Wish, render_of
from notes import Note
from pipeline import PREPARATION
from providers.offline import NAME as OFFLINE
from step_result import Step
from ui.components.acting import acting
from ui.components.order_fields import counted
from ui.components.plain import plain, show_text
from ui.components.state_words import Colour
from ui.components.step_names import running_label, step_title
from ui.components.step_view import StepView
from ui.components.trouble import show_trouble, show_warnings
from ui.session import own_desk
from ui.session import translate as _

_MARKS: dict[StepState, tuple[str, Colour]] = {
    "pending": (":material/radio_button_unchecked:", "gray"),
    "running": (":material/progress_activity:", "blue"),
    "done": (":material/check_circle:", "green"),
    "stale": (":material/update:", "orange"),
    "failed": (":material/error:", "red"),
    "skipped": (":material/redo:", "gray"),
}
_HEIGHTS: dict[Step, int] = {"image_prompt": 160, "visual_elements": 200, "video_description": 280}


def card_head(view: StepView) -> None:
    """Number, title and state, and below who made what is shown, in how many seconds and tokens."""
    words: dict[StepState, str] = {
        "pending": _("Not made yet"),
        "running": running_label(view.step),
        "done": _("Made"),
        "stale": _("Out of date"),
        "failed": _("Failed"),
        "skipped": _("Not needed"),
    }
    icon, colour = _MARKS[view.state]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{PREPARATION.index(view.step) + 1} · {step_title(view.step)}**", width="content")
        st.badge(words[view.state], icon=icon, color=colour)
        if view.shown:
            st.caption(made_by(view.shown), width="content")


def made_by(record: StepRecord) -> str:
    """Provider, model, seconds and tokens."""
    if record.provider in (None, YOURS):
        return _("yours")
    name = _("offline, without a model") if record.provider == OFFLINE else plain(f"{record.provider} · {record.model}")
    parts = [name]
    if record.seconds is not None:
        parts.append(_("{n} s").format(n=f"{record.seconds:.1f}"))
    if record.tokens:
        parts.append(_("{n} tokens").format(n=record.tokens))
    return " · ".join(parts)


def text_card(job: JobRecord, view: StepView, *, editable: bool, elements: str = "") -> None:
    """A step whose result is a text."""
    with st.container(border=True, key=f"card-{view.step}"):
        card_head(view)
        if editable and (view.shown or view.state == "failed"):
            _text(job, view)
        elif view.shown:
            show_text(view.shown.output or "")
        if view.shown and view.step == "video_description":
            st.caption(counted(view.shown.output or ""))
        if view.shown:
            show_warnings(_warnings(job, view.shown, elements))
        if editable:
            card_acts(job, view)


def card_acts(job: JobRecord, view: StepView) -> None:
    """Versions to leaf through, another try, and what to do about a result that is out of date."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if len(view.versions) > 1 and view.shown:
            _versions(job.id, view.step, view.versions, view.shown.version)
        made = (job.id, view.step)
        if view.state == "stale":
            redo = _("Redo from here")
            st.button(redo, key=f"redo-{view.step}", icon=":material/refresh:", on_click=_regenerate, args=made)
            keep = _("Keep anyway")
            st.button(keep, key=f"keep-{view.step}", icon=":material/push_pin:", on_click=_keep, args=made)
        elif view.state == "done":
            again = _("Regenerate")
            st.button(again, key=f"again-{view.step}", icon=":material/refresh:", on_click=_regenerate, args=made)


def _text(job: JobRecord, view: StepView) -> None:
    version = view.shown.version if view.shown else 0
    key = f"text-{job.id}-{view.step}-{version}"
    st.text_area(
        step_title(view.step),
        (view.shown.output or "") if view.shown else "",
        height=_HEIGHTS[view.step],
        key=key,
        on_change=_edited,
        args=(job.id, view.step, key),
        label_visibility="collapsed",
        placeholder=_("Write it yourself"),
    )
    trouble: MovaError | None = st.session_state.pop(f"trouble-{key}", None)
    if trouble:
        show_trouble(trouble)


def _versions(job_id: str, step: Step, versions: Sequence[int], shown: int) -> None:
    key = f"version-{job_id}-{step}-{shown}-{len(versions)}"
    st.segmented_control(
        _("Versions"),
        versions,
        default=shown,
        required=True,
        format_func=lambda version: f"v{version}",
        key=key,
        on_change=_leaf,
        args=(job_id, step, key),
        label_visibility="collapsed",
    )


def _warnings(job: JobRecord, record: StepRecord, elements: str) -> Sequence[Note]:
    """What the step warned of; a description written by hand is checked here."""
    if record.step != "video_description" or not record.edited:
        return record.warnings
    wish, text = Wish.of(job), record.output or ""
    marker = wish.subtitle_marker and not wish.captions
    found = check(text, wish.text, seconds=render_of(job).seconds, marker=marker, elements=elements)
    return [finding.note for finding in found]


def _edited(job_id: str, step: Step, key: str) -> None:
    """An edit is a version of its own, so that nothing is lost by it."""
    try:
        own_desk().edit_step(job_id, step, st.session_state[key])
    except MovaError as trouble:
        st.session_state[f"trouble-{key}"] = trouble


@acting
def _leaf(job_id: str, step: Step, key: str) -> None:
    own_desk().choose_version(job_id, step, st.session_state[key])


@acting
def _regenerate(job_id: str, step: Step) -> None:
    own_desk().regenerate_step(job_id, step)


@acting
def _keep(job_id: str, step: Step) -> None:
    own_desk().keep_step(job_id, step)
