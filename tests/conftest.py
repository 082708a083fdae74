"""No test sees the machine's own keys, servers or .env; every one writes to a folder of its own."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

import config
from tests import database_templates, disk
from tests.real_sglang.launched import LaunchedServer

# A runner in the background ignores Ctrl-C and the end of its terminal, and what the tests start would inherit that.
for _signal in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
    if signal.getsignal(_signal) is signal.SIG_IGN:
        signal.signal(_signal, signal.default_int_handler if _signal is signal.SIGINT else signal.SIG_DFL)

# No clock: a busy machine is not a fault.
hypothesis.settings.register_profile("no clock", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("no clock")

database_templates.use_copies()
database_templates.share_statements()
disk.wait_for_none()

REPO = Path(__file__).resolve().parent.parent
# Processes that are really killed, loaded and unplugged, and whole runs of the command line.
_LONG = tuple(f"tests/{folder}/" for folder in ("cli", "jobs/crash", "jobs/load", "jobs/unplug", "soak"))
_OURS = {name.upper() for name in config.Settings.model_fields} | {"GOOGLE_API_KEY", "OPENAI_ORG_ID"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these folders belongs to the long part of the suite."""
    for item in items:
        if item.nodeid.startswith(_LONG):
            item.add_marker("long")


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in _OURS & set(os.environ):
        monkeypatch.delenv(name)
    monkeypatch.setenv("MOVA_ENV_FILE", os.devnull)
    monkeypatch.setenv("MOVA_LANGUAGE", "en")
    monkeypatch.setenv("OUTPUT_DIR", str(tmp_path / "outputs"))
    monkeypatch.setitem(config.Settings.model_config, "env_file", None)
    config.load.cache_clear()
    umask, main = os.umask(0o022), sys.modules["__main__"]
    yield
    os.umask(umask)  # a worker has set its own
    sys.modules["__main__"] = main  # Streamlit has put a page there, and a process that is started anew would run it
    config.load.cache_clear()


@pytest.fixture(scope="session")
def launched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LaunchedServer]:
    """SGLang's own MOVA pipeline on a CPU, not started yet: of the contract suite and of tests/real."""
    server = LaunchedServer(tmp_path_factory.mktemp("launched"))
    yield server
    server.stop()
