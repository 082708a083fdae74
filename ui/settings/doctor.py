"""What ``python -m doctor`` finds, on a page: started by a button, run in the background, kept for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import streamlit as st

from doctor.examination import checks, examine
from doctor.finding import Finding, Verdict
from ui.app_context import app_context
from ui.session import translate as _
from ui.shared.plain import escape_markdown
from ui.shared.watching import live
from ui.shared.words import ago

_TASK = "doctor"
_ICONS: dict[Verdict, str] = {
    "ok": ":green[:material/check_circle:]",
    "warning": ":orange[:material/info:]",
    "broken": ":red[:material/error:]",
}


def doctor_board() -> None:
    """The last findings, and the button that looks again."""
    live(_board, lambda: app_context().background.is_running(_TASK))


def _board() -> None:
    background = app_context().background
    task, last, running = background.of(_TASK), background.last_ended(_TASK), background.is_running(_TASK)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(_("Health check"), width="stretch")
        st.button(
            _("Check everything"),
            key="examine",
            icon=":material/stethoscope:",
            on_click=_begin,
            disabled=running,
        )
    if running and task is not None:
        words = _("Checking: {n} of {count}").format(n=task.steps, count=task.of)
        st.progress(task.percent, text=words)
    elif last is None:
        words = _("This machine, the database, the servers and the services; each service is asked for one word.")
        st.caption(words)
    if last is not None and last.ended is not None:
        _findings(last.result or (), last.ended)


def _begin() -> None:
    settings = app_context().worker.registry.settings
    app_context().background.begin(_TASK, partial(examine, settings), of=len(checks(settings)))


def _findings(findings: Sequence[Finding], at: datetime) -> None:
    """What needs somebody first; what is well is folded."""
    bad = [one for verdict in ("broken", "warning") for one in findings if one.verdict == verdict]
    well = [one for one in findings if one.verdict == "ok"]
    st.caption(_sum(bad, at))
    with st.container(border=True, key="doctor-findings"):
        if not bad:
            st.markdown(f"{_ICONS['ok']} {_('Everything is OK.')}")
        _list(bad)
        with st.expander(_("What is OK ({n})").format(n=len(well)), icon=":material/check:"):
            _list(well)


def _sum(bad: Sequence[Finding], at: datetime) -> str:
    counts = {verdict: sum(one.verdict == verdict for one in bad) for verdict in ("broken", "warning")}
    words = _("Broken: {broken} · warnings: {warnings} · {time}")
    return words.format(broken=counts["broken"], warnings=counts["warning"], time=ago(at))


def _list(findings: Sequence[Finding]) -> None:
    for one in findings:
        sentence = f"{_ICONS[one.verdict]} **{_word(one.verdict)}** {escape_markdown(one.says.text(_))}"
        advice = f"  \n{escape_markdown(one.advice.text(_))}" if one.advice else ""
        st.markdown(sentence + advice)
        if one.raw:
            with st.expander(_("Details")):
                st.text(one.raw)


def _word(verdict: Verdict) -> str:
    return {"ok": _("OK."), "warning": _("Warning:"), "broken": _("Broken:")}[verdict]
