"""The fake services, emptied for each test, no key or proxy of this machine, and pauses that are only noted."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

import api_utils
from providers import learning
from tests.providers.fake_services import FakeServices


@pytest.fixture(scope="session")
def _running() -> Iterator[FakeServices]:
    with FakeServices() as services:
        yield services


@pytest.fixture
def fake(_running: FakeServices) -> FakeServices:
    """The fake services, with nothing scripted and nothing received."""
    _running.reset()
    return _running


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith(("GOOGLE_", "OPENAI_", "DASHSCOPE_", "SSL_CERT_")) or name.upper().endswith(
            "_PROXY"
        ):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _nothing_learnt() -> None:
    learning.forget()


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, noted instead of waited."""
    noted: list[float] = []
    monkeypatch.setattr(api_utils, "sleep", noted.append)
    return noted
