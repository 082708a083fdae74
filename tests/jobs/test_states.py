"""The rules of states, checked as data."""

from __future__ import annotations

from jobs.states import DELETABLE, FINAL, JOB_STATES, NEXT, RETRY, JobState, sources


def reachable(state: JobState) -> set[JobState]:
    seen: set[JobState] = set()
    left = [state]
    while left:
        new = NEXT[left.pop()] - seen
        seen |= new
        left.extend(new)
    return seen


def test_every_state_has_its_rule() -> None:
    assert set(NEXT) == set(JOB_STATES)


def test_nothing_follows_an_end_by_itself() -> None:
    assert all(not NEXT[state] for state in FINAL)


def test_every_job_can_end_and_only_a_saved_one_is_completed() -> None:
    for state in set(JOB_STATES) - FINAL:
        assert reachable(state) >= {"completed", "failed", "abandoned", "lost"}
    assert sources("completed") == {"saving"}


def test_a_completed_job_is_never_taken_up_again() -> None:
    assert "completed" not in RETRY
    assert set(RETRY) == FINAL - {"completed"}


def test_a_job_that_is_worked_on_cannot_be_deleted() -> None:
    assert DELETABLE.isdisjoint({"preparing", "queued", "submitted", "rendering", "saving"})


def test_what_is_rendered_is_no_longer_cancelled() -> None:
    assert sources("cancelled").isdisjoint(FINAL | {"saving"})
