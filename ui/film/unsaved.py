"""What is typed on the stage Script and not saved yet: it stays while another stage is looked at, and is said."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from ui.session import translate as _

_ROUNDS = "film-typed-rounds"


@dataclass(frozen=True)
class Fields:
    """The fields of a form; ``part`` says of what in the film, ``recorded`` has their recorded values by name.

    A field gets another key as soon as its recorded value changes, so that it never shows an earlier one.
    """

    part: str
    recorded: Mapping[str, object]

    def key(self, name: str) -> str:
        told = json.dumps([self._whole, name, self.recorded[name], st.session_state.get(_ROUNDS, {}).get(self._whole)])
        return f"{name}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"

    @property
    def unsaved(self) -> bool:
        """Whether something stands in a field that is not recorded."""
        return any(
            _plain(st.session_state.get(self.key(name), value)) != _plain(value)
            for name, value in self.recorded.items()
        )

    def forget(self) -> None:
        """Show what is recorded, also once this version of it comes back."""
        rounds = st.session_state.setdefault(_ROUNDS, {})
        rounds[self._whole] = rounds.get(self._whole, 0) + 1

    def save_row(self, label: str, key: str, *, primary: bool = False) -> bool:
        """The button that saves, and beside it whether there is something to save; returns whether it is pressed."""
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            pressed = st.button(
                label,
                icon=":material/save:",
                key=key,
                type="primary" if primary else "secondary",
                shortcut="mod+enter" if primary else None,
            )
            if self.unsaved:
                st.badge(_("not saved yet"), icon=":material/edit:", color="orange")
                st.button(_("Discard"), key=f"{key}-discard", type="tertiary", on_click=self.forget)
        return pressed

    def saving(self, save: Callable[[], bool]) -> None:
        """Save, and draw the page anew with what is recorded now, or with why it is not."""
        if save():
            self.forget()
        st.rerun()

    @property
    def _whole(self) -> str:
        """The film and its part: the same part of another film has fields of its own."""
        return f"{st.query_params.get('film', '')} {self.part}"


def _plain(value: object) -> object:
    if isinstance(value, str):
        return value.strip()
    return list(value) if isinstance(value, tuple) else value
