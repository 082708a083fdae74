"""The disk on the Settings page: what jobs take, by state and age, how long they are kept, what is no job's."""

from __future__ import annotations

from typing import cast

import streamlit as st

from jobs.housekeeping import AGES, Amount, Orphan, Usage
from ui.components.acting import acting
from ui.components.live import live
from ui.components.notices import leave
from ui.components.plain import plain
from ui.components.sizes import disk_size
from ui.components.state_words import state_word
from ui.components.trouble import show_trouble
from ui.office import office
from ui.session import own_desk, person
from ui.session import translate as _

_WORK, _ASKED = "disk", "disk-asked"
_SHOWN = 50


def disk_board() -> None:
    """Looked at when asked for, beside the page: there may be many thousand folders. For those who steer only."""
    if not person().steers:
        return
    beside = office().beside

    def is_under_way() -> bool:
        work = beside.of(_WORK)
        return work is not None and not work.done

    def draw() -> None:
        work = beside.of(_WORK)
        if work is not None and not work.done:
            st.progress(work.percent, text=_("{percent} %").format(percent=work.percent))
            return
        if work is not None and work.trouble:
            show_trouble(work.trouble)
        elif work is not None:
            _show(cast(Usage, work.result))
        label = _("Look at the disk") if work is None else _("Look again")
        st.button(label, key="disk-look", icon=":material/hard_drive:", on_click=_look)

    with st.container(border=True, key="disk-board"):
        st.subheader(_("Disk"))
        st.caption(_retention())
        live(draw, is_under_way)


def _retention() -> str:
    days = office().settings.retention_days
    if not days:
        return _("Everything is kept until somebody deletes it. RETENTION_DAYS sets after how many days jobs go.")
    words = _("Jobs that have ended are deleted after {n} days, once a day; favourites stay. RETENTION_DAYS sets it.")
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
        st.caption(_("Nothing lies there that belongs to no job."))


def _table(title: str, amounts: dict[str, Amount]) -> None:
    jobs, size = _("Jobs"), _("On the disk")
    rows = [{title: name, jobs: str(one.jobs), size: disk_size(one.bytes)} for name, one in amounts.items()]
    if rows:
        st.table(rows)


def _amount(amount: Amount) -> str:
    return _("{n} jobs, {size}").format(n=amount.jobs, size=disk_size(amount.bytes))


def _orphans(orphans: tuple[Orphan, ...]) -> None:
    """What can be removed, and the question before it is."""
    size = disk_size(sum(one.bytes for one in orphans))
    st.markdown(_("Left over: {n} folders or files of no job, {size}.").format(n=len(orphans), size=size))
    with st.expander(_("Show them")):
        shown = [f"- {plain(one.name)} · {disk_size(one.bytes)}" for one in orphans[:_SHOWN]]
        more = [f"- … {len(orphans) - _SHOWN}"] if len(orphans) > _SHOWN else []
        st.markdown("\n".join([*shown, *more]))
    if st.session_state.get(_ASKED) != orphans:
        st.button(_("Remove them…"), key="disk-remove", icon=":material/delete:", on_click=_ask, args=(orphans,))
        return
    words = _(
        "Remove them for good? Are these folders of another database? Then DATABASE_URL is wrong here, and they are "
        "to be kept. Files that are not of this program stay in any case."
    )
    st.warning(words, icon=":material/delete:")
    with st.container(horizontal=True):
        label = _("Remove for good, {size}").format(size=size)
        st.button(label, key="disk-really", on_click=acting(_remove), args=(orphans,))
        st.button(_("Keep them"), key="disk-keep", on_click=_ask, args=((),))


def _look() -> None:
    office().beside.begin(_WORK, own_desk().housekeeping().look)


def _ask(orphans: tuple[Orphan, ...]) -> None:
    st.session_state[_ASKED] = orphans


def _remove(orphans: tuple[Orphan, ...]) -> None:
    st.session_state.pop(_ASKED, None)
    freed = own_desk().housekeeping().remove(orphans)
    leave(_("Removed. {size} came free.").format(size=disk_size(freed)))
    _look()
