"""The fields of the Create page: what there is, the text, and one line of chips. Values survive a change of page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from config import Model, Settings
from core.limits import MAX_TEXT, characters_of
from core.render_settings import LIMITS, ORIENTATIONS, SIZES, Orientation
from description.quotations import quotations
from description.text import length, speech_seconds
from jobs.model.drafts import draft_steps
from listening.gates import MOST_TAKES
from ui.create.draft import Kind, Numbers
from ui.create.values import SWITCHES
from ui.session import translate as _
from ui.shared.words import kind_title


def choose_kind() -> Kind:
    """What there is to begin with: Full Workflow, Simple Mode or Text only."""
    kinds: tuple[Kind, ...] = ("full", "simple", "text")
    chosen: Kind | None = st.segmented_control(
        _("Mode"),
        kinds,
        default="full",
        required=True,
        format_func=kind_title,
        key="create-kind",
        persist_state="session",
        label_visibility="collapsed",
    )
    return chosen or "full"


def say_kind(kind: Kind) -> None:
    """What becomes of the text, in one line."""
    about = {
        "full": _("Your description becomes an image prompt, a first frame, a video description and then a video."),
        "simple": _("Your prompt and your first frame go to MOVA as they are."),
        "text": _("Your prompt goes to MOVA with a white first frame that is made for you."),
    }
    st.caption(about[kind])


def write_text(kind: Kind) -> str:
    """The description or the prompt in a field that grows, with what can be counted in it."""
    text: str | None = st.text_area(
        _("Description") if kind == "full" else _("Prompt"),
        height="content",  # no limit of the field's own: it would drop what is pasted, and keep the text before
        key="create-text",
        persist_state="session",
        label_visibility="collapsed",
        placeholder=_(
            "Describe who or what is seen, what happens and what is heard. Put spoken words in quotation marks."
        ),
    )
    text = text or ""
    # Always there: a line that appears would move the button under the pointer.
    st.caption(f"{counted(text)} · {_('Ctrl+Enter: next step')}")
    return text


def counted(text: str) -> str:
    """Words and seconds of speech in a text that goes to MOVA; its characters, too, where those are too many."""
    spoken = [quote for quote in quotations(text) if quote.spoken]
    words = _("{n} words").format(n=length(text))
    facts = [words, _("{seconds} s of speech").format(seconds=f"{speech_seconds(spoken):.1f}")]
    if (characters := characters_of(text)) > MAX_TEXT:
        facts.append(_("{n} / {limit} characters").format(n=f"{characters:,}", limit=f"{MAX_TEXT:,}"))
    return " · ".join(facts)


# The chips: each names what is chosen and opens to change it.


def choose_format(models: tuple[Model, ...]) -> tuple[Model, Orientation]:
    """Quality and orientation, as one chip with the true size."""
    state = st.session_state
    if state.get("create-model") not in (None, *models):
        del state["create-model"]
    words: dict[Orientation, str] = {"landscape": _("Landscape"), "portrait": _("Portrait")}
    model = state.get("create-model") or models[0]
    orientation: Orientation = state.get("create-orientation") or "landscape"
    width, height = SIZES[model][orientation]
    icon = f":material/crop_{orientation}:"
    with st.popover(f"{width}×{height} · {words[orientation]}", icon=icon, key="chip-format"):
        return _choose_quality(models), _choose_orientation(words)


def _choose_quality(models: tuple[Model, ...]) -> Model:
    """360p or 720p, as far as the servers serve it."""
    names = {"mova-360p": _("360p, faster"), "mova-720p": _("720p, slower")}
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
        st.caption(_("No ready server serves {size}.").format(size=name.removeprefix("mova-")))
    return chosen or models[0]


def _choose_orientation(words: dict[Orientation, str]) -> Orientation:
    chosen: Orientation | None = st.segmented_control(
        _("Orientation"),
        ORIENTATIONS,
        default="landscape",
        required=True,
        format_func=lambda one: f":material/crop_{one}: {words[one]}",
        key="create-orientation",
        persist_state="session",
    )
    return chosen or "landscape"


def choose_draft(settings: Settings, model: Model) -> bool:
    """Draft or final; the choice sets the number of inference steps, which can then still be changed."""
    words = {"final": _("Final · {n} steps"), "draft": _("Draft · {n} steps")}
    steps = {"final": settings.num_inference_steps, "draft": draft_steps(settings, model)}

    def chosen() -> None:
        st.session_state["create-steps"] = steps[st.session_state["create-draft"]]

    now = st.session_state.get("create-draft") or "final"
    shown = st.session_state.get("create-steps") or steps[now]
    with st.popover(words[now].format(n=shown), icon=":material/hd:", key="chip-draft"):
        kind: str | None = st.segmented_control(
            _("Draft or final"),
            ("final", "draft"),
            default="final",
            required=True,
            format_func=lambda kind: words[kind].format(n=steps[kind]),
            key="create-draft",
            persist_state="session",
            on_change=chosen,
            help=_("A draft takes less time and shows what happens. Its final is one click away, with the same seed."),
        )
    return bool(kind == "draft")


def choose_numbers(settings: Settings, model: Model) -> Numbers:
    """Length, draft or final, seed, and what is rarely changed, as chips."""
    begin = Numbers(
        num_frames=settings.num_frames,
        fps=settings.fps,
        num_inference_steps=settings.num_inference_steps,
        guidance_scale=settings.guidance_scale,
        seed=str(settings.seed or ""),
    )
    now = typed_numbers(begin, "create")
    with st.popover(_("{n} s").format(n=f"{now.num_frames / now.fps:.2f}"), icon=":material/timer:", key="chip-length"):
        _number_fields(begin, "create", _LENGTH)
    draft = choose_draft(settings, model)
    seed = _("seed {n}").format(n=now.seed) if now.seed.strip() else _("random seed")
    takes = int(st.session_state.get("create-takes") or 1)
    seed = _("{seed} · up to {n} takes").format(seed=seed, n=takes) if takes > 1 else seed
    with st.popover(seed, icon=":material/casino:", key="chip-seed"):
        _seed_field(begin, "create")
        takes = _takes_field()
    with st.popover(_("More"), icon=":material/tune:", key="chip-more"):
        _number_fields(begin, "create", _STEPS)
        _negative_field(begin, "create")
        none = st.checkbox(_("No negative prompt at all"), key="create-no-negative", persist_state="session")
        switches = {
            name: st.checkbox(_(label), key=f"create-{name}", persist_state="session")
            for name, label in SWITCHES.items()
        }
    return replace(
        typed_numbers(begin, "create"), switches={**switches, "draft": draft}, no_negative_prompt=none, takes=takes
    )


# The fields of numbers: the name in Numbers, the end of the widget's key, and the step of its buttons.
_LENGTH = (("num_frames", "frames", 4), ("fps", "fps", 1))
_STEPS = (("num_inference_steps", "steps", 1), ("guidance_scale", "guidance", 0.5))


def number_fields(begin: Numbers, key: str, changed: Callable[[], None] | None = None) -> Numbers:
    """The numbers of a render as fields.

    Args:
        begin: their initial values.
        key: the prefix of their widget keys.
        changed: called when a person has changed one.
    """
    _number_fields(begin, key, _LENGTH, changed)
    _number_fields(begin, key, _STEPS, changed)
    _seed_field(begin, key, changed)
    _negative_field(begin, key, changed)
    return typed_numbers(begin, key)


def _number_fields(
    begin: Numbers, key: str, fields: tuple[tuple[str, str, float], ...], changed: Callable[[], None] | None = None
) -> None:
    labels = {
        "num_frames": _("Frames"),
        "fps": _("Frames per second"),
        "num_inference_steps": _("Inference steps"),
        "guidance_scale": _("Guidance scale"),
    }
    more: Any = {"persist_state": "session", "on_change": changed}
    for column, (name, field, step) in zip(st.columns(2), fields, strict=True):
        value = getattr(begin, name)
        low, high = map(type(value), LIMITS[name])  # a whole number is typed among whole ones
        column.number_input(labels[name], low, high, value, step, key=f"{key}-{field}", **more)


def _seed_field(begin: Numbers, key: str, changed: Callable[[], None] | None = None) -> None:
    label = _("Seed (empty: a random one)")
    st.text_input(label, begin.seed, key=f"{key}-seed", persist_state="session", on_change=changed)


def _takes_field() -> int:
    about = _(
        "One seed after the other, until a video does not look failed and every line in it is said. All are kept."
    )
    given: int = st.number_input(
        _("Takes at most"), 1, MOST_TAKES, 1, key="create-takes", persist_state="session", help=about
    )
    return given


def _negative_field(begin: Numbers, key: str, changed: Callable[[], None] | None = None) -> None:
    st.text_area(
        _("Negative prompt (empty: the server's default)"),
        begin.negative_prompt,
        key=f"{key}-negative",
        persist_state="session",
        on_change=changed,
    )


def typed_numbers(begin: Numbers, key: str) -> Numbers:
    """The values in the fields now; ``begin`` if the fields are not drawn."""
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
