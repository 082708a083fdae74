"""How the tables come about is tried here: no database begins as a copy."""

from __future__ import annotations

import pytest

from tests import database_templates


@pytest.fixture(autouse=True)
def _made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    database_templates.make_anew(monkeypatch)
