"""The jobs selected in the library, across its pages, and what can be done with all of them at once."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from core.errors import FilesNotRemoved
from jobs.model.states import allowing
from ui.server.files import zip_path
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import address, bundle_name, query
from ui.shared.notices import acting, leave
from ui.shared.plain import escape_markdown
from ui.shared.words import disk_size, zone

_PICKED, _ASKED = "library-picked", "library-asked"
_MOST = 100


def is_picked(job_id: str) -> bool:
    return job_id in _picked()


def any_picked() -> bool:
    return bool(_picked())


def is_full() -> bool:
    """Whether no more can be picked."""
    return len(_picked()) >= _MOST


def pick(job_id: str, *, yes: bool) -> None:
    """Select or deselect a job."""
    st.session_state[_ASKED] = False
    if yes:
        _picked()[job_id] = None
    else:
        _picked().pop(job_id, None)


def picked_bar() -> None:
    """How many are picked and what can be done with them; nothing where none is."""
    ids = [job_id for job_id in _picked() if job_service().known(job_id)]
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
    # A link, for a turn of the page by a button would lose what the address says on the way back.
    if 2 <= len(ids) <= 4:
        which = query(**dict(zip("abcd", ids, strict=False)))
        st.page_link("compare/compare.py", label=_("Compare"), icon=":material/compare:", query_params=which)
    st.button(_("Delete…"), key="picked-delete", icon=":material/delete:", on_click=_ask)
    st.button(_("Clear the selection"), key="picked-clear", icon=":material/close:", on_click=_clear)


def _question(ids: list[str]) -> None:
    """The confirmation before deleting."""
    service = job_service()
    going = [job_id for job_id in ids if service.get(job_id).state in allowing("delete")]
    staying = len(ids) - len(going)
    freed = sum(service.files.weigh(job_id) for job_id in going)
    words = _("Delete for good? Jobs: {n}. This frees {size} on the disk; no copy is kept.")
    st.warning(words.format(n=len(going), size=disk_size(freed)), icon=":material/delete:")
    if staying:
        st.info(_("Still in progress, so not deleted: {n}.").format(n=staying))
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
        job_service().library.mark_favourite(job_id, favourite=True)
    leave(_("Marked as favourites: {n}").format(n=len(ids)))


@acting
def _delete(ids: list[str]) -> None:
    """One that began to work meanwhile stays."""
    freed: list[int | None] = []
    errors: list[FilesNotRemoved] = []
    for job_id in ids:
        try:
            freed.append(job_service().delete(job_id))
        except FilesNotRemoved as error:
            freed.append(0)
            errors.append(error)
        pick(job_id, yes=False)
    gone = [size for size in freed if size is not None]
    leave(_("Deleted: {n}. {size} freed.").format(n=len(gone), size=disk_size(sum(gone))))
    if stayed := len(freed) - len(gone):
        leave(_("Still in progress, so not deleted: {n}.").format(n=stayed))
    for one in errors:
        leave(escape_markdown(f"{one.message(_)} {one.next_step(_)}"))
