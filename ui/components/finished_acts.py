"""What can be done with a finished video: keep it, make it again, change it, hand everything of it on, delete it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st

from errors import MovaError
from jobs.records import JobRecord
from jobs.wish import Wish
from record.folder import RECORD
from ui.components.acting import acting
from ui.components.addresses import address
from ui.components.again import another_seed, four_seeds, same_seed
from ui.components.continued import extend_button
from ui.components.elsewhere import GO_TO
from ui.components.favourite_box import favourite_box
from ui.components.fill_create import fill_create
from ui.components.links import query
from ui.components.notices import leave
from ui.components.player import download_button
from ui.components.sizes import disk_size
from ui.components.titles import file_name
from ui.components.trouble import show_trouble
from ui.files import file_path, zip_path
from ui.session import own_desk
from ui.session import translate as _

_ASKED = "asked-to-delete"


def finished_acts(job: JobRecord) -> None:
    """The next useful acts, the rest folded."""
    download_button(job, primary=not job.looks_failed)
    _button(_("Try another seed"), another_seed, job.id, "casino", wide=False, primary=job.looks_failed)
    about = _("Opens Create with the texts and settings of this video. The video stays as it is.")
    if st.button(_("Edit and run"), key="edit-and-run", icon=":material/edit:", help=about):
        _edit(job)
    extend_button(job)
    with st.popover(_("More"), icon=":material/more_horiz:", key="finished-more"):
        _again(job)
        _hand_on(job)
        favourite_box(job)
        delete_button(job)


def _edit(job: JobRecord) -> None:
    try:
        fill_create(job)
    except MovaError as trouble:
        show_trouble(trouble)
        return
    st.switch_page("create.py", query_params=query())


def _again(job: JobRecord) -> None:
    _button(_("Run again with the same seed"), same_seed, job.id, "replay")
    _button(_("Run again with four other seeds"), four_seeds, job.id, "grid_view")
    about = _("A copy with all that was made, to be changed at any step before it is sent.")
    _button(_("Change a copy step by step"), _change, job.id, "edit_note", about=about)


def _hand_on(job: JobRecord) -> None:
    """Files and the comparison with what it was made from."""
    text = Wish.of(job).text
    everything = address(zip_path([job.id], file_name(job.id, text, "zip")))
    st.link_button(_("Everything as ZIP"), everything, icon=":material/folder_zip:", width="stretch")
    record = address(file_path(job.id, RECORD, save_as=file_name(job.id, text, "json")))
    st.link_button(_("Settings and texts as JSON"), record, icon=":material/data_object:", width="stretch")
    if job.parent and own_desk().known(job.parent):
        pair = query(a=job.parent, b=job.id)
        label = _("Compare with what it was made from")
        st.page_link("compare.py", label=label, icon=":material/compare:", query_params=pair)


def delete_button(job: JobRecord) -> None:
    """The button, and in its place the question with what comes free."""
    if st.session_state.get(_ASKED) != job.id:
        _button(_("Delete…"), _ask, job.id, "delete")
        return
    words = _("Delete for good? {size} come free on the disk; no copy is kept.")
    st.warning(words.format(size=disk_size(own_desk().weigh(job.id))), icon=":material/delete:")
    if st.button(_("Delete for good"), key="delete-really", width="stretch"):
        _delete(job.id)
        st.switch_page("library.py", query_params=query())
    _button(_("Keep it"), _keep, job.id, "close")


def _button(
    label: str,
    act: Callable[[str], None],
    job_id: str,
    icon: str,
    *,
    about: str | None = None,
    wide: bool = True,
    primary: bool = False,
) -> None:
    key, sign = f"act-{act.__name__.strip('_')}", f":material/{icon}:"
    width: Literal["stretch", "content"] = "stretch" if wide else "content"
    kind: Literal["primary", "secondary"] = "primary" if primary else "secondary"
    st.button(label, key=key, on_click=act, args=(job_id,), icon=sign, help=about, width=width, type=kind)


@acting
def _change(job_id: str) -> None:
    """A new draft over the same results, to be changed; the finished one stays as it is."""
    st.session_state[GO_TO] = own_desk().duplicate(job_id).id
    leave(_("This is a copy. Change what you like, then send it."))


@acting
def _delete(job_id: str) -> None:
    st.session_state.pop(_ASKED, None)
    freed = own_desk().delete(job_id)
    if freed is not None:
        leave(_("Deleted: {n}. {size} came free.").format(n=1, size=disk_size(freed)))


def _ask(job_id: str) -> None:
    st.session_state[_ASKED] = job_id


def _keep(_job_id: str) -> None:
    st.session_state.pop(_ASKED, None)
