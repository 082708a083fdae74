"""The numbers of a job's render on its own page: to be changed as long as no server has it."""

from __future__ import annotations

import dataclasses

import streamlit as st

from core.errors import MovaError
from core.render_settings import RenderSettings, render_settings
from jobs.model.records import JobRecord
from ui.create.draft import Numbers, seed_of
from ui.create.fields import number_fields, typed_numbers
from ui.session import job_service
from ui.session import translate as _
from ui.shared.notices import accept, leave, refuse, refused, show_error
from ui.shared.plain import escape_markdown, show_text


def render_fields(job: JobRecord) -> None:
    """In an expander; changes take effect at once."""
    with st.expander(_("Render settings"), icon=":material/tune:"):
        number_fields(_numbers(job.render), _key(job.id), lambda: _take(job.id))
        if error := refused(_key(job.id)):
            show_error(error)


def offered_negative_prompt(job: JobRecord) -> None:
    """A negative prompt that fits the description better than the server's default, if step 4 found one."""
    offered = job.bookkeeping.offered_negative_prompt
    if offered is None:
        return
    render, value = job.render, offered["value"]
    with st.expander(_("A negative prompt that fits better"), icon=":material/block:"):
        st.caption(_("The server's default negative prompt excludes what you ask for. This one leaves that out:"))
        show_text(value)
        if render.negative_prompt == value:
            st.button(
                _("Use the server's default instead"), key="negative-own", on_click=_negative, args=(job.id, None)
            )
        else:
            st.button(_("Use this one"), key="negative-offered", on_click=_negative, args=(job.id, value))
    if render.negative_prompt == value:
        st.caption(escape_markdown(_("The better negative prompt is in use.")))


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
    """Record the numbers; wrong ones are reported and change nothing."""
    service = job_service()
    job = service.get(job_id)
    before, typed = job.render, typed_numbers(_numbers(job.render), _key(job_id))
    try:
        render, notes = render_settings(
            model=job.model,
            orientation="landscape" if before.width > before.height else "portrait",
            num_frames=typed.num_frames,
            fps=typed.fps,
            guidance_scale=typed.guidance_scale,
            num_inference_steps=typed.num_inference_steps,
            seed=seed_of(typed.seed),
            negative_prompt=_negative_prompt(typed.negative_prompt, before),
            output_quality=before.output_quality,
        )
        if render != before:
            service.steps.change(job_id, render=render)
    except MovaError as error:
        for field in ("seed", "negative"):  # the only ones that hold a text
            refuse(f"{_key(job_id)}-{field}", error)
        return
    accept(_key(job_id))
    st.session_state[f"{_key(job_id)}-frames"] = render.num_frames
    st.session_state[f"{_key(job_id)}-seed"] = str(render.seed)
    if notes:
        leave(" ".join(escape_markdown(one.text(_)) for one in notes))


def _negative_prompt(typed: str, before: RenderSettings) -> str | None:
    """An empty field means the server's default; a prompt that was explicitly empty before stays so."""
    return before.negative_prompt if typed == (before.negative_prompt or "") else typed.strip() or None


def _negative(job_id: str, value: str | None) -> None:
    service = job_service()
    st.session_state[f"{_key(job_id)}-negative"] = value or ""
    service.steps.change(job_id, render=dataclasses.replace(service.get(job_id).render, negative_prompt=value))
