"""Servers and a shell for journeys on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.shell import Shell, engine


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path, {})


@pytest.fixture(scope="session")
def server_360p() -> Iterator[str]:
    with engine() as address:
        yield address


@pytest.fixture(scope="session")
def server_720p() -> Iterator[str]:
    with engine("mova-720p") as address:
        yield address
