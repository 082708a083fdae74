"""Every example of the API's pages is run as it stands there, against the API with a preview engine behind it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.servers.preview_process import preview_engine
from tests.api.running_api import RunningApi
from tests.conftest import REPO
from tests.pictures import picture

pytestmark = pytest.mark.long

PAGES = (REPO / "docs" / "api.md", REPO / "docs" / "api.zh-CN.md")
_EXAMPLE = re.compile(r"(?ms)^```(sh|python)\n(.*?)^```$")
_SMALL = {"NUM_FRAMES": "17", "NUM_INFERENCE_STEPS": "2"}


def examples(page: Path) -> list[tuple[str, str]]:
    return _EXAMPLE.findall(page.read_text())


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with preview_engine("mova-360p") as address:
        yield address


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_run(page: Path, server: str, tmp_path: Path) -> None:
    """In one shell, as they rest on one another; any command that fails ends it."""
    api = RunningApi(tmp_path / "outputs", SGLANG_360P_URL=server, **_SMALL)
    api.start()
    (tmp_path / "cat.png").write_bytes(picture())
    parts = [f"python - <<'END'\n{text}END" if kind == "python" else text for kind, text in examples(page)]
    script = "\n".join(["set -euo pipefail", *parts]).replace("http://127.0.0.1:8600", api.address)
    script = script.replace("python workflow.py", f"python {REPO / 'workflow.py'}")
    environment = {**api.environment, "PATH": f"{Path(sys.executable).parent}:{api.environment['PATH']}"}
    try:
        done = subprocess.run(
            ["bash", "-c", script],  # noqa: S607
            cwd=tmp_path,
            env={**environment, "PYTHONWARNINGS": "ignore"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    finally:
        api.stop()
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert (tmp_path / "cat.mp4").stat().st_size > 1000
    assert "completed [" in done.stdout
    assert "event: completed" in done.stdout
    assert '"revision":2' in done.stdout


def test_both_languages_have_the_same_examples() -> None:
    english, chinese = map(examples, PAGES)
    assert english == chinese


def test_the_pages_name_every_address() -> None:
    """By its part after the id: a new act is told of, too."""
    from api.app import create_api

    told = PAGES[0].read_text()
    paths = create_api(lambda: None).openapi()["paths"]  # type: ignore[arg-type,return-value]
    ends = {path.rsplit("/", 1)[1] for path in paths} - {"{model}", "{step}", "{name}", "shots", "revisions", "models"}
    missing = {end for end in ends if not end.startswith("{") and end not in told}
    assert not missing
