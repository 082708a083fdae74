"""A page of the library: what is looked for, what was picked, twelve cards, and the way to the next ones."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from errors import StoreError
from jobs.records import JobFilter, JobPage
from ui.components.library_card import library_card
from ui.components.library_picked import picked_bar
from ui.components.library_query import Wanted
from ui.components.library_search import clear, look_for, search_bar, wanted
from ui.components.links import query
from ui.components.time_zone import zone
from ui.components.trouble import show_trouble
from ui.session import own_desk
from ui.session import translate as _

_CSS = (Path(__file__).parents[1] / "browser" / "library.css").read_text(encoding="utf-8")
_COUNTED = 1000  # counting further would cost the more, the more there are


def library_board() -> None:
    """The whole page below its title."""
    now = wanted()
    search_bar(now)
    try:
        found = now.filter(zone())
        page, count = _page(found, now), own_desk().count(found, at_most=_COUNTED)
    except StoreError as problem:
        show_trouble(problem)
        return
    picked_bar()
    if not page.jobs:
        _nothing(now)
        return
    _head(count)
    st.html(f"<style>{_CSS}</style>")
    with st.container(horizontal=True, key="library-cards"):
        for job in reversed(page.jobs) if now.oldest else page.jobs:
            library_card(job)
    _leaf(now, page)


def _page(found: JobFilter, now: Wanted) -> JobPage:
    """The page at the cursor of the address; the first one where nothing is left there."""
    desk = own_desk()
    page = desk.page(found, older_than=now.older, newer_than=now.newer, oldest=now.oldest)
    return page if page.jobs else desk.page(found, oldest=now.oldest)


def _head(count: int) -> None:
    words = _("Found: {n} or more") if count >= _COUNTED else _("Found: {n}")
    st.caption(words.format(n=count))


def _nothing(now: Wanted) -> None:
    """Nothing at all, or nothing that fits."""
    if now.text or now.filters:
        st.info(_("Nothing fits what you are looking for."), icon=":material/search_off:")
        st.button(_("Show everything"), key="library-all", type="primary", on_click=clear)
        return
    st.info(_("Nothing here yet. Every video you make will be found here."), icon=":material/video_library:")
    if st.button(_("Create a video"), key="create", type="primary", icon=":material/add_circle:"):
        st.switch_page("create.py", query_params=query())


def _leaf(now: Wanted, page: JobPage) -> None:
    """To the pages beside this one, whichever end one has begun at."""
    back, on = (page.older, page.newer) if now.oldest else (page.newer, page.older)
    ways = ("older", "newer") if now.oldest else ("newer", "older")
    with st.container(horizontal=True, horizontal_alignment="center", key="library-pages"):
        _way(_("First page"), "first_page", now.with_(), off=back is None)
        _way(_("Previous"), "chevron_left", now.with_(**{ways[0]: back}), off=back is None)
        _way(_("Next"), "chevron_right", now.with_(**{ways[1]: on}), off=on is None)


def _way(label: str, icon: str, to: Wanted, *, off: bool) -> None:
    st.button(label, key=f"library-{icon}", icon=f":material/{icon}:", on_click=look_for, args=(to,), disabled=off)
