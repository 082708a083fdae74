"""What was picked in the library, over all its pages, and what can be done with all of it at once."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from jobs.states import DELETABLE
from ui.components.acting import acting
from ui.components.addresses import address
from ui.components.links import query
from ui.components.notices import leave
from ui.components.sizes import disk_size
from ui.components.time_zone import zone
from ui.components.titles import bundle_name
from ui.files import zip_path
from ui.session import own_desk
from ui.session import translate as _

_PICKED, _ASKED = "library-picked", "library-asked"
_MOST = 100


def is_picked(job_id: str) -> bool:
    return job_id in _picked()


def is_full() -> bool:
    """Whether no more can be picked."""
    return len(_picked()) >= _MOST


def pick(job_id: str, *, yes: bool) -> None:
    """Pick a job, or no longer."""
    st.session_state[_ASKED] = False
    if yes:
        _picked()[job_id] = None
    else:
        _picked().pop(job_id, None)


def picked_bar() -> None:
    """How many are picked and what can be done with them; nothing where none is."""
    ids = [job_id for job_id in _picked() if own_desk().known(job_id)]
    if not ids:
        return
    with st.container(border=True, key="library-picked-bar"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            words = _("Selected: {n} of at most {most}") if is_full() else _("Selected: {n}")
            st.markdown(f"**{words.format(n=len(ids), most=_MOST)}**", width="content")
            _acts(ids)
        if st.session_state.get(_ASKED):
            _question(ids)


def _acts(ids: list[str]) -> None:
    name = bundle_name(len(ids), datetime.now(zone()))
    st.link_button(_("Download as ZIP"), address(zip_path(ids, name)), icon=":material/folder_zip:")
    st.button(_("Favourite"), key="picked-favour", icon=":material/star:", on_click=_favour, args=(ids,))
    if len(ids) == 2:  # a link, for a turn of the page by a button would lose what the address says on the way back
        pair = query(a=ids[0], b=ids[1])
        st.page_link("compare.py", label=_("Compare"), icon=":material/compare:", query_params=pair)
    st.button(_("Delete…"), key="picked-delete", icon=":material/delete:", on_click=_ask)
    st.button(_("Clear the selection"), key="picked-clear", icon=":material/close:", on_click=_clear)


def _question(ids: list[str]) -> None:
    """What deleting does, before it is done."""
    desk = own_desk()
    going = [job_id for job_id in ids if desk.get(job_id).state in DELETABLE]
    staying = len(ids) - len(going)
    freed = sum(desk.weigh(job_id) for job_id in going)
    words = _("Delete for good? Jobs: {n}. {size} come free on the disk; no copy is kept.")
    st.warning(words.format(n=len(going), size=disk_size(freed)), icon=":material/delete:")
    if staying:
        st.info(_("Still being worked on, so not deleted: {n}.").format(n=staying))
    with st.container(horizontal=True):
        st.button(_("Delete for good"), key="picked-really", on_click=_delete, args=(going,), disabled=not going)
        st.button(_("Keep them"), key="picked-keep", on_click=_keep)


def _picked() -> dict[str, None]:
    """The ids in the order in which they were picked."""
    picked: dict[str, None] = st.session_state.setdefault(_PICKED, {})
    return picked


def _ask() -> None:
    st.session_state[_ASKED] = True


def _keep() -> None:
    st.session_state[_ASKED] = False


def _clear() -> None:
    st.session_state[_PICKED] = {}
    st.session_state[_ASKED] = False


@acting
def _favour(ids: list[str]) -> None:
    for job_id in ids:
        own_desk().favour(job_id, favourite=True)
    leave(_("Marked as favourites: {n}").format(n=len(ids)))


@acting
def _delete(ids: list[str]) -> None:
    """One that began to work meanwhile stays."""
    freed = []
    for job_id in ids:
        freed.append(own_desk().delete(job_id))
        pick(job_id, yes=False)
    gone = [one for one in freed if one is not None]
    leave(_("Deleted: {n}. {size} came free.").format(n=len(gone), size=disk_size(sum(gone))))
