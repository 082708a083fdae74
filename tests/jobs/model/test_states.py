"""The rules of states, checked as data."""

from __future__ import annotations

from jobs.model.states import FINAL, JOB_STATES, RULES, JobState, allowing, moved_by, sources


def reachable(state: JobState) -> set[JobState]:
    seen: set[JobState] = set()
    left = [state]
    while left:
        new = RULES[left.pop()].next - seen
        seen |= new
        left.extend(new)
    return seen


def test_every_state_has_its_rule() -> None:
    assert set(RULES) == set(JOB_STATES)


def test_nothing_follows_an_end_by_itself_but_the_video_of_a_job_that_was_given_up() -> None:
    assert {state: RULES[state].next for state in FINAL if RULES[state].next} == {"abandoned": {"saving"}}


def test_every_job_can_end_and_only_a_saved_one_is_completed() -> None:
    for state in set(JOB_STATES) - FINAL:
        assert reachable(state) >= {"completed", "failed", "abandoned", "lost"}
    assert sources("completed") == {"saving"}


def test_a_completed_job_is_never_taken_up_again() -> None:
    assert {state for state in JOB_STATES if RULES[state].again} == FINAL - {"completed"} == allowing("retry")


def test_a_job_that_is_worked_on_cannot_be_deleted() -> None:
    assert allowing("delete").isdisjoint({"preparing", "queued", "submitted", "rendering", "saving"})


def test_a_job_that_waits_for_its_person_gives_them_something_to_do() -> None:
    assert all(RULES[state].acts - {"change", "edit", "delete"} for state in moved_by("person"))


def test_a_slot_is_kept_only_where_a_server_may_have_the_job() -> None:
    assert {state for state in JOB_STATES if RULES[state].slot != "none"} == {
        *("submitted", "unclear", "rendering", "abandoned")
    }


def test_what_is_rendered_is_no_longer_cancelled() -> None:
    assert sources("cancelled").isdisjoint(FINAL | {"saving"})
