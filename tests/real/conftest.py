"""Tests against a real SGLang server (tests/real_sglang); where it is not set up they are skipped, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.real_sglang.launched import LaunchedServer
from tests.real_sglang.real_server import WHY_NOT

SMALL = ("--num-frames", "5", "--num-inference-steps", "2")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if WHY_NOT and "tests/real/" in item.path.as_posix():
            item.add_marker(pytest.mark.skip(reason=WHY_NOT))


@dataclass(frozen=True)
class Shells:
    """Folders in which the command line is called, and how it names the server."""

    folder: Path
    server: tuple[str, ...]

    def __call__(self, name: str) -> Shell:
        (self.folder / name).mkdir(exist_ok=True)
        return Shell(self.folder / name, {})


@pytest.fixture
def mova(launched: LaunchedServer) -> LaunchedServer:
    """Ready; started again where a test has ended it."""
    launched.start()
    return launched


@pytest.fixture
def shells(tmp_path: Path, mova: LaunchedServer) -> Shells:
    return Shells(tmp_path, ("--server", mova.address, "--json"))
