"""A job's steps: the state of each, and each as a line that opens to its text, to be edited in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from core.errors import MovaError
from core.messages import Message
from core.steps import Step
from description.check import check
from jobs.model.makers import YOURS
from jobs.model.records import JobRecord, StepRecord
from jobs.model.states import StepState, allowing
from jobs.plan.steps import StepPlan
from pipeline import PREPARATION
from providers.offline import NAME as OFFLINE
from ui.create.fields import counted
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import short
from ui.shared.notices import acting, refuse, refused, show_error, show_notes
from ui.shared.plain import escape_markdown, show_text
from ui.shared.words import Colour, running_label, step_title

EDITABLE = allowing("change")
_SHOWABLE: tuple[StepState, ...] = ("done", "stale")


@dataclass(frozen=True)
class StepView:
    """``shown`` is the version that counts, None where nothing was made; ``versions`` are all that can be leafed to.

    ``reason`` says why a result is out of date although nothing before it changed.
    """

    step: Step
    state: StepState
    shown: StepRecord | None
    versions: tuple[int, ...]
    reason: Message | None = None


def step_views(steps: Sequence[StepRecord], plan: StepPlan) -> tuple[StepView, ...]:
    """One view for each step of the preparation, in their order; out of date is what the plan says is."""
    reasons = {one.step: one.reason for one in plan.questions}
    stale = {one.step for one in plan.steps if one.is_stale} | set(reasons)
    return tuple(
        _view(step, [one for one in steps if one.step == step], step in stale, reasons.get(step))
        for step in PREPARATION
    )


def _view(step: Step, records: Sequence[StepRecord], is_stale: bool, reason: Message | None) -> StepView:
    shown = next((one for one in records if one.chosen and one.state in _SHOWABLE), None)
    versions = tuple(one.version for one in records if one.state in _SHOWABLE)
    return StepView(step, _state(records, is_stale), shown, versions, reason)


def _state(records: Sequence[StepRecord], is_stale: bool) -> StepState:
    """A version that is being made, asked for or failed is shown instead of an earlier finished one."""
    found = {one.state for one in records}
    begun: tuple[StepState, ...] = ("running", "pending", "failed")
    for state in begun:
        if state in found:
            return state
    chosen: StepState = next((one.state for one in records if one.chosen), "pending")
    if chosen in _SHOWABLE:
        return "stale" if is_stale else "done"
    return chosen


_MARKS: dict[StepState, tuple[str, Colour]] = {
    "pending": (":material/radio_button_unchecked:", "gray"),
    "running": (":material/progress_activity:", "blue"),
    "done": (":material/check_circle:", "green"),
    "stale": (":material/update:", "orange"),
    "failed": (":material/error:", "red"),
    "skipped": (":material/redo:", "gray"),
}
_EXCERPT = 60  # letters


@contextmanager
def step_fold(view: StepView, *, is_open: bool, picture: str = "") -> Iterator[None]:
    """A step as one line that opens: its state, title, beginning or picture, and who made it.

    Args:
        picture: the address of a small picture of what was made.
    """
    # Another key once another step is open: with the same one, a fold stays as its person left it.
    key = f"card-{view.step}-{'open' if is_open else 'line'}"
    with st.expander(_line(view, picture, is_open), expanded=is_open, key=key, icon=_MARKS[view.state][0]):
        if view.shown:
            st.caption(made_by(view.shown))
        if view.reason:
            st.warning(escape_markdown(view.reason.text(_)), icon=":material/update:")
        yield


def step_line(view: StepView) -> None:
    """A step of which nothing was made yet, as a line that does not open."""
    icon, colour = _MARKS[view.state]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"line-{view.step}"):
        st.markdown(f":{colour}[{icon}] {_numbered(view.step)}", width="content")
        st.caption(_state_words(view), width="content")


def _line(view: StepView, picture: str, is_open: bool) -> str:
    """In markdown; a colour only where somebody has to decide, or something is under way."""
    parts = [f"![]({picture})"] if picture and not is_open else []
    parts.append(f"**{_numbered(view.step)}**")
    if view.state != "done":
        parts.append(f":{_MARKS[view.state][1]}-badge[{_state_words(view)}]")
    if view.shown and not is_open:
        if view.step != "first_frame" and view.shown.output:
            parts.append(escape_markdown(short(view.shown.output, _EXCERPT)))
        parts.append(f":gray[{made_by(view.shown)}]")
    return "  ".join(parts)


def _numbered(step: Step) -> str:
    return f"{PREPARATION.index(step) + 1} · {step_title(step)}"


def _state_words(view: StepView) -> str:
    words: dict[StepState, str] = {
        "pending": _("Not made yet"),
        "running": running_label(view.step),
        "done": _("Made"),
        "stale": _("Out of date"),
        "failed": _("Failed"),
        "skipped": _("Not needed"),
    }
    return words[view.state]


def made_by(record: StepRecord) -> str:
    """Provider, model, seconds and tokens."""
    if record.provider in (None, YOURS):
        return _("yours")
    name = (
        _("offline, without a model")
        if record.provider == OFFLINE
        else escape_markdown(f"{record.provider} · {record.model}")
    )
    parts = [name]
    if record.seconds is not None:
        parts.append(_("{n} s").format(n=f"{record.seconds:.1f}"))
    if record.tokens:
        parts.append(_("{n} tokens").format(n=record.tokens))
    return " · ".join(parts)


def text_card(job: JobRecord, view: StepView, *, editable: bool, is_open: bool, elements: str = "") -> None:
    """A step whose result is a text."""
    if not view.shown and view.state != "failed":
        step_line(view)
        return
    with step_fold(view, is_open=is_open):
        if editable:
            _text(job, view)
        elif view.shown:
            show_text(view.shown.output or "")
        if view.shown and view.step == "video_description":
            st.caption(counted(view.shown.output or ""))
        if view.shown:
            show_notes(_warnings(job, view.shown, elements))
        if editable:
            card_acts(job, view)


def card_acts(job: JobRecord, view: StepView) -> None:
    """Buttons for switching versions, another try, and handling an out-of-date result."""
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
    version, shown = (view.shown.version, view.shown.output or "") if view.shown else (0, "")
    key = f"text-{job.id}-{view.step}-{version}"
    st.text_area(
        step_title(view.step),
        shown,
        height="content",
        key=key,
        on_change=_edited,
        args=(job.id, view.step, key, shown),
        label_visibility="collapsed",
        placeholder=_("Write it yourself"),
    )
    if error := refused(key):
        show_error(error)


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
        args=(job_id, step, key, shown),
        label_visibility="collapsed",
    )


def _warnings(job: JobRecord, record: StepRecord, elements: str) -> Sequence[Message]:
    """The step's warnings; a description written by hand is checked here."""
    if record.step != "video_description" or not record.edited:
        return record.warnings
    request, text = job.request, record.output or ""
    marker = request.subtitle_marker and not request.captions
    found = check(text, request.text, seconds=job.render.seconds, marker=marker, elements=elements)
    return [finding.message for finding in found]


def _edited(job_id: str, step: Step, key: str, shown: str) -> None:
    """An edit is a version of its own, so that nothing is lost by it."""
    if (typed := st.session_state[key]) == shown:  # Streamlit reports it too where the field comes back to the page
        return
    try:
        job_service().steps.edit(job_id, step, typed)
    except MovaError as error:
        refuse(key, error)


@acting
def _leaf(job_id: str, step: Step, key: str, shown: int) -> None:
    if (version := st.session_state[key]) != shown:
        job_service().steps.choose(job_id, step, version)


@acting
def _regenerate(job_id: str, step: Step) -> None:
    job_service().regenerate_step(job_id, step)


@acting
def _keep(job_id: str, step: Step) -> None:
    job_service().steps.keep(job_id, step)
