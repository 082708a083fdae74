"""A nursery of processes for all crash tests, and a scene for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.crash.lives import Nursery
from tests.jobs.crash.scene import Scene, scene


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    opened = Nursery()
    yield opened
    opened.close()


@pytest.fixture
def stage(tmp_path: Path, nursery: Nursery) -> Iterator[Scene]:
    """The usual scene: one full job, an OpenAI-compatible service, one server."""
    with scene(tmp_path, nursery) as opened:
        yield opened
