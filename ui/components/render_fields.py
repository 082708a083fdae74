"""The numbers of a job's render on its own page: to be changed as long as no server has it."""

from __future__ import annotations

import dataclasses

import streamlit as st

from errors import MovaError
from jobs.records import JobRecord
from jobs.wish import model_of, render_of
from render_settings import RenderSettings, render_settings
from ui.components.draft import Numbers, seed_of
from ui.components.notices import leave
from ui.components.order_fields import number_fields, typed_numbers
from ui.components.plain import plain, show_text
from ui.components.trouble import show_trouble
from ui.session import own_desk
from ui.session import translate as _


def render_fields(job: JobRecord) -> None:
    """Folded; what is changed counts at once."""
    with st.expander(_("Render settings"), icon=":material/tune:"):
        number_fields(_numbers(render_of(job)), _key(job.id), lambda: _take(job.id))
        trouble: MovaError | None = st.session_state.pop(f"{_key(job.id)}-trouble", None)
        if trouble:
            show_trouble(trouble)


def offered_negative_prompt(job: JobRecord) -> None:
    """A negative prompt that fits the wish better than the server's own, where step 4 found one."""
    offered = job.inputs.get("offered_negative_prompt")
    if not isinstance(offered, dict) or not isinstance(offered.get("value"), str):
        return
    render, value = render_of(job), offered["value"]
    with st.expander(_("A negative prompt that fits better"), icon=":material/block:"):
        st.caption(_("The server's own negative prompt keeps away what you ask for. This one leaves that out:"))
        show_text(value)
        if render.negative_prompt == value:
            st.button(_("Use the server's own instead"), key="negative-own", on_click=_negative, args=(job.id, None))
        else:
            st.button(_("Use this one"), key="negative-offered", on_click=_negative, args=(job.id, value))
    if render.negative_prompt == value:
        st.caption(plain(_("The fitting negative prompt is in use.")))


def _numbers(render: RenderSettings) -> Numbers:
    return Numbers(
        num_frames=render.num_frames,
        fps=render.fps,
        num_inference_steps=render.num_inference_steps,
        guidance_scale=render.guidance_scale,
        seed=str(render.seed),
        negative_prompt=render.negative_prompt or "",
    )


def _key(job_id: str) -> str:
    return f"render-{job_id}"


def _take(job_id: str) -> None:
    """Record the numbers; wrong ones are said and change nothing."""
    desk = own_desk()
    job = desk.get(job_id)
    before, typed = render_of(job), typed_numbers(_numbers(render_of(job)), _key(job_id))
    try:
        render, notes = render_settings(
            model=model_of(job.model),
            orientation="landscape" if before.width > before.height else "portrait",
            num_frames=typed.num_frames,
            fps=typed.fps,
            guidance_scale=typed.guidance_scale,
            num_inference_steps=typed.num_inference_steps,
            seed=seed_of(typed.seed),
            negative_prompt=_negative_prompt(typed.negative_prompt, before),
        )
        desk.set_render(job_id, render)
    except MovaError as trouble:
        st.session_state[f"{_key(job_id)}-trouble"] = trouble
        return
    st.session_state[f"{_key(job_id)}-frames"] = render.num_frames
    st.session_state[f"{_key(job_id)}-seed"] = str(render.seed)
    if notes:
        leave(" ".join(plain(one.text(_)) for one in notes))


def _negative_prompt(typed: str, before: RenderSettings) -> str | None:
    """An empty field is the server's own; a prompt that was really empty before stays so."""
    return before.negative_prompt if typed == (before.negative_prompt or "") else typed.strip() or None


def _negative(job_id: str, value: str | None) -> None:
    desk = own_desk()
    st.session_state[f"{_key(job_id)}-negative"] = value or ""
    desk.set_render(job_id, dataclasses.replace(render_of(desk.get(job_id)), negative_prompt=value))
