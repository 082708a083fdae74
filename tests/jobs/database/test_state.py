"""What is seen of a database without changing it, on SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import StoreUnavailable
from jobs.database.state import state_of
from jobs.store.store import Store
from tests.jobs.samples import new_job


def test_a_database_that_is_used(store: Store, address: str) -> None:
    state = state_of(address)
    assert state is not None
    assert state.is_current
    assert state.is_sqlite is address.startswith("sqlite")
    assert state.kept_how == "wal" if state.is_sqlite else state.kept_how[:1].isdigit()
    assert (state.last_success, state.failed_since) == (None, 0)


def test_the_last_success_and_what_failed_since(store: Store, address: str) -> None:
    ids = [store.jobs.create(new_job()).id for _ in range(4)]
    for job_id, end in zip(ids, ("failed", "completed", "lost", "cancelled"), strict=True):
        for step in ("queued", "submitted", "rendering", "saving"):
            if end != "cancelled":
                store.jobs.move_to(job_id, step)
        assert store.jobs.move_to(job_id, end)  # type: ignore[arg-type]
    state = state_of(address)
    assert state is not None
    completed = store.jobs.get(ids[1])
    assert completed is not None
    assert (state.last_success, state.failed_since) == (completed.finished, 1)


def test_a_file_that_is_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "jobs.db").write_bytes(b"A letter to a friend." * 100)
    with pytest.raises(StoreUnavailable):
        state_of(f"sqlite:///{tmp_path / 'jobs.db'}")


def test_nobody_at_the_address() -> None:
    with pytest.raises(StoreUnavailable) as raised:
        state_of("postgresql://mova:pass-secret@127.0.0.1:9/mova")
    assert "pass-secret" not in f"{raised.value}{raised.value.raw}"
