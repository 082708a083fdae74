"""All that is known of a finished video: its receipt, its times, and every version of every step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from jobs.records import JobRecord, StepRecord
from pipeline import PREPARATION
from ui.components.addresses import address
from ui.components.job_facts import maker, receipt, timings
from ui.components.plain import plain, show_text
from ui.components.step_names import step_title
from ui.files import file_path
from ui.session import own_desk
from ui.session import translate as _


def finished_details(job: JobRecord) -> None:
    steps = own_desk().steps(job.id)
    with st.expander(_("Receipt and times"), icon=":material/receipt_long:"):
        left, right = st.columns(2)
        with left:
            _table(_("Receipt"), receipt(job) | {_("Job"): job.id})
        with right:
            _table(_("Times"), timings(job, steps))
    made = [one for one in steps if one.output and one.step in PREPARATION]
    if any(one.version > 1 for one in made):
        with st.expander(_("All versions of all steps"), icon=":material/history:"):
            _versions(job, made)


def _table(title: str, facts: dict[str, str]) -> None:
    st.markdown(f"**{title}**")
    st.table({name: plain(value) for name, value in facts.items()}, border="horizontal", alt=title)


def _versions(job: JobRecord, steps: Sequence[StepRecord]) -> None:
    ordered = sorted(steps, key=lambda one: (PREPARATION.index(one.step), one.version))
    for step, versions in groupby(ordered, key=lambda one: one.step):
        st.markdown(f"**{step_title(step)}**")
        for one in versions:
            used = f" · {_('this one was used')}" if one.chosen else ""
            st.caption(f"v{one.version} · {plain(maker(one))}{used}")
            _show(job, one)


def _show(job: JobRecord, one: StepRecord) -> None:
    if one.step != "first_frame":
        show_text(one.output or "")
    elif (own_desk().folder_of(job) / str(one.output)).is_file():
        words = _("First frame, version {n}").format(n=one.version)
        st.image(address(file_path(job.id, str(one.output))), width=320, alt=words)
    else:
        st.caption(_("The picture's file is not there any more."))
