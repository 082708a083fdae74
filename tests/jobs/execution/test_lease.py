"""Names of working processes, on both databases: one holder each, and free as soon as that is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from jobs.execution.lease import WorkerLease
from jobs.store.store import Store

NewLease = Callable[..., WorkerLease]


@pytest.fixture
def lease(store: Store) -> Iterator[NewLease]:
    """A lease as another process would have it."""
    made: list[WorkerLease] = []

    def new(*, own_only: bool = False) -> WorkerLease:
        made.append(WorkerLease(store.database, own_only=own_only))
        return made[-1]

    yield new
    for one in made:
        one.release()


def test_each_process_has_a_name_of_its_own(lease: NewLease) -> None:
    names = [lease().claim() for _ in range(3)]
    assert len(set(names)) == 3
    assert all(name.startswith("worker-") for name in names)


def test_a_name_is_free_when_its_holder_is_gone(lease: NewLease) -> None:
    first, second = lease(), lease()
    name = first.claim()
    second.claim()
    assert not second.is_free(name)
    assert not second.is_free(second.mine)
    first.release()
    assert second.is_free(name)


def test_while_one_takes_over_nobody_else_does(lease: NewLease) -> None:
    first, second, third = lease(), lease(), lease()
    name = first.claim()
    first.release()
    with second.taken_if_free(name) as free:
        assert free
        assert not third.is_free(name)
    assert third.is_free(name)


def test_a_run_sees_whether_somebody_works_on_everybodys_jobs(lease: NewLease) -> None:
    run, worker = lease(own_only=True), lease()
    assert run.claim().startswith("run-")
    assert not run.somebody_serves_all()
    worker.claim()
    assert worker.somebody_serves_all()
    assert run.somebody_serves_all()
    worker.release()
    assert not run.somebody_serves_all()


def test_a_name_that_is_held_is_kept(lease: NewLease) -> None:
    one = lease()
    name = one.claim()
    assert one.keep()
    assert (one.mine, lease().is_free(name)) == (name, False)
