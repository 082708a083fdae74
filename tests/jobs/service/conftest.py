"""A service without a worker, on a database and a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from jobs.service.service import JobService
from jobs.store.store import Store
from tests.jobs.load.workers import service_at, settings_of


@dataclass
class OpenService:
    service: JobService
    store: Store


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[OpenService]:
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path / "outputs")})) as (service, store):
        yield OpenService(service, store)
