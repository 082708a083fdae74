"""What the fields of the Create page hold, as the settings of a preset, and the other way."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import streamlit as st

from core.messages import gettext_noop
from ui.create.presets import PresetSettings, checked

if TYPE_CHECKING:
    from config import Settings

RESTORED_FROM = "restored-from"
# The switches of a request that Create offers.
SWITCHES = {"captions": gettext_noop("Captions wanted in the picture")}
# The fields of a preset, and the keys of Create's widgets.
_KEYS = {
    "mode": "create-kind",
    "model": "create-model",
    "orientation": "create-orientation",
    "num_frames": "create-frames",
    "fps": "create-fps",
    "num_inference_steps": "create-steps",
    "guidance_scale": "create-guidance",
    "seed": "create-seed",
    "negative_prompt": "create-negative",
    **{name: f"create-{name}" for name in SWITCHES},
}

PICTURE = "create-picture"  # the bytes of the person's own, as they came
CONTINUED = "create-continued"  # the job whose last frame is the picture, and that frame's digest


def defaults(settings: Settings) -> PresetSettings:
    """What Create is set to at first."""
    return checked(_defaults(settings) | {"seed": settings.seed})


def current(settings: Settings) -> PresetSettings:
    """What Create is set to; where it was not opened yet, its defaults.

    Raises:
        BadPreset: a field holds what cannot be kept, such as a seed that is no number.
    """
    typed = {name: st.session_state[key] for name, key in _KEYS.items() if st.session_state.get(key) is not None}
    values = _defaults(settings) | typed
    seed = str(values["seed"]).strip() or "0"
    return checked({**values, "seed": int(seed) if seed.isascii() and seed.isdigit() else seed})


def _defaults(settings: Settings) -> dict[str, object]:
    return {
        "mode": "full",
        "model": settings.sglang_servers[0].model,
        "orientation": "landscape",
        "num_frames": settings.num_frames,
        "fps": settings.fps,
        "num_inference_steps": settings.num_inference_steps,
        "guidance_scale": settings.guidance_scale,
        "seed": str(settings.seed),
        "negative_prompt": "",
        **dict.fromkeys(SWITCHES, False),
    }


def use(values: PresetSettings, *, no_negative_prompt: bool = False, draft: bool = False) -> None:
    """Set Create's fields; nothing stays of a run that they were restored from before."""
    fields = values.model_dump()
    for name, key in _KEYS.items():
        st.session_state[key] = fields[name]
    st.session_state[_KEYS["seed"]] = str(values.seed or "")
    st.session_state["create-no-negative"] = no_negative_prompt
    st.session_state["create-draft"] = "draft" if draft else "final"
    st.session_state.pop(RESTORED_FROM, None)


def go_on_from(job_id: str | None, frame: bytes | None) -> None:
    """Remember that Create's picture is the last frame of a job; of none where either is missing."""
    st.session_state[CONTINUED] = (job_id, hashlib.sha256(frame).hexdigest()) if job_id and frame else ("", "")
