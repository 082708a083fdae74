"""The stages of a film, each with an address of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from core.messages import gettext_noop
from ui.film.cut import cut_stage
from ui.film.script import script_stage
from ui.film.sheet import sheet_stage
from ui.film.takes import takes_stage
from ui.session import translate as _

_KEY = "film-stage"


@dataclass(frozen=True)
class Stage:
    """Its name as people read it, and what draws it for a film's id."""

    label: str
    draw: Callable[[str], None]


STAGES: Mapping[str, Stage] = {
    "script": Stage(gettext_noop("Script"), script_stage),
    "sheet": Stage(gettext_noop("Sheet"), sheet_stage),
    "takes": Stage(gettext_noop("Takes"), takes_stage),
    "cut": Stage(gettext_noop("Cut"), cut_stage),
}


def stage_here() -> str:
    """The stage of the address; the first one where it names none."""
    asked = st.query_params.get("stage", "")
    return asked if asked in STAGES else next(iter(STAGES))


def stage_switch() -> None:
    """The stages beside each other; the address follows the choice."""
    st.session_state[_KEY] = stage_here()
    st.segmented_control(
        _("Stage"),
        list(STAGES),
        required=True,
        format_func=lambda one: _(STAGES[one].label),
        key=_KEY,
        on_change=_turn,
        label_visibility="collapsed",
    )


def _turn() -> None:
    st.query_params["stage"] = st.session_state[_KEY]
    for name in ("page", "shot"):
        st.query_params.pop(name, None)
