"""Create: what is wanted, what it will be, and one button for the next act."""

from __future__ import annotations

import time
from dataclasses import replace

import streamlit as st

from errors import MovaError
from jobs.desk import Order
from media.crop import CropChoice
from media.frames import WHITE_FRAME_NOTE
from render_settings import SIZES
from ui.components.act_bar import act_bar
from ui.components.continued import continued, show_continued
from ui.components.draft import Draft
from ui.components.frame_crop import choose_crop
from ui.components.order_fields import choose_kind, choose_numbers, choose_quality, write_text
from ui.components.orientation import choose_orientation
from ui.components.picture_field import choose_picture
from ui.components.plain import plain
from ui.components.receipt import show_receipt
from ui.components.restored import forget, restore_box, used
from ui.components.step_names import act_label
from ui.components.trouble import show_trouble
from ui.office import office
from ui.session import own_desk
from ui.session import translate as _

_SAME_CLICK = 5.0  # seconds in which the same order again is a double click


def _gather() -> Draft:
    settings, sight = office().settings, office().worker.watch.sight(patience=0.3)
    left, right = st.columns([3, 2], gap="large")
    with left:
        kind = choose_kind()
        text = write_text(kind)
        chosen = choose_picture(settings, needed=kind == "simple") if kind != "text" else None
        if kind == "text":
            st.info(plain(WHITE_FRAME_NOTE.text(_)), icon=":material/info:")
    with right:
        configured = tuple(dict.fromkeys(server.model for server in office().worker.roster.servers))
        model = choose_quality(sight.models if sight else configured)
        orientation = choose_orientation(model)
        numbers = choose_numbers(settings)
        restore_box()
    before = continued(chosen[0]) if chosen else None
    with left:
        if before:
            show_continued(before, model, orientation, numbers.fps)
        crop = choose_crop(chosen[1], SIZES[model][orientation], "create") if chosen else CropChoice()
    return Draft(
        kind=kind,
        text=text,
        orientation=orientation,
        model=model,
        numbers=numbers,
        picture=chosen[0] if chosen else None,
        crop=crop,
        used=used(),
        extends=before.id if before else None,
    )


def _receipt(draft: Draft) -> None:
    """Refreshed only until the first look at the servers has ended."""
    known = office().worker.watch.sight()

    def looked() -> None:
        sight = office().worker.watch.sight()
        show_receipt(draft, sight)
        if known is None and sight is not None:
            st.rerun()

    st.fragment(looked, run_every=None if known else 1.0)()


def _buttons(draft: Draft) -> None:
    ask = True
    sight = office().worker.watch.sight()
    label = act_label(draft.next_step, preview=sight is not None and sight.preview)
    with act_bar():
        if draft.kind == "full" and not draft.straight:
            ask = st.checkbox(_("Ask me before each step"), True, key="create-ask", persist_state="session")
        go = st.button(
            label if ask or draft.next_step == "render" else _("Run to the end"),
            type="primary",
            icon=":material/arrow_forward:",
        )
        more = draft.kind == "full" and ask and draft.next_step != "render"
        to_end = more and st.button(_("Run to the end"), icon=":material/fast_forward:")
    if go or to_end:
        _place(draft, ask=ask and not to_end and not draft.straight)


def _place(draft: Draft, *, ask: bool) -> None:
    """Record the job, start it, and show it."""
    sight = office().worker.watch.sight(patience=5)
    if draft.kind == "simple" and draft.picture is None:
        st.error(_("A first frame is missing. Add a picture, or choose Text only."), icon=":material/error:")
        return
    if sight is None:
        st.error(_("The servers have not answered yet. Try again in a moment."), icon=":material/error:")
        return
    try:
        order = draft.order(office().settings, line=sight.line(draft.model), ask=ask)
        if draft.used and own_desk().known(draft.used.run.id):
            order = replace(order, parent=draft.used.run.id)
        job_id = _placed(draft, order)
    except MovaError as trouble:
        show_trouble(trouble)
        return
    forget()
    st.switch_page("job.py", query_params={**st.query_params, "id": job_id})


def _placed(draft: Draft, order: Order) -> str:
    """The job of this order; a double click makes one."""
    before, job_id, at = st.session_state.get("create-placed", (None, "", 0.0))
    if before != draft or time.monotonic() - at > _SAME_CLICK:
        job_id = own_desk().create(order).id
        st.session_state["create-placed"] = (draft, job_id, time.monotonic())
    own_desk().start(job_id)
    return str(job_id)


st.title(_("Create"))
draft = _gather()
_receipt(draft)
_buttons(draft)
