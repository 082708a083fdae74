"""The app context of pages that are drawn over jobs which stand still."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import app_test, local_script_runner

from tests.ui.seen_servers import see
from tests.ui.still_app import still_app
from ui.app_context import AppContext


@pytest.fixture(scope="session", autouse=True)
def _once_a_process() -> Iterator[None]:
    """What a server of Streamlit does once AppTest does at each drawing, and it takes longer than most pages do."""
    scripts = ScriptCache()
    with pytest.MonkeyPatch.context() as patch:
        # Looks through the installed packages for components.
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        patch.setattr(app_test, "ScriptCache", lambda: scripts)  # compiles a page
        patch.setattr(local_script_runner, "require_widgets_deltas", _ended)
        yield


def _ended(runner: local_script_runner.LocalScriptRunner, timeout: float) -> None:
    """Wait for the end of a script without asking for it a thousand times a second."""
    assert runner._script_thread is not None
    runner._script_thread.join(timeout)
    if not runner.script_stopped():
        runner.request_stop()
        pytest.fail(f"the page was not drawn in {timeout:g} s")


@pytest.fixture
def app_context() -> Iterator[AppContext]:
    """Nothing runs; every configured server was seen well."""
    with still_app() as opened:
        see(opened)
        yield opened
