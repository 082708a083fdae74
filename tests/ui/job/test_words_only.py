"""A job that the pictures of its cards have stopped: its one primary act is to go on with words only."""

from __future__ import annotations

import pytest

from core.errors import (
    ProviderError,
    ProviderTimeout,
    ReferenceMissing,
    ReferencesDeclined,
    ReferencesNotTaken,
    TooManyReferences,
)
from core.references import Reference
from jobs.model.records import JobRecord, StoredError
from jobs.model.request import JobRequest
from jobs.store.orders import Order
from tests.jobs.load.workers import SMALL
from tests.ui.jobs_in_states import job_page
from tests.ui.still_app import drawn, primaries
from ui.app_context import AppContext

FACTS = {"provider": "x", "model": "m", "names": "Mei", "name": "Mei", "reason": "SAFETY", "n": 9, "most": 3}


def stopped(app_context: AppContext, error: ProviderError | ReferenceMissing) -> JobRecord:
    reference = Reference(name="Mei", sha256="ab" * 32)
    request = JobRequest(mode="full", text="Mei yawns.", render=SMALL, references=(reference,))
    job, store = app_context.service.create(Order(request=request)), app_context.worker.store
    assert store.jobs.move_to(job.id, "preparing")
    assert store.jobs.move_to(job.id, "failed", error=StoredError.of(error))
    return app_context.service.get(job.id)


@pytest.mark.parametrize("kind", [ReferencesNotTaken, TooManyReferences, ReferencesDeclined, ReferenceMissing])
def test_words_only_is_the_primary_act(app_context: AppContext, kind: type[ProviderError]) -> None:
    job = stopped(app_context, kind(**FACTS))  # type: ignore[arg-type]
    test = job_page(job)
    assert primaries(test) == ["Continue with words only"]
    test.button(key="act-_words_only").click()
    drawn(test)
    now = app_context.service.get(job.id)
    assert (now.request.references, now.state) == ((), "preparing")


def test_another_failure_offers_the_step_again(app_context: AppContext) -> None:
    job = stopped(app_context, ProviderTimeout(provider="x", seconds=9))
    test = job_page(job)
    assert primaries(test) != ["Continue with words only"]
    assert len(primaries(test)) == 1
