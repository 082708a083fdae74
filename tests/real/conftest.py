"""Tests against a real SGLang server (tests/real_sglang); where it is not set up they are skipped, with the reason."""

from __future__ import annotations

import pytest

from tests.real_sglang.real_server import WHY_NOT


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if WHY_NOT and "tests/real/" in item.path.as_posix():
            item.add_marker(pytest.mark.skip(reason=WHY_NOT))
