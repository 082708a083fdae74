"""What belongs to a session belongs to the person who is in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import streamlit as st

from jobs.model.people import Person
from ui import session


@pytest.fixture(autouse=True)
def _state() -> Iterator[None]:
    st.session_state.clear()
    yield
    st.session_state.clear()


def test_keys_stay_with_their_person_where_a_tab_changes_hands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "person", lambda: Person(name="ann"))
    keys = session.session_keys()
    assert session.session_keys() is keys
    monkeypatch.setattr(session, "person", lambda: Person(name="bob"))
    assert session.session_keys() is not keys
