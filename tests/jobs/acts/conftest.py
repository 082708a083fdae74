"""The machine with a database of its own: one of its servers tags jobs, the other does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.store.store import open_store
from tests.jobs.acts.machine import GPUS, Acts
from tests.jobs.load.workers import settings_of


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[type[Acts]]:
    folder = tmp_path / "outputs"
    folder.mkdir()
    servers = [
        {"name": name, "base_url": f"http://127.0.0.1:{port}", "model": "mova-360p", "tag_jobs": name == "tagged"}
        for port, name in enumerate(GPUS, 1)
    ]
    settings = settings_of({"OUTPUT_DIR": str(folder), "SGLANG_SERVERS": json.dumps(servers)})

    class Machine(Acts):
        store = open_store(f"sqlite:///{folder / 'jobs.db'}")

    Machine.settings = settings.model_copy(update={"server_patience": 0})
    yield Machine
    Machine.store.close()
