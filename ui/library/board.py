"""A page of the library: the search, the selection, the shelf, and ways to the other pages."""

from __future__ import annotations

import streamlit as st

from core.errors import StoreError
from jobs.model.records import JobFilter, JobPage
from ui.library.picked import picked_bar
from ui.library.query import Wanted
from ui.library.search import clear, look_for, month_choice, search_bar, wanted
from ui.library.shelf import shelf
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import query
from ui.shared.notices import show_error
from ui.shared.words import zone

_COUNTED = 1000  # counting further would cost the more, the more there are
_SIZE = 48


def library_board() -> None:
    """The whole page below its title."""
    now = wanted()
    search_bar(now)
    try:
        found = now.filter(zone())
        page, count = _page(found, now), job_service().library.count(found, at_most=_COUNTED)
    except StoreError as problem:
        show_error(problem)
        return
    picked_bar()
    if not page.jobs:
        _nothing(now)
        return
    _head(count, found, now, page)
    shelf([*reversed(page.jobs)] if now.oldest else page.jobs)
    _leaf(now, page)


def _page(found: JobFilter, now: Wanted) -> JobPage:
    """The page at the cursor of the address; the first one where nothing is left there."""
    service = job_service()
    page = service.library.page(found, size=_SIZE, older_than=now.older, newer_than=now.newer, oldest=now.oldest)
    return page if page.jobs else service.library.page(found, size=_SIZE, oldest=now.oldest)


def _head(count: int, found: JobFilter, now: Wanted, page: JobPage) -> None:
    """How many there are, and the months to jump to where they fill more than a page."""
    words = _("Found: {n} or more") if count >= _COUNTED else _("Found: {n}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(words.format(n=count), width="content")
        if page.older or page.newer:
            st.space("stretch")
            month_choice(job_service().library.months(found, zone()), now, page.jobs[-1 if now.oldest else 0].created)


def _nothing(now: Wanted) -> None:
    """What is shown if there are no jobs, or none that match."""
    if now.text or now.filters:
        st.info(_("Nothing matches your search."), icon=":material/search_off:")
        st.button(_("Show everything"), key="library-all", type="primary", on_click=clear)
        return
    st.info(_("Nothing here yet. Every video you make will appear here."), icon=":material/video_library:")
    if st.button(_("Create a video"), key="create", type="primary", icon=":material/add_circle:"):
        st.switch_page("create/create.py", query_params=query())


def _leaf(now: Wanted, page: JobPage) -> None:
    """Buttons to the previous and next page."""
    back, on = (page.older, page.newer) if now.oldest else (page.newer, page.older)
    ways = ("older", "newer") if now.oldest else ("newer", "older")
    with st.container(horizontal=True, horizontal_alignment="center", key="library-pages"):
        _way(_("First page"), "first_page", now.with_(), off=back is None)
        _way(_("Previous"), "chevron_left", now.with_(**{ways[0]: back}), off=back is None)
        _way(_("Next"), "chevron_right", now.with_(**{ways[1]: on}), off=on is None)


def _way(label: str, icon: str, to: Wanted, *, off: bool) -> None:
    st.button(label, key=f"library-{icon}", icon=f":material/{icon}:", on_click=look_for, args=(to,), disabled=off)
