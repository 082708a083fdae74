"""What can be done with a finished video: keep it, make it again, change it, hand everything of it on, delete it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, TypedDict

import streamlit as st

from core.errors import MovaError
from core.render_settings import draw_seed
from jobs.model.drafts import final_render
from jobs.model.records import JobRecord
from record.folder import LIGHT, RECORD
from ui.app_context import app_context
from ui.create.continued import extend_button, fill_create
from ui.job.server_acts import COMPARE, GO_TO
from ui.server.files import file_path, zip_path
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import address, file_name, query
from ui.shared.notices import acting, leave, show_error
from ui.shared.video import download_button
from ui.shared.words import disk_size

_ASKED = "asked-to-delete"
_LAST, _SAME_CLICK = "again-last", 3.0  # seconds within which the same request again counts as a double click
_FOUR = 4


class _Look(TypedDict):
    """How a button of the row looks in the menu."""

    wide: bool
    suffix: str


def finished_acts(job: JobRecord) -> None:
    """The most useful acts, the rest in a menu."""
    best = _draft_and_final(job)
    download_button(job, primary=not job.looks_failed and not best)
    if job.looks_failed:
        _button(_("Try another seed"), another_seed, job.id, "casino", wide=False, primary=True)
    with st.container(key="acts-beside", horizontal=True, width="content"):
        _beside(job)
    with st.popover(_("More"), icon=":material/more_horiz:", key="finished-more"):
        with st.container(key="acts-in-menu", gap="small"):
            _beside(job, in_menu=True)
        _again(job)
        _hand_on(job)
        delete_button(job)


def _beside(job: JobRecord, *, in_menu: bool = False) -> None:
    """The acts beside the primary one, or on a phone in the menu: the style shows one of both."""
    more: _Look = {"wide": in_menu, "suffix": "-in-menu" if in_menu else ""}
    if not job.looks_failed:
        _button(_("Try another seed"), another_seed, job.id, "casino", **more)
    about = _("A copy with everything that was made; any step can be changed before it is sent.")
    _button(_("Edit and run"), edit_and_run, job.id, "edit", about=about, **more)
    extend_button(job, **more)


def _final_words(job: JobRecord) -> str:
    steps = final_render(job.render, app_context().settings).num_inference_steps
    words = _("The same seed, first frame and text in {n} steps; this draft had {draft}. No other step is made again.")
    return words.format(n=steps, draft=job.render.num_inference_steps)


def _draft_and_final(job: JobRecord) -> bool:
    """The final of a draft, or the way from the one to the other. Returns whether it is the most useful act."""
    service = job_service()
    if final := service.copies.final_of(job.id):
        _button(_("Show its final"), show_other, final.id, "hd", wide=False)
    elif draft := service.copies.draft_of(job.id):
        _button(_("Show its draft"), show_other, draft.id, "draft", wide=False)
    elif job.request.draft:
        best = not job.looks_failed
        _button(_("Render the final"), render_final, job.id, "hd", primary=best, about=_final_words(job), wide=False)
        return best
    return False


def show_other(job_id: str) -> None:
    """The other one of a draft and its final."""
    st.session_state[GO_TO] = job_id


@acting
def render_final(job_id: str) -> None:
    """The final of a draft; it is shown next."""
    st.session_state[GO_TO] = job_service().copies.render_final(job_id).id


def _fill_create(job: JobRecord) -> None:
    try:
        fill_create(job)
    except MovaError as error:
        show_error(error)
        return
    st.switch_page("create/create.py", query_params=query())


def _again(job: JobRecord) -> None:
    _button(_("Run again with the same seed"), same_seed, job.id, "replay")
    _button(_("Run again with four other seeds"), four_seeds, job.id, "grid_view")
    about = _("Opens Create with the texts and settings of this video. The video stays as it is.")
    if st.button(_("Use in Create"), key="use-in-create", icon=":material/add_circle:", help=about, width="stretch"):
        _fill_create(job)


def _hand_on(job: JobRecord) -> None:
    """Files and the comparison with what it was made from."""
    text = job.heading
    everything = address(zip_path([job.id], file_name(job.id, text, "zip")))
    st.link_button(_("Everything as ZIP"), everything, icon=":material/folder_zip:", width="stretch")
    if job_service().videos.is_heavy(job):
        small = address(file_path(job.id, LIGHT, save_as=file_name(job.id, text, "mp4")))
        about = _("Made from the video at a lower quality: for chats, mail and slow lines.")
        st.link_button(_("Small copy of the video"), small, icon=":material/compress:", width="stretch", help=about)
    record = address(file_path(job.id, RECORD, save_as=file_name(job.id, text, "json")))
    st.link_button(_("Settings and texts as JSON"), record, icon=":material/data_object:", width="stretch")
    if job.parent and job_service().known(job.parent):
        pair = query(a=job.parent, b=job.id)
        label = _("Compare with its original")
        st.page_link("compare/compare.py", label=label, icon=":material/compare:", query_params=pair)


def delete_button(job: JobRecord) -> None:
    """The button, replaced by a confirmation that tells how much space is freed."""
    if st.session_state.get(_ASKED) != job.id:
        _button(_("Delete…"), _ask, job.id, "delete")
        return
    words = _("Delete for good? This frees {size} on the disk; no copy is kept.")
    st.warning(words.format(size=disk_size(job_service().files.weigh(job.id))), icon=":material/delete:")
    if st.button(_("Delete for good"), key="delete-really", width="stretch"):
        _delete(job.id)
        st.switch_page("library/library.py", query_params=query())
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
    suffix: str = "",
) -> None:
    key, sign = f"act-{act.__name__.strip('_')}{suffix}", f":material/{icon}:"
    width: Literal["stretch", "content"] = "stretch" if wide else "content"
    kind: Literal["primary", "secondary"] = "primary" if primary else "secondary"
    st.button(label, key=key, on_click=act, args=(job_id,), icon=sign, help=about, width=width, type=kind)


@acting
def edit_and_run(job_id: str) -> None:
    """A new draft over the same results, to be changed; it asks before each step. The finished one stays as it is."""
    is_full = job_service().get(job_id).mode == "full"
    copy = job_service().copies.duplicate(job_id, review_each_step=is_full, until=None)
    st.session_state[GO_TO] = copy.id
    leave(_("This is a copy. Change what you like, then send it."))


@acting
def _delete(job_id: str) -> None:
    st.session_state.pop(_ASKED, None)
    freed = job_service().delete(job_id)
    if freed is None:
        leave(_("Still in progress, so not deleted: {n}.").format(n=1))
    else:
        leave(_("Deleted: {n}. {size} freed.").format(n=1, size=disk_size(freed)))


def _ask(job_id: str) -> None:
    st.session_state[_ASKED] = job_id


def _keep(_job_id: str) -> None:
    st.session_state.pop(_ASKED, None)


# The same once more: with its seed, with another or with four others; nothing that was paid for is bought again.


@acting
def another_seed(job_id: str) -> None:
    """One new job with a new seed; it is shown next."""
    _send(job_id, [draw_seed()])


@acting
def same_seed(job_id: str) -> None:
    """One new job with the seed of this one; it is shown next."""
    _send(job_id, [job_service().get(job_id).render.seed])


@acting
def four_seeds(job_id: str) -> None:
    """Four new jobs with a new seed each; the page that compares them is shown next."""
    _send(job_id, [draw_seed() for _number in range(_FOUR)])


def _send(job_id: str, seeds: list[int]) -> None:
    before, at = st.session_state.get(_LAST, ("", 0.0))
    if (job_id, len(seeds)) == before and time.monotonic() - at < _SAME_CLICK:
        return
    copies = job_service().copies.again(job_id, seeds)
    st.session_state[_LAST] = ((job_id, len(seeds)), time.monotonic())
    if len(copies) == 1:
        st.session_state[GO_TO] = copies[0].id
    else:
        st.session_state[COMPARE] = [copy.id for copy in copies]
