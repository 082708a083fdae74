"""The API in this process, over jobs that stand still: no worker, no network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_api
from api.context import ApiContext
from jobs.model.api_keys import USUAL_SCOPES, Scope
from jobs.model.people import Person
from jobs.service.service import JobService
from jobs.store.store import Store
from tests.jobs.load.workers import service_at, settings_of

if TYPE_CHECKING:
    from starlette.types import Receive, Send
    from starlette.types import Scope as AsgiScope

ANN, BOB = Person(name="ann@example.org"), Person(name="bob@example.org")
Clients = Callable[..., TestClient]
_ASKED: ContextVar[Api] = ContextVar("asked")


@cache
def app_of_all() -> FastAPI:
    """One for all tests of a process, as FastAPI reads the signatures of all routes with the first request."""
    return create_api(lambda: _ASKED.get().context)


@dataclass
class Api:
    """``client`` makes a client of a person, with a new key of these scopes; None brings no key along."""

    service: JobService
    context: ApiContext
    store: Store

    def client(self, person: Person | None, *scopes: Scope, address: str = "127.0.0.1") -> TestClient:
        async def app(scope: AsgiScope, receive: Receive, send: Send) -> None:
            _ASKED.set(self)
            await app_of_all()(scope, receive, send)

        client = TestClient(app, base_url="http://127.0.0.1:8600", client=(address, 1), raise_server_exceptions=False)
        if person is not None:
            name = f"key {len(self.service.api_keys.all())}"
            _, key = self.service.of(person).api_keys.create(name, scopes or USUAL_SCOPES)
            client.headers["Authorization"] = f"Bearer {key}"
        return client


@contextmanager
def api_at(folder: Path) -> Iterator[Api]:
    with service_at(settings_of({"OUTPUT_DIR": str(folder), "NUM_FRAMES": "5"})) as (service, store):
        settings = service._context.settings
        yield Api(service, ApiContext(settings, service, lambda: False), store)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with api_at(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def same_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One for all tests of a file: what it holds already is what the next requests meet."""
    with api_at(tmp_path_factory.mktemp("api")) as made:
        yield made
