"""One stateful run of Schemathesis over the OpenAPI document: ``nice python -m benchmarks.api_requests``.

Every request follows from what the ones before it have made, in one installation that stands still: no worker, no
network. It counts, and goes on after a finding; the end is 1 where there was one.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
import schemathesis
from hypothesis.errors import Flaky
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import ANN, Api
from tests.jobs.load.workers import service_at, settings_of

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# What is followed waits for changes, which nothing makes here; tests/api/test_jobs.py follows a job.
FOLLOWED = "/api/v1/jobs/{job_id}/events"
_STEPS = 40  # requests of one sequence
_PATIENCE = 300.0  # seconds, on a machine with other work

_SETTINGS = hypothesis.settings(
    max_examples=100_000,
    stateful_step_count=_STEPS,
    database=None,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
    phases=[hypothesis.Phase.generate],
)


class _Enough(KeyboardInterrupt):
    """Ends the run: Hypothesis looks for no smaller example of it."""


@dataclass
class Seen:
    """``statuses`` of all answers, ``operations`` that were asked, ``followed``: from something made before."""

    wanted: int
    began: float = field(default_factory=time.monotonic)
    requests: int = 0
    sequences: int = 0
    followed: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)

    def answered(self, case: Case[Any], status: int, findings: list[str]) -> None:
        self.requests += 1
        self.statuses[status] += 1
        self.operations[case.operation.label] += 1
        self.findings.update(findings)
        if self.requests % 1000 == 0:
            print(json.dumps(self.told()), file=sys.stderr, flush=True)
        if self.requests >= self.wanted:
            raise _Enough

    def told(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "sequences": self.sequences,
            "with something made before": self.followed,
            "operations": len(self.operations),
            "statuses": dict(sorted(self.statuses.items())),
            "500s": sum(number for status, number in self.statuses.items() if status >= 500 and status != 503),
            "findings": dict(self.findings),
            "seconds": round(time.monotonic() - self.began, 1),
        }


def machine_over(api: Api, seen: Seen) -> Any:
    """The state machine of all operations, as one key of one person."""
    client = api.client(ANN)
    document = client.get("/api/v1/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document).exclude(path=FOLLOWED)
    schema.app = _with_key(client.app, client.headers["Authorization"])
    base: Any = schema.as_state_machine()

    class Machine(base):  # type: ignore[misc]
        def setup(self) -> None:
            seen.sequences += 1

        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
            return {"timeout": _PATIENCE}

        def validate_response(self, response: Any, case: Case[Any], *_: Any, **_more: Any) -> None:
            found = list[str]()
            try:
                case.validate_response(response, checks=CHECKS)
            except (Failure, FailureGroup) as problem:
                several = problem.exceptions if isinstance(problem, FailureGroup) else (problem,)
                found = [f"{case.operation.label} {response.status_code} {type(one).__name__}" for one in several]
            seen.answered(case, response.status_code, found)

        def step(self, input: Any) -> Any:
            seen.followed += bool(input.is_applied)
            return super().step(input)

    return Machine


def _with_key(app: Any, key: str) -> Any:
    """The app with this key in every request: Schemathesis leaves it out of many."""

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            headers = [(name, value) for name, value in scope["headers"] if name != b"authorization"]
            scope = {**scope, "headers": [*headers, (b"authorization", key.encode())]}
        await app(scope, receive, send)

    return asked


def run(wanted: int, machine: Callable[[Api, Seen], Any] = machine_over) -> Seen:
    """At least so many requests in one run; fewer only if Schemathesis has no more."""
    seen = Seen(wanted)
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of({"OUTPUT_DIR": str(Path(folder)), "NUM_FRAMES": "5"})
        with service_at(settings) as (service, store):
            from api.context import ApiContext

            api = Api(service, ApiContext(service._context.settings, service, lambda: False), store)
            asks = machine(api, seen)
            with suppress(KeyboardInterrupt):  # also by hand: what was seen until then is told
                # Hypothesis repeats what it remembers, and the installation has changed since: it begins anew.
                while True:
                    with suppress(Flaky):
                        asks.run(settings=_SETTINGS)
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.api_requests", description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000, metavar="N", help="default 20000")
    seen = run(parser.parse_args().requests)
    print(json.dumps(seen.told(), indent=2))
    sys.exit(1 if seen.findings or seen.told()["500s"] else 0)


if __name__ == "__main__":
    main()
