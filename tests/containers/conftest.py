"""Containers that are built and run: as root, with podman, on what tests/containers/setup.sh has made."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.conftest import chromium, pytest_runtest_makereport, visit, visitor
from tests.containers import engine
from tests.containers.deployment import Deployment, anew, checkout

__all__ = ["chromium", "pytest_runtest_makereport", "visit", "visitor"]


@pytest.fixture(scope="session", autouse=True)
def image(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image of this checkout, by its Dockerfile."""
    if why := engine.why_not():
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("image")
    checkout(folder)
    engine.build(folder)
    return engine.IMAGE


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, image: str) -> Iterator[Deployment]:
    """App, worker and database, up."""
    folder = tmp_path_factory.mktemp("deployment")
    with anew(Deployment(folder, POSTGRES_PASSWORD="abc123", NUM_FRAMES="17")) as deployment:
        yield deployment
