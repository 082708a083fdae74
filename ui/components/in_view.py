"""What has just been made is brought into view: it stands below what was made before it, often below the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from ui.components.step_view import StepView

_JS = (Path(__file__).parents[1] / "browser" / "in_view.js").read_text(encoding="utf-8")


def newest_in_view(job_id: str, views: Sequence[StepView]) -> None:
    """Scroll to the last card, once for each result that the person did not write themselves."""
    newest = views[-1].shown if len(views) > 1 else None
    if newest is None or newest.edited:
        return
    mark = f"{job_id} {newest.step} {newest.version}"
    data = {"card": f"card-{newest.step}", "mark": mark}
    st.components.v2.component("mova_in_view", js=_JS)(key="in-view", data=data, height=1)
