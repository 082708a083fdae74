"""The fields of the Create page. Every value survives a change of page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from config import Model, Settings
from description.quotations import quotations
from description.text import length, speech_seconds
from input_limits import MAX_NEGATIVE_PROMPT, MAX_TEXT
from ui.components.draft import Kind, Numbers
from ui.session import translate as _


def choose_kind() -> Kind:
    """Full Workflow, Simple Mode or Text only."""
    names = {"full": _("Full Workflow"), "simple": _("Simple Mode"), "text": _("Text only")}
    about = {
        "full": _("Your description becomes an image prompt, a first frame, a video description and then a video."),
        "simple": _("Your prompt and your first frame go to MOVA as they are."),
        "text": _("Your prompt goes to MOVA with a white first frame that is made for you."),
    }
    kinds: tuple[Kind, ...] = ("full", "simple", "text")
    chosen: Kind | None = st.segmented_control(
        _("Mode"),
        kinds,
        default="full",
        required=True,
        format_func=lambda kind: names[kind],
        key="create-kind",
        persist_state="session",
    )
    kind: Kind = chosen or "full"
    st.caption(about[kind])
    return kind


def write_text(kind: Kind) -> str:
    """The description or the prompt, with what can be counted in it."""
    text = st.text_area(
        _("Description") if kind == "full" else _("Prompt"),
        height=220,
        max_chars=MAX_TEXT,
        key="create-text",
        persist_state="session",
        placeholder=_("Who or what is seen, what happens, what is heard. Put spoken words in quotation marks."),
    )
    st.caption(counted(text or ""))  # always there: a line that appears would move the button under the pointer
    return text or ""


def counted(text: str) -> str:
    """Words and seconds of speech in a text that goes to MOVA."""
    spoken = [quote for quote in quotations(text) if quote.spoken]
    words = _("{n} words").format(n=length(text))
    return f"{words} · {_('{seconds} s of speech').format(seconds=f'{speech_seconds(spoken):.1f}')}"


def choose_quality(models: tuple[Model, ...]) -> Model:
    """360p or 720p, as far as the servers serve it."""
    names = {"mova-360p": _("360p, faster"), "mova-720p": _("720p, slower")}
    if st.session_state.get("create-model") not in (None, *models):
        del st.session_state["create-model"]
    chosen: Model | None = st.segmented_control(
        _("Quality"),
        models,
        default=models[0],
        required=True,
        format_func=lambda model: names[model],
        key="create-model",
        persist_state="session",
    )
    missing = [name for name in names if name not in models]
    for name in missing:
        st.caption(_("No server that is ready serves {size}.").format(size=name.removeprefix("mova-")))
    return chosen or models[0]


def choose_numbers(settings: Settings) -> Numbers:
    """Advanced settings, folded."""
    begin = Numbers(
        num_frames=settings.num_frames,
        fps=settings.fps,
        num_inference_steps=settings.num_inference_steps,
        guidance_scale=settings.guidance_scale,
        seed=str(settings.seed or ""),
    )
    with st.expander(_("Advanced settings"), icon=":material/tune:"):
        numbers = number_fields(begin, "create")
        none = st.checkbox(_("No negative prompt at all"), key="create-no-negative", persist_state="session")
        captions = st.checkbox(_("Captions wanted in the picture"), key="create-captions", persist_state="session")
    return replace(numbers, captions=captions, no_negative_prompt=none)


def number_fields(begin: Numbers, key: str, changed: Callable[[], None] | None = None) -> Numbers:
    """The numbers of a render as fields.

    Args:
        begin: what stands in them at first.
        key: what their keys begin with.
        changed: called when a person has changed one.
    """
    more: Any = {"persist_state": "session", "on_change": changed}
    left, right = st.columns(2)
    left.number_input(_("Frames"), 5, 481, begin.num_frames, 4, key=f"{key}-frames", **more)
    right.number_input(_("Frames per second"), 1, 60, begin.fps, key=f"{key}-fps", **more)
    left.number_input(_("Inference steps"), 1, 200, begin.num_inference_steps, key=f"{key}-steps", **more)
    right.number_input(_("Guidance scale"), 0.0, 20.0, begin.guidance_scale, 0.5, key=f"{key}-guidance", **more)
    st.text_input(_("Seed (empty: a random one)"), begin.seed, key=f"{key}-seed", **more)
    negative = _("Negative prompt (empty: the server's own)")
    st.text_area(negative, begin.negative_prompt, max_chars=MAX_NEGATIVE_PROMPT, key=f"{key}-negative", **more)
    return typed_numbers(begin, key)


def typed_numbers(begin: Numbers, key: str) -> Numbers:
    """What stands in the fields now; ``begin`` where they are not drawn."""
    state = st.session_state
    return replace(
        begin,
        num_frames=int(state.get(f"{key}-frames", begin.num_frames)),
        fps=int(state.get(f"{key}-fps", begin.fps)),
        num_inference_steps=int(state.get(f"{key}-steps", begin.num_inference_steps)),
        guidance_scale=float(state.get(f"{key}-guidance", begin.guidance_scale)),
        seed=state.get(f"{key}-seed", begin.seed) or "",
        negative_prompt=state.get(f"{key}-negative", begin.negative_prompt) or "",
    )
