"""The queue page in all its states, over jobs that stand still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, update

from errors import OutOfMemory, ServerUnreachable, StoreBusy
from jobs import queue_view
from jobs.records import JobRecord, StoredError
from jobs.tables import JobRow
from tests.ui.still_office import button, drawn, learned, new_job, page, primaries, still_office, words
from ui.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    with still_office() as opened:
        yield opened


def sent(office: Office, words: str = "a boat", *, server: str = "mova-360p", percent: int = 40) -> JobRecord:
    """A job that a server renders."""
    store, job = office.worker.store, new_job(office.desk, words)
    assert office.desk.start(job.id)
    assert store.line.claim(server, "mova-360p", 1) == job.id
    assert store.jobs.move_to(job.id, "rendering", progress=percent)
    return office.desk.get(job.id)


def queued(office: Office, words: str) -> JobRecord:
    job = new_job(office.desk, words)
    assert office.desk.start(job.id)
    return job


def order(office: Office) -> list[str]:
    line = office.worker.store.line.order("mova-360p")
    return [office.desk.get(job).inputs["text"] for job in line]


def test_an_empty_queue_is_friendly_and_leads_to_create(office: Office) -> None:
    test = page("queue.py")
    assert "Nothing here yet" in words(test)
    assert primaries(test) == ["Create a video"]


def test_counts_and_the_one_primary_button(office: Office) -> None:
    sent(office)
    queued(office, "one")
    queued(office, "two")
    waits = new_job(office.desk, "look at me", mode="full")
    office.worker.store.jobs.move_to(waits.id, "waiting", stage="first_frame")
    test = page("queue.py")
    assert "**1** active · **2** in line · **1** waiting for you" in words(test)
    assert "Next: Make first frame" in words(test)
    assert primaries(test) == ["Review the next one"]


def test_an_active_job_shows_percent_time_left_and_server(office: Office) -> None:
    learned(office, {"a": 90, "b": 100, "c": 110})
    sent(office, percent=40)
    test = page("queue.py")
    [bar] = test.get("progress")
    assert bar.proto.value == 40
    assert bar.proto.text.startswith("40 % · about 1:")
    assert bar.proto.text.endswith("left (from 3 runs)")
    assert "mova-360p" in words(test)
    assert test.image[0].proto.imgs[0].alt == "First frame: a boat"


def test_without_earlier_renders_no_time_is_made_up(office: Office) -> None:
    sent(office, percent=40)
    [bar] = page("queue.py").get("progress")
    assert bar.proto.text == "40 %"


def test_what_the_server_has_not_begun_has_no_percentage(office: Office) -> None:
    learned(office, {"a": 90, "b": 100, "c": 110})
    office.worker.store.jobs.update(sent(office, percent=0).id, stage="queued")
    job = queued(office, "another one")
    assert office.worker.store.line.claim("mova-360p", "mova-360p", 2) == job.id
    bars = [bar.proto.text for bar in page("queue.py").get("progress")]
    assert sorted(bars) == ["on its way to the server", "on the server, not begun yet"]


def test_a_job_whose_server_is_silent_says_since_when_and_why(office: Office) -> None:
    job = sent(office)
    trouble = StoredError.of(ServerUnreachable(server="mova-360p", reason="refused"))
    since = datetime.now(UTC) - timedelta(seconds=200)
    office.worker.store.jobs.update(job.id, unreachable_since=since, error=trouble)
    said = words(page("queue.py"))
    assert "No word from the server for 3:2" in said
    assert "cannot be reached: refused" in said


def test_stop_waiting_asks_first_in_honest_words(office: Office) -> None:
    job = sent(office)
    test = button(page("queue.py"), f"stop-{job.id}")
    assert "its GPU stays busy until the job does" in words(test)
    assert office.desk.get(job.id).state == "rendering"
    test = button(test, f"keep-{job.id}")
    assert "its GPU stays busy" not in words(test)
    test = button(button(test, f"stop-{job.id}"), f"really-{job.id}")
    assert office.desk.get(job.id).state == "abandoned"
    assert "Stopped waiting for this job." in words(test)


def test_a_job_of_the_preview_engine_is_really_cancelled(office: Office) -> None:
    job = sent(office, server="preview-w1")
    test = button(page("queue.py"), f"stop-{job.id}")
    assert "no GPU works on it" in words(test)
    assert "Cancelled." in words(button(test, f"really-{job.id}"))
    assert office.desk.get(job.id).state == "cancelled"


def test_stopping_a_job_that_has_just_ended_says_so(office: Office) -> None:
    job = sent(office)
    test = button(page("queue.py"), f"stop-{job.id}")
    test.button(key=f"really-{job.id}").click()
    office.worker.store.jobs.move_to(job.id, "failed")
    assert "It had ended already." in words(drawn(test))


def test_a_preparing_job_is_cancelled_for_free(office: Office) -> None:
    job = new_job(office.desk, "a tale", mode="full")
    office.desk.start(job.id)
    office.worker.store.jobs.show_progress(job.id, 0, "visual_elements")
    test = page("queue.py")
    assert "Describing the frame…" in words(test)
    button(button(test, f"stop-{job.id}"), f"really-{job.id}")
    assert office.desk.get(job.id).state == "cancelled"


def test_the_line_is_moved_up_down_and_to_the_top(office: Office) -> None:
    jobs = {name: queued(office, name).id for name in ("one", "two", "three")}
    test = page("queue.py")
    assert "Number 2 of 3 in the line for mova-360p" in words(test)
    assert test.button(key=f"up-{jobs['one']}").disabled
    assert test.button(key=f"down-{jobs['three']}").disabled
    test = button(test, f"top-{jobs['three']}")
    assert order(office) == ["three", "one", "two"]
    test = button(test, f"down-{jobs['three']}")
    assert order(office) == ["one", "three", "two"]
    button(test, f"up-{jobs['two']}")
    assert order(office) == ["one", "two", "three"]


def test_other_owners_count_in_the_line_and_are_not_shown(office: Office) -> None:
    theirs = queued(office, "theirs")
    with office.worker.store.jobs._database.write() as session:
        session.execute(update(JobRow).where(JobRow.id == theirs.id).values(owner="ann"))
    queued(office, "mine")
    test = page("queue.py")
    assert [one.value for one in test.text] == ["mine"]
    assert "Number 2 of 2 in the line" in words(test)
    assert "**1** in line" in words(test)


def test_a_duplicate_has_another_seed_and_the_same_results(office: Office) -> None:
    job = queued(office, "one")
    test = button(page("queue.py"), f"duplicate-{job.id}")
    copy = office.desk.newest(1)[0]
    assert copy.parent == job.id
    assert copy.state == "queued"
    assert copy.seed != job.seed
    assert [one.output for one in office.desk.steps(copy.id)] == [one.output for one in office.desk.steps(job.id)]
    assert "Nothing was made or paid for twice" in words(test)


def test_removing_is_free_and_too_late_is_said(office: Office) -> None:
    first, second = queued(office, "one"), queued(office, "two")
    test = button(page("queue.py"), f"remove-{second.id}")
    assert office.desk.get(second.id).state == "cancelled"
    assert "Nothing was sent, and the job is kept." in words(test)
    test.button(key=f"remove-{first.id}").click()
    office.worker.store.line.claim("mova-360p", "mova-360p", 1)
    assert "Too late: it has been sent" in words(drawn(test))


def test_pausing_says_what_it_means_and_resume_becomes_the_next_act(office: Office) -> None:
    queued(office, "one")
    test = button(page("queue.py"), "pause")
    assert "running work finishes, nothing new starts" in words(test)
    assert primaries(test) == ["Resume sending"]
    assert office.worker.store.line.claim("mova-360p", "mova-360p", 1) is None
    button(test, "resume")
    assert office.worker.store.line.paused() == frozenset()


def test_an_end_shows_its_reason_and_hostile_text_stays_text(office: Office) -> None:
    job = sent(office, "<b>*bold*</b> [link](http://x)")
    problem = StoredError.of(OutOfMemory(server="mova-360p", job="v1"))
    office.worker.store.jobs.move_to(job.id, "failed", error=problem)
    test = page("queue.py")
    assert [one.value for one in test.text] == ["<b>*bold*</b> [link](http://x)"]
    assert "ran out of memory" in words(test)
    assert "Failed" in words(test)


def test_only_the_last_twelve_ends_are_shown(office: Office) -> None:
    for number in range(14):
        office.desk.cancel(new_job(office.desk, f"job {number}", picture=False).id)
    shown = [one.value for one in page("queue.py").text]
    assert shown == [f"job {number}" for number in range(13, 1, -1)]


def test_long_chinese_text_is_cut_to_two_lines(office: Office) -> None:
    queued(office, "橘猫" * 200)
    [shown] = page("queue.py").text
    assert shown.value == "橘猫" * 37 + "橘…"


def test_a_locked_database_is_said_and_the_page_stands(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_given: object) -> None:
        raise StoreBusy(store="jobs.db")

    monkeypatch.setattr(queue_view, "view", busy)
    test = page("queue.py")
    assert "stayed locked" in words(test)


def test_the_page_looks_again_only_while_something_moves(office: Office) -> None:
    assert queue_view.look_again({}, paused=False) is None
    assert queue_view.look_again({"waiting": 3}, paused=False) is None
    assert queue_view.look_again({"rendering": 1}, paused=True) == 1.0
    assert queue_view.look_again({"queued": 1}, paused=False) == 3.0
    assert queue_view.look_again({"queued": 1}, paused=True) is None


def test_reading_the_queue_costs_the_same_with_many_ended_jobs(office: Office) -> None:
    asked = _statements(office)
    few = asked()
    for number in range(30):
        office.desk.cancel(new_job(office.desk, f"job {number}", picture=False).id)
    assert asked() == few


def _statements(office: Office) -> Callable[[], int]:
    engine = office.worker.store.jobs._database.engine

    def count() -> int:
        seen: list[str] = []
        listen = lambda *given: seen.append(given[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listen)
        queue_view.view(office.worker.store, "local")
        event.remove(engine, "before_cursor_execute", listen)
        return len(seen)

    return count
