"""Create, filled in with what a job was asked with. Nothing of the job changes, and looking at a job fills nothing."""

from __future__ import annotations

import streamlit as st

from jobs.records import JobRecord
from record.restore import run_in_folder
from ui.components.create_values import go_on_from
from ui.components.restored import Start, fill_form
from ui.office import office
from ui.session import own_desk


def fill_create(job: JobRecord) -> None:
    """Every field, and the frame; what was made for the job counts as long as what it was made from stays.

    Raises:
        RunFileError: the job has what Create does not take.
    """
    desk = own_desk()
    run = run_in_folder(desk.record(job.id), desk.folder_of(job), office().settings)
    fill_form(run, Start("video_description"))
    st.session_state["create-bars"], st.session_state["create-shift"] = False, 0.0
    go_on_from(job.extends, st.session_state.get("create-picture"))
