"""What a job will be and cost in time, in plain words, before anything is spent."""

from __future__ import annotations

import streamlit as st

from errors import MovaError
from jobs.reading import Outlook
from jobs.records import Estimate
from jobs.sight import Sight
from providers import choose
from providers.base import Capability
from providers.offline import NAME as OFFLINE
from step_result import Step
from ui.components.draft import Draft
from ui.components.health_mark import health_mark
from ui.components.plain import plain
from ui.components.step_names import step_title
from ui.office import office
from ui.session import own_desk, session_keys
from ui.session import translate as _

_ASKS: dict[Step, Capability] = {
    "image_prompt": "text",
    "first_frame": "image",
    "visual_elements": "vision",
    "video_description": "text",
}


def show_receipt(draft: Draft, sight: Sight | None) -> None:
    """The receipt in a frame of its own."""
    with st.container(border=True, key="receipt"):
        st.markdown(f"**{_('Before anything is spent')}**")
        try:
            render, notes = draft.render()
        except MovaError as trouble:
            st.markdown(f":material/error: {plain(trouble.message(_))}")
            return
        seed = _("random seed") if not draft.numbers.seed.strip() else _("seed {n}").format(n=render.seed)
        size = _("{n} frames at {fps} fps").format(n=render.num_frames, fps=render.fps)
        st.markdown(f":material/movie: {render.size} · {render.seconds:.2f} s · {size} · {seed}")
        if sight is None:
            st.markdown(f":material/sync: {_('Looking at the servers…')}")
        else:
            st.markdown(_where(draft, sight, own_desk().outlook(sight.line(draft.model), render)))
        if draft.kind == "full":
            st.markdown(f":material/smart_toy: {_services(draft)}")
        for one in notes:
            st.caption(plain(one.text(_)))


def _where(draft: Draft, sight: Sight, outlook: Outlook) -> str:
    parts = [_server(draft, sight)]
    if outlook.ahead:
        parts.append(_("{n} ahead").format(n=outlook.ahead))
    if outlook.estimate:
        parts.append(about(outlook.estimate))
    return f":material/dns: {' · '.join(parts)}"


def _server(draft: Draft, sight: Sight) -> str:
    if sight.preview:
        return _("Preview engine (not MOVA): no server is configured and none answers")
    servers = sight.of_model(draft.model)
    if not servers:
        return _("No server for this quality is configured")
    first = servers[0]
    trouble = sight.troubles[first.name]
    if trouble is None:
        return plain(first.name)
    return f"{health_mark(trouble)} {plain(trouble.message(_))} {_('The job waits for it.')}"


def about(estimate: Estimate) -> str:
    """How long it may take, with the spread and from how many renders that is known."""
    return _("about {median} ({low} to {high}, {n} measured)").format(
        median=duration(estimate.median), low=duration(estimate.low), high=duration(estimate.high), n=estimate.n
    )


def duration(seconds: float) -> str:
    """``40 s`` or ``6 min``."""
    return _("{n} s").format(n=round(seconds)) if seconds < 100 else _("{n} min").format(n=round(seconds / 60))


def _services(draft: Draft) -> str:
    steps = [step for step in _ASKS if draft.picture is None or step not in ("image_prompt", "first_frame")]
    makers: dict[str, list[str]] = {}
    for step in steps:
        makers.setdefault(service(step), []).append(step_title(step))
    return " · ".join(f"{', '.join(titles)}: {maker}" for maker, titles in makers.items())


def service(step: Step) -> str:
    """Who makes a step with the present keys."""
    name = choose(office().settings, _ASKS[step], session_keys().overrides()).name
    return _("offline, without a model") if name == OFFLINE else plain(name)
