"""The API in this process, over jobs that stand still: no worker, no network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_api
from api.context import ApiContext
from jobs.model.api_keys import USUAL_SCOPES, Scope
from jobs.model.people import Person
from jobs.service.service import JobService
from jobs.store.store import Store
from tests.jobs.load.workers import service_at, settings_of

ANN, BOB = Person(name="ann@example.org"), Person(name="bob@example.org")
Clients = Callable[..., TestClient]


@dataclass
class Api:
    """``client`` makes a client of a person, with a new key of these scopes; None brings no key along."""

    service: JobService
    context: ApiContext
    store: Store

    def client(self, person: Person | None, *scopes: Scope, address: str = "127.0.0.1") -> TestClient:
        app = create_api(lambda: self.context)
        client = TestClient(app, base_url="http://127.0.0.1:8600", client=(address, 1), raise_server_exceptions=False)
        if person is not None:
            name = f"key {len(self.service.api_keys.all())}"
            _, key = self.service.of(person).api_keys.create(name, scopes or USUAL_SCOPES)
            client.headers["Authorization"] = f"Bearer {key}"
        return client


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path), "NUM_FRAMES": "5"})) as (service, store):
        settings = service._context.settings
        yield Api(service, ApiContext(settings, service, lambda: False), store)
