"""What ``python -m doctor`` finds, on a page: begun by a button, run beside the page, kept for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from doctor.examination import Report
from doctor.finding import Finding, Verdict
from ui.components.durations import ago
from ui.components.live import live
from ui.components.plain import plain
from ui.office import office
from ui.session import translate as _

_ICONS: dict[Verdict, str] = {
    "ok": ":green[:material/check_circle:]",
    "warning": ":orange[:material/info:]",
    "broken": ":red[:material/error:]",
}


def doctor_board() -> None:
    """The last findings, and the button that looks again."""
    live(_board, lambda: office().examination.report.running)


def _board() -> None:
    report = office().examination.report
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(_("Is everything well?"), width="stretch")
        st.button(
            _("Examine everything"),
            key="examine",
            icon=":material/stethoscope:",
            on_click=_begin,
            disabled=report.running,
        )
    if report.running:
        words = _("Looking: {n} of {count}").format(n=report.done, count=report.of)
        st.progress(report.done / max(1, report.of), text=words)
    elif report.at is None:
        words = _("This machine, the database, the servers and the services; each service is asked for one word.")
        st.caption(words)
    if report.at is not None:
        _findings(report)


def _begin() -> None:
    office().examination.begin(office().worker.roster.settings)


def _findings(report: Report) -> None:
    """What needs somebody first; what is well is folded."""
    bad = [one for verdict in ("broken", "warning") for one in report.findings if one.verdict == verdict]
    well = [one for one in report.findings if one.verdict == "ok"]
    st.caption(_sum(report, bad))
    with st.container(border=True, key="doctor-findings"):
        if not bad:
            st.markdown(f"{_ICONS['ok']} {_('All is well.')}")
        _list(bad)
        with st.expander(_("What is well ({n})").format(n=len(well)), icon=":material/check:"):
            _list(well)


def _sum(report: Report, bad: Sequence[Finding]) -> str:
    counts = {verdict: sum(one.verdict == verdict for one in bad) for verdict in ("broken", "warning")}
    words = _("{broken} broken · {warnings} to know of · {time}")
    return words.format(broken=counts["broken"], warnings=counts["warning"], time=ago(report.at or datetime.now(UTC)))


def _list(findings: Sequence[Finding]) -> None:
    for one in findings:
        sentence = f"{_ICONS[one.verdict]} **{_word(one.verdict)}** {plain(one.says.text(_))}"
        advice = f"  \n{plain(one.advice.text(_))}" if one.advice else ""
        st.markdown(sentence + advice)
        if one.raw:
            with st.expander(_("Details")):
                st.text(one.raw)


def _word(verdict: Verdict) -> str:
    return {"ok": _("Well."), "warning": _("To know:"), "broken": _("Broken:")}[verdict]
