"""What a person should know of how their film came about, until they leave it."""

from __future__ import annotations

import streamlit as st

from film.proposal import Proposal
from ui.shared.notices import show_notes

_KEPT = "film-notes"


def keep_notes(proposal: Proposal) -> None:
    """Remember what was split, drafted without a model, or corrected."""
    st.session_state[_KEPT] = (proposal.film.id, proposal.notes)


def show_kept_notes(film_id: str) -> None:
    """Show what was remembered of this film."""
    kept, notes = st.session_state.get(_KEPT, ("", ()))
    if kept == film_id:
        show_notes(notes)
