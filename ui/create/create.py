"""The Create page: the idea first, its settings as chips, the receipt above one button for the next step."""

from __future__ import annotations

import time
from dataclasses import replace

import streamlit as st

from core.errors import MovaError
from core.render_settings import SIZES
from jobs.plan.plan import JobPlan
from jobs.store.orders import Order
from media.crop import CropChoice
from media.frames import WHITE_FRAME_NOTE
from ui.app_context import app_context
from ui.create.begin_with import begin_with
from ui.create.cards import cards_chip, with_cards
from ui.create.continued import continued, show_continued
from ui.create.draft import Draft
from ui.create.fields import choose_format, choose_kind, choose_numbers, say_kind, write_text
from ui.create.first_frame import choose_crop, choose_picture
from ui.create.kept import form_was_sent, keep_form, restore_form, start_over_chip, watch_typing
from ui.create.key_card import key_card
from ui.create.made_before import choose_made_before, forget_made_before
from ui.create.preset_chip import preset_chip
from ui.create.receipt import show_receipt
from ui.create.restored import forget, restore_chip, show_restored, used
from ui.session import job_service
from ui.session import translate as _
from ui.shared.notices import show_error
from ui.shared.plain import escape_markdown
from ui.shared.style import BROWSER
from ui.shared.widgets import act_bar, primary_button
from ui.shared.words import act_label

_SAME_CLICK = 5.0  # seconds within which the same order again counts as a double click


def _gather() -> Draft:
    settings, server_status = app_context().settings, app_context().worker.monitor.server_status(patience=0.3)
    with st.container(horizontal=True, vertical_alignment="center"):
        kind = choose_kind()
        say_kind(kind)
    composer = st.container(border=True, key="composer")
    chips = st.container(horizontal=True, gap="xsmall", key="chips")
    with composer:
        text = write_text(kind)
        chosen = choose_picture(settings, kind)
        watch_typing()
    with chips:
        configured = tuple(dict.fromkeys(server.model for server in app_context().worker.registry.servers))
        model, orientation = choose_format(server_status.models if server_status else configured)
        numbers = choose_numbers(settings, model)
        preset_chip()
        restore_chip()
        start_over_chip()
        drawn = kind == "full" and not chosen and used() is None
        cards = cards_chip() if drawn else ()
    before = continued(chosen[0]) if chosen else None
    with st.container(key="found"):  # always there: what appears in it must not draw the button below it anew
        show_restored()
        if before:
            show_continued(before, model, orientation, numbers.fps)
        reused = choose_made_before(text, orientation) if drawn else None
    with composer:
        crop = choose_crop(chosen[1], SIZES[model][orientation], "create") if chosen else CropChoice()
        if kind == "text":
            st.caption(f":material/info: {escape_markdown(WHITE_FRAME_NOTE.text(_))}")
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
        reused=reused,
        cards=cards,
    )


def _order(draft: Draft) -> Order:
    """The order that the form makes; raises what is wrong with it."""
    order = with_cards(draft.order(app_context().settings), draft.cards)
    if draft.used and job_service().known(draft.used.run.id):
        order = replace(order, parent=draft.used.run.id)
    return job_service().library.reusing(order, draft.reused.job.id) if draft.reused else order


def _plan(draft: Draft) -> JobPlan | None:
    """The plan of what is in the form; None where its numbers cannot be rendered."""
    plans = job_service().plans
    try:
        return plans.of_order(_order(draft))
    except MovaError:  # reported where the order is placed
        pass
    try:
        return plans.of_order(draft.unfinished_order(app_context().settings))
    except MovaError:
        return None


def _receipt(draft: Draft) -> None:
    """Refreshed only until the first health check of the servers has ended."""
    known = app_context().worker.monitor.server_status()

    def looked() -> None:
        show_receipt(draft, _plan(draft))
        if known is None and app_context().worker.monitor.server_status() is not None:
            st.rerun()

    st.fragment(looked, run_every=None if known else 1.0)()


def _buttons(draft: Draft, plan: JobPlan | None) -> None:
    following = plan.next.step if plan else draft.first_step
    straight = draft.used is not None and draft.used.start.straight and following == "render"
    label = act_label(following, preview=plan is not None and plan.render.is_preview)
    ask, blocked = True, draft.too_long
    if blocked is not None:
        show_error(blocked)
    with act_bar(above=lambda: _receipt(draft)):
        if draft.kind == "full" and not straight:
            ask = st.checkbox(_("Ask me before each step"), True, key="create-ask", persist_state="session")
        label = label if ask or following == "render" else _("Run to the end")
        go = primary_button(label, icon="arrow_forward", disabled=blocked is not None)
        more = draft.kind == "full" and ask and following != "render"
        to_end = more and st.button(_("Run to the end"), icon=":material/fast_forward:", disabled=blocked is not None)
    if go or to_end:
        _place(draft, review=draft.kind == "full" and ask and not to_end and not straight)


def _place(draft: Draft, *, review: bool) -> None:
    """Record the job, start it, and show it."""
    server_status = app_context().worker.monitor.server_status(patience=5)
    if draft.kind == "simple" and draft.picture is None:
        st.error(_("A first frame is missing. Add one, or choose “Without a picture”."), icon=":material/error:")
        return
    if server_status is None:
        st.error(_("The servers have not answered yet. Try again in a moment."), icon=":material/error:")
        return
    try:
        order = _order(draft)
        request = order.request.changed(review_each_step=review)
        job_id = _placed(draft, replace(order, request=request))
    except MovaError as error:
        show_error(error)
        return
    forget()
    forget_made_before()
    form_was_sent()
    st.switch_page("job/job.py", query_params={**st.query_params, "id": job_id})


def _placed(draft: Draft, order: Order) -> str:
    """The job of this order; a double click makes one."""
    before, job_id, at = st.session_state.get("create-placed", (None, "", 0.0))
    if before != draft or time.monotonic() - at > _SAME_CLICK:
        job_id = job_service().create(order).id
        st.session_state["create-placed"] = (draft, job_id, time.monotonic())
    job_service().start(job_id)
    return str(job_id)


st.html(BROWSER / "create.css")
with st.container(key="create-page"):
    st.title(_("What do you want to see and hear?"))
    restore_form()
    draft = _gather()
    keep_form()
    plan = _plan(draft)
    with st.container(key="keys"):
        key_card(plan)
    _buttons(draft, plan)
    begin_with()
