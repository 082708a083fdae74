"""Names of working processes, on both databases: one holder each, and free as soon as that is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from jobs.execution.lease import WorkerLease
from jobs.store.store import Store
from tests.waiting import until

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


def test_a_role_is_one_process_s_at_a_time(lease: NewLease) -> None:
    first, second = lease(own_only=True), lease(own_only=True)
    assert first.has_role("webhooks")
    assert not second.has_role("webhooks")
    assert first.has_role("webhooks")  # asked again it is kept
    first.release()
    until(lambda: second.has_role("webhooks"))  # a database server sees a moment later that a connection is gone


def test_a_role_that_the_database_server_let_go_of_is_taken_again_or_lost(lease: NewLease, store: Store) -> None:
    first, second = lease(own_only=True), lease(own_only=True)
    assert first.has_role("webhooks")
    if store.database.is_sqlite:
        return  # a locked file is let go of when its process ends, and never before
    assert first._connection is not None
    raw = first._connection.connection.dbapi_connection
    assert raw is not None
    raw.close()  # as a restart of the server does
    until(lambda: second.has_role("webhooks"))
    assert not first.has_role("webhooks")
    second.release()
    until(lambda: first.has_role("webhooks"))
