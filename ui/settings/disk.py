"""The disk on the Settings page: what jobs take, by state and age, how long they are kept, what is no job's."""

from __future__ import annotations

from typing import cast

import streamlit as st

from jobs.service.housekeeping import AGES, Amount, Orphan, Usage
from ui.app_context import app_context
from ui.session import job_service, person
from ui.session import translate as _
from ui.shared.notices import acting, leave, show_error
from ui.shared.plain import escape_markdown
from ui.shared.watching import live
from ui.shared.words import disk_size, state_word

_WORK, _ASKED = "disk", "disk-asked"
_SHOWN = 50


def disk_board() -> None:
    """Computed on request, in the background: there may be thousands of folders. Only for those who manage the app."""
    if not person().steers:
        return
    background = app_context().background

    def draw() -> None:
        work = background.of(_WORK)
        if work is not None and not work.done:
            st.progress(work.percent, text=_("{percent} %").format(percent=work.percent))
            return
        if work is not None and work.error:
            show_error(work.error)
        elif work is not None:
            _show(cast(Usage, work.result))
        label = _("Check the disk") if work is None else _("Check again")
        st.button(label, key="disk-look", icon=":material/hard_drive:", on_click=_look)

    with st.container(border=True, key="disk-board"):
        st.subheader(_("Disk"))
        st.caption(_retention())
        live(draw, lambda: background.is_running(_WORK))


def _retention() -> str:
    days = app_context().settings.retention_days
    if not days:
        return _(
            "Everything is kept until somebody deletes it. RETENTION_DAYS sets after how many days jobs are deleted."
        )
    words = _("Once a day, jobs that ended longer ago than RETENTION_DAYS ({n}) are deleted; favourites stay.")
    return words.format(n=days)


def _show(usage: Usage) -> None:
    st.markdown(f"**{_amount(usage.whole)}**")
    left, right = st.columns(2)
    states = sorted(usage.by_state.items(), key=lambda one: -one[1].bytes)
    with left:
        _table(_("State"), {state_word(state): amount for state, amount in states})
    with right:
        younger = [_("up to {n} days old").format(n=days) for days in AGES]
        ages = [*younger, _("older than {n} days").format(n=AGES[-1])]
        _table(_("Age"), {age: one for age, one in zip(ages, usage.by_age, strict=True) if one.jobs})
    if usage.orphans:
        _orphans(usage.orphans)
    else:
        st.caption(_("Every file there belongs to a job."))


def _table(title: str, amounts: dict[str, Amount]) -> None:
    jobs, size = _("Jobs"), _("On the disk")
    rows = [{title: name, jobs: str(one.jobs), size: disk_size(one.bytes)} for name, one in amounts.items()]
    if rows:
        st.table(rows)


def _amount(amount: Amount) -> str:
    return _("Jobs: {n}, {size}").format(n=amount.jobs, size=disk_size(amount.bytes))


def _orphans(orphans: tuple[Orphan, ...]) -> None:
    """What can be removed, and the question before it is."""
    size = disk_size(sum(one.bytes for one in orphans))
    st.markdown(_("Folders and files that belong to no job: {n}, {size}.").format(n=len(orphans), size=size))
    with st.expander(_("Show them")):
        shown = [f"- {escape_markdown(one.name)} · {disk_size(one.bytes)}" for one in orphans[:_SHOWN]]
        more = [f"- … {len(orphans) - _SHOWN}"] if len(orphans) > _SHOWN else []
        st.markdown("\n".join([*shown, *more]))
    if st.session_state.get(_ASKED) != orphans:
        st.button(_("Remove them…"), key="disk-remove", icon=":material/delete:", on_click=_ask, args=(orphans,))
        return
    words = _(
        "Remove them for good? If these folders belong to another database, DATABASE_URL is wrong here and they "
        "must be kept. Files that this program did not make stay in any case."
    )
    st.warning(words, icon=":material/delete:")
    with st.container(horizontal=True):
        label = _("Remove for good, {size}").format(size=size)
        st.button(label, key="disk-really", on_click=acting(_remove), args=(orphans,))
        st.button(_("Keep them"), key="disk-keep", on_click=_ask, args=((),))


def _look() -> None:
    app_context().background.begin(_WORK, job_service().files.housekeeping().look)


def _ask(orphans: tuple[Orphan, ...]) -> None:
    st.session_state[_ASKED] = orphans


def _remove(orphans: tuple[Orphan, ...]) -> None:
    st.session_state.pop(_ASKED, None)
    freed = job_service().files.housekeeping().remove(orphans)
    leave(_("Removed. {size} freed.").format(size=disk_size(freed)))
    _look()
