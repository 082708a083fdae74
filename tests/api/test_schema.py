"""The OpenAPI document is true: what Schemathesis makes of it is answered as it says, and never with a 500.

A long one, in which every request follows from those before it: ``python -m benchmarks.api_requests``.
"""

from __future__ import annotations

from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
import schemathesis
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from tests.api.conftest import ANN, Api, app_of_all

pytestmark = pytest.mark.long

_CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
_EXAMPLES = 3  # an operation
# What is followed waits for changes, which nothing makes here; tests/api/test_jobs.py follows a job.
_FOLLOWED = "/api/v1/jobs/{job_id}/events"


def operations() -> list[tuple[str, str]]:
    paths = app_of_all().openapi()["paths"]
    return [(path, method) for path, methods in paths.items() for method in methods if path != _FOLLOWED]


@pytest.mark.parametrize(("path", "method"), operations())
def test_answers_are_as_described(same_api: Api, path: str, method: str) -> None:
    client = same_api.client(ANN)
    headers = {"Authorization": client.headers["Authorization"]}
    ids = _made(client)
    schema = schemathesis.openapi.from_dict(app_of_all().openapi())
    schema.app = client.app
    seen: list[int] = []

    @hypothesis.settings(
        max_examples=_EXAMPLES,
        database=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )
    @hypothesis.given(case=schema[path][method].as_strategy(), is_known=st.booleans())
    def asks(case: Case[Any], is_known: bool) -> None:
        if is_known:
            case.path_parameters.update({name: ids[name] for name in case.path_parameters if name in ids})
        answer = case.call(headers=headers)
        seen.append(answer.status_code)
        case.validate_response(answer, checks=_CHECKS)

    asks()
    assert seen
    assert not {401, 403, 429} & set(seen), "the key opened nothing"


def _made(client: TestClient) -> dict[str, str]:
    """A job and a film, so that not every address leads to nothing."""
    job = client.post("/api/v1/jobs", json={"text": "A harbour."}, params={"start": False}).json()["id"]
    client.post("/api/v1/films", json={"schema": 1, "id": "harbour", "scenes": []})
    return {"job_id": job, "video_id": job, "film_id": "harbour"}
