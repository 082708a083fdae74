"""What the doctor compares: a server's own description has every route and field that this program uses."""

from __future__ import annotations

import pytest

from render.contract import drift
from tests.contract.contract_target import Target

pytestmark = pytest.mark.engine_only("its description needs a key")


def test_nothing_that_is_used_is_missing_in_the_description(server: Target) -> None:
    answer = server.get("/openapi.json")
    assert answer.status_code == 200
    assert drift(answer.json()).names == ()
