"""The API on the pages' own port: the pages are there as before, and a key opens the rest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

from tests.browser.running_app import REPO, RunningApp


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with RunningApp(tmp_path_factory.mktemp("app"), API_OPEN="true") as running:
        yield running


def test_pages_and_api_share_a_port(app: RunningApp) -> None:
    assert requests.get(app.address, timeout=30).headers["content-type"].startswith("text/html")
    assert requests.get(f"{app.address}/api/health", timeout=30).json() == {"status": "ok"}
    assert requests.get(f"{app.address}/v1/nothing", timeout=30).json() == {"detail": "Not Found"}
    assert requests.get(f"{app.address}/api/docs", timeout=30).headers["content-type"].startswith("text/html")


def test_a_key_opens_it_and_a_page_of_elsewhere_does_not(app: RunningApp) -> None:
    made = subprocess.run(
        [
            sys.executable,
            "workflow.py",
            "key",
            "create",
            "tests",
            "--output-dir",
            str(app.folder / "outputs"),
            "--json",
        ],
        cwd=REPO,
        env={"PATH": os.environ["PATH"], "MOVA_ENV_FILE": os.devnull},
        capture_output=True,
        text=True,
        check=True,
    )
    key = {"Authorization": f"Bearer {json.loads(made.stdout)['key']}"}
    videos = f"{app.address}/v1/videos"
    made_here = requests.post(videos, json={"prompt": "A cat.", "num_frames": 5}, headers=key, timeout=30).json()
    assert made_here["status"] == "queued"
    assert [one["id"] for one in requests.get(videos, timeout=30).json()["data"]] == [made_here["id"]]  # API_OPEN
    assert requests.get(videos, headers={"Origin": "http://evil.example"}, timeout=30).status_code == 401
    assert requests.get(videos, headers={"Host": "evil.example", **key}, timeout=30).status_code == 421
