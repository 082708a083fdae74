"""The page that compares two: the players, then a table of what differs, and nothing else."""

from __future__ import annotations

import streamlit as st

from errors import StoreError
from jobs.records import JobRecord
from jobs.wish import Wish
from record.folder import VIDEO
from ui.components.compare_player import compare_player
from ui.components.job_facts import makers, receipt, texts
from ui.components.links import job_link, query
from ui.components.plain import plain
from ui.components.titles import short
from ui.components.trouble import show_trouble
from ui.session import own_desk
from ui.session import translate as _


def compare_view(first: str, second: str) -> None:
    """The page for two ids out of an address."""
    try:
        jobs = [own_desk().known(job_id) for job_id in (first, second)]
    except StoreError as problem:
        show_trouble(problem)
        return
    a, b = jobs
    if a is None or b is None or a.id == b.id:
        _refuse(_("Two different videos of yours are needed. Select two in the library."))
    elif not (_has_video(a) and _has_video(b)):
        _refuse(_("One of the two has no video, so there is nothing to compare yet."))
    else:
        _show(a, b)


def _refuse(words: str) -> None:
    st.info(words, icon=":material/compare:")
    if st.button(_("Open the library"), key="to-library", type="primary", icon=":material/video_library:"):
        st.switch_page("library.py", query_params=query())


def _has_video(job: JobRecord) -> bool:
    return (own_desk().folder_of(job) / VIDEO).is_file()


def _show(a: JobRecord, b: JobRecord) -> None:
    compare_player(a, b)
    with st.container(horizontal=True):
        for letter, job in (("A", a), ("B", b)):
            job_link(job.id, f"{letter}: {plain(short(Wish.of(job).text, 40))}", ":material/open_in_new:")
            if job.preview:
                st.badge(_("Preview, not MOVA"), icon=":material/draw:", color="gray")
    st.subheader(_("What differs"))
    different = differing(a, b)
    if not different:
        st.caption(_("Nothing: both were asked for and made in the same way."))
        return
    columns = {
        letter: {name: plain(pair[place]) or "–" for name, pair in different.items()}
        for place, letter in enumerate(("A", "B"))
    }
    st.table(columns, alt=_("What differs between A and B"))


def differing(a: JobRecord, b: JobRecord) -> dict[str, tuple[str, str]]:
    """By the name of a fact, what it is for the one and for the other; without what is the same, and times."""
    of_a, of_b = _all_facts(a), _all_facts(b)
    names = dict.fromkeys([*of_a, *of_b])
    pairs = {name: (of_a.get(name, ""), of_b.get(name, "")) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _all_facts(job: JobRecord) -> dict[str, str]:
    steps = own_desk().steps(job.id)
    return texts(job, steps) | receipt(job) | makers(steps)
