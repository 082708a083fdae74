"""Create, filled in with what a job was asked with. Nothing of the job changes, and looking at a job fills nothing."""

from __future__ import annotations

import streamlit as st

from jobs.preparing import YOURS
from jobs.records import JobRecord
from jobs.wish import Wish, model_of, render_of
from ui.components.create_values import go_on_from, use
from ui.components.notices import leave
from ui.presets import checked
from ui.session import own_desk
from ui.session import translate as _


def fill_create(job: JobRecord) -> None:
    """Set every field of Create, the person's own picture and its crop among them.

    Raises:
        BadPreset: the job has settings that Create does not take.
    """
    wish, render = Wish.of(job), render_of(job)
    kind = "full" if job.mode == "full" else "text" if wish.white_frame else "simple"
    values = {
        "mode": kind,
        "model": model_of(job.model),
        "orientation": wish.orientation,
        "num_frames": render.num_frames,
        "fps": render.fps,
        "num_inference_steps": render.num_inference_steps,
        "guidance_scale": float(render.guidance_scale),
        "seed": render.seed,
        "negative_prompt": render.negative_prompt or "",
        "captions": wish.captions,
    }
    use(checked(values), no_negative_prompt=render.negative_prompt == "")
    st.session_state["create-text"] = wish.text
    st.session_state["create-bars"] = wish.crop_mode == "bars"
    st.session_state["create-shift"] = wish.crop_shift
    picture = _own_picture(job)
    st.session_state["create-picture"] = picture
    go_on_from(job.extends, picture)
    leave(_("The fields hold the texts and settings of that video. Change what you like; the video stays as it is."))


def _own_picture(job: JobRecord) -> bytes | None:
    """The picture as the person gave it; None where the frame was made for them."""
    frames = [one for one in own_desk().steps(job.id) if one.step == "first_frame" and one.chosen]
    if not frames or frames[0].provider != YOURS or not frames[0].output:
        return None
    path = own_desk().folder_of(job) / frames[0].output
    return path.read_bytes() if path.is_file() else None
