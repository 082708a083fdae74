"""The fields of the Create page. Every value survives a change of page."""

from __future__ import annotations

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
    if text:
        st.caption(counted(text))
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
    with st.expander(_("Advanced settings"), icon=":material/tune:"):
        left, right = st.columns(2)
        frames = left.number_input(
            _("Frames"), 5, 481, settings.num_frames, 4, key="create-frames", persist_state="session"
        )
        fps = right.number_input(_("Frames per second"), 1, 60, settings.fps, key="create-fps", persist_state="session")
        steps = left.number_input(
            _("Inference steps"), 1, 200, settings.num_inference_steps, key="create-steps", persist_state="session"
        )
        guidance = right.number_input(
            _("Guidance scale"), 0.0, 20.0, settings.guidance_scale, 0.5, key="create-guidance", persist_state="session"
        )
        seed = st.text_input(
            _("Seed (empty: a random one)"),
            str(settings.seed or ""),
            key="create-seed",
            persist_state="session",
        )
        negative = st.text_area(
            _("Negative prompt (empty: the server's own)"),
            max_chars=MAX_NEGATIVE_PROMPT,
            key="create-negative",
            persist_state="session",
        )
        captions = st.checkbox(_("Captions wanted in the picture"), key="create-captions", persist_state="session")
    return Numbers(
        num_frames=int(frames),
        fps=int(fps),
        num_inference_steps=int(steps),
        guidance_scale=float(guidance),
        seed=seed or "",
        negative_prompt=negative or "",
        captions=captions,
    )
