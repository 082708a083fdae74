"""The queue page in all its states, over jobs that stand still."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, update
from streamlit.testing.v1 import AppTest

from core.errors import OutOfMemory, ServerUnreachable, StoreBusy, UnknownJob
from jobs.database.tables import JobRow
from jobs.model.records import JobRecord, StoredError
from jobs.model.request import QueueKey
from jobs.service import queue
from tests.jobs.load.workers import white_order
from tests.ui.seen_servers import see
from tests.ui.still_app import button, drawn, learned, new_job, page, primaries, words
from ui.app_context import AppContext
from ui.queue.line import perform


def sent(app_context: AppContext, words: str = "a boat", *, server: str = "mova-360p", percent: int = 40) -> JobRecord:
    """A job that a server renders."""
    store, job = app_context.worker.store, new_job(app_context.service, words)
    assert app_context.service.start(job.id)
    assert store.queue.claim(server, QueueKey("mova-360p"), 1) == job.id
    assert store.jobs.move_to(job.id, "rendering", progress=percent)
    return app_context.service.get(job.id)


def queued(app_context: AppContext, words: str) -> JobRecord:
    job = new_job(app_context.service, words)
    assert app_context.service.start(job.id)
    return job


def order(app_context: AppContext) -> list[str]:
    line = app_context.worker.store.queue.order(QueueKey("mova-360p"))
    return [app_context.service.get(job).request.text for job in line]


def rows(test: AppTest) -> list[dict[str, Any]]:
    """The queued jobs as the browser gets them."""
    lines = [one.proto for one in test.get("bidi_component") if one.proto.component_name == "mova_queue"]
    return [row for one in lines for row in json.loads(one.json)["rows"]]


def titles(test: AppTest) -> list[str]:
    """The titles of the jobs that are not queued."""
    links = [one.proto for one in test.get("page_link") if "id=" in one.proto.query_string]
    return [one.label for one in links if one.label not in ("Review", "Watch", "Open")]


def test_an_empty_queue_is_friendly_and_leads_to_create(app_context: AppContext) -> None:
    test = page("queue/queue.py")
    assert "Nothing here yet" in words(test)
    assert primaries(test) == ["Create a video"]


def test_counts_and_the_one_primary_button(app_context: AppContext) -> None:
    sent(app_context)
    queued(app_context, "one")
    queued(app_context, "two")
    waits = new_job(app_context.service, "look at me", mode="full")
    app_context.worker.store.jobs.move_to(waits.id, "waiting", stage="first_frame")
    test = page("queue/queue.py")
    assert "**1** active · **2** queued · **1** waiting for you" in words(test)
    assert "Next: Make first frame" in words(test)
    assert primaries(test) == ["Review the next one"]


def test_an_active_job_shows_percent_time_left_and_server(app_context: AppContext) -> None:
    learned(app_context, {"a": 90, "b": 100, "c": 110})
    sent(app_context, percent=40)
    test = page("queue/queue.py")
    [bar] = test.get("progress")
    assert bar.proto.value == 40
    assert bar.proto.text.startswith("40 % · about 1:")
    assert bar.proto.text.endswith("left (from 3 runs)")
    assert "mova-360p" in words(test)
    assert test.image[0].proto.imgs[0].alt == "First frame: a boat"


def test_without_earlier_renders_no_time_is_made_up(app_context: AppContext) -> None:
    sent(app_context, percent=40)
    [bar] = page("queue/queue.py").get("progress")
    assert bar.proto.text == "40 %"


def test_what_the_server_has_not_begun_has_no_percentage(app_context: AppContext) -> None:
    learned(app_context, {"a": 90, "b": 100, "c": 110})
    app_context.worker.store.jobs.update(sent(app_context, percent=0).id, stage="queued")
    job = queued(app_context, "another one")
    assert app_context.worker.store.queue.claim("mova-360p", QueueKey("mova-360p"), 2) == job.id
    bars = [bar.proto.text for bar in page("queue/queue.py").get("progress")]
    assert sorted(bars) == ["on its way to the server", "on the server, not started yet"]


def test_a_job_whose_server_is_silent_says_since_when_and_why(app_context: AppContext) -> None:
    job = sent(app_context)
    error = StoredError.of(ServerUnreachable(server="mova-360p", reason="refused"))
    since = datetime.now(UTC) - timedelta(seconds=200)
    app_context.worker.store.jobs.update(job.id, unreachable_since=since, error=error)
    said = words(page("queue/queue.py"))
    assert "No answer from the server for 3:2" in said
    assert "cannot be reached: refused" in said


def test_stop_waiting_asks_first_in_honest_words(app_context: AppContext) -> None:
    job = sent(app_context)
    test = button(page("queue/queue.py"), f"stop-{job.id}")
    assert "its GPU stays busy until the job ends" in words(test)
    assert app_context.service.get(job.id).state == "rendering"
    test = button(test, f"keep-{job.id}")
    assert "its GPU stays busy" not in words(test)
    test = button(button(test, f"stop-{job.id}"), f"really-{job.id}")
    assert app_context.service.get(job.id).state == "abandoned"
    assert "Stopped waiting for this job." in words(test)


def test_a_job_of_the_preview_engine_is_really_cancelled(app_context: AppContext) -> None:
    job = sent(app_context, server="preview-w1")
    test = button(page("queue/queue.py"), f"stop-{job.id}")
    assert "no GPU works on it" in words(test)
    assert "Cancelled." in words(button(test, f"really-{job.id}"))
    assert app_context.service.get(job.id).state == "cancelled"


def test_stopping_a_job_that_has_just_ended_says_so(app_context: AppContext) -> None:
    job = sent(app_context)
    test = button(page("queue/queue.py"), f"stop-{job.id}")
    test.button(key=f"really-{job.id}").click()
    app_context.worker.store.jobs.move_to(job.id, "failed")
    assert "It had already ended." in words(drawn(test))


def test_a_preparing_job_is_cancelled_for_free(app_context: AppContext) -> None:
    job = new_job(app_context.service, "a tale", mode="full")
    app_context.service.start(job.id)
    app_context.worker.store.jobs.show_progress(job.id, 0, "visual_elements")
    test = page("queue/queue.py")
    assert "Describing the frame…" in words(test)
    button(button(test, f"stop-{job.id}"), f"really-{job.id}")
    assert app_context.service.get(job.id).state == "cancelled"


def test_the_line_is_moved_up_down_to_an_end_and_by_dragging(app_context: AppContext) -> None:
    jobs = {name: queued(app_context, name).id for name in ("one", "two", "three")}
    shown = rows(page("queue/queue.py"))
    assert [(row["place"], row["title"], row["first"], row["last"]) for row in shown] == [
        (1, "one", True, False), (2, "two", False, False), (3, "three", False, True),
    ]  # fmt: skip
    for name, moved, before, after in (
        ("top", ["three"], None, "three one two"),
        ("down", ["three"], None, "one three two"),
        ("up", ["two"], None, "one two three"),
        ("top", ["two", "three"], None, "two three one"),
        ("bottom", ["two"], None, "three one two"),
        ("place", ["two"], "one", "three two one"),
        ("place", ["three", "two"], None, "one three two"),
    ):
        perform({"act": name, "ids": [jobs[one] for one in moved], "before": jobs.get(before or "")})
        assert " ".join(order(app_context)) == after, (name, moved)


@pytest.mark.parametrize("asked", [None, "top", {}, {"act": "delete", "ids": ["x"]}, {"act": "top", "ids": "abc"}])
def test_what_is_no_act_does_nothing(app_context: AppContext, asked: object) -> None:
    assert perform(asked) == ""


def test_an_act_on_a_job_of_others_is_refused(app_context: AppContext) -> None:
    theirs = queued(app_context, "theirs")
    with app_context.worker.store.jobs._database.write() as session:
        session.execute(update(JobRow).where(JobRow.id == theirs.id).values(owner="ann"))
    for name in ("top", "remove", "duplicate", "place"):
        with pytest.raises(UnknownJob):
            perform({"act": name, "ids": [theirs.id]})
    assert app_context.service.get(theirs.id).state == "queued"


def test_each_row_says_when_its_video_is_expected(app_context: AppContext) -> None:
    learned(app_context, {"a": 90, "b": 100, "c": 110})
    for name in ("one", "two"):
        queued(app_context, name)
    see(app_context)
    test = page("queue/queue.py")
    ends = [row["ends"] for row in rows(test)]
    assert all(re.fullmatch(r"≈ (\d+ \w+ )?\d\d:\d\d", one) for one in ends)
    assert f"the last is ready {ends[-1]}" in words(test)


def test_other_owners_count_in_the_line_and_are_not_shown(app_context: AppContext) -> None:
    theirs = queued(app_context, "theirs")
    with app_context.worker.store.jobs._database.write() as session:
        session.execute(update(JobRow).where(JobRow.id == theirs.id).values(owner="ann"))
    queued(app_context, "mine")
    test = page("queue/queue.py")
    assert [(row["place"], row["title"]) for row in rows(test)] == [(2, "mine")]
    assert "2 · mova-360p" in words(test)
    assert "**1** queued" in words(test)


def test_a_duplicate_has_another_seed_and_the_same_results(app_context: AppContext) -> None:
    job = queued(app_context, "one")
    said = perform({"act": "duplicate", "ids": [job.id]})
    copy = app_context.service.library.page(size=1).jobs[0]
    assert copy.parent == job.id
    assert copy.state == "queued"
    assert copy.render.seed != job.render.seed
    assert [one.output for one in app_context.service.steps.of(copy.id)] == [
        one.output for one in app_context.service.steps.of(job.id)
    ]
    assert "Nothing was made or paid for twice" in said


def test_removing_is_free_and_too_late_is_said(app_context: AppContext) -> None:
    first, second = queued(app_context, "one"), queued(app_context, "two")
    assert "Nothing was sent, and the job is kept." in perform({"act": "remove", "ids": [second.id]})
    assert app_context.service.get(second.id).state == "cancelled"
    app_context.worker.store.queue.claim("mova-360p", QueueKey("mova-360p"), 1)
    assert "Too late: it has already been sent" in perform({"act": "remove", "ids": [first.id]})


def test_pausing_says_what_it_means_and_resume_becomes_the_next_act(app_context: AppContext) -> None:
    queued(app_context, "one")
    test = button(page("queue/queue.py"), "pause")
    assert "running jobs finish, no new ones start" in words(test)
    assert primaries(test) == ["Resume sending"]
    assert app_context.worker.store.queue.claim("mova-360p", QueueKey("mova-360p"), 1) is None
    button(test, "resume")
    assert not app_context.worker.store.queue.is_paused()


def test_an_end_shows_its_reason_and_hostile_text_stays_text(app_context: AppContext) -> None:
    job = sent(app_context, "<b>*bold*</b> [link](http://x)")
    problem = StoredError.of(OutOfMemory(server="mova-360p", job="v1"))
    app_context.worker.store.jobs.move_to(job.id, "failed", error=problem)
    test = page("queue/queue.py")
    assert [re.sub(r"\\(\W)", r"\1", one) for one in titles(test)] == ["<b>*bold*</b> [link](http:\u2060//x)"]
    assert "ran out of memory" in words(test)
    assert "Failed" in words(test)


def test_only_the_last_twelve_ends_are_shown(app_context: AppContext) -> None:
    for number in range(14):
        app_context.service.cancel(new_job(app_context.service, f"job {number}", picture=False).id)
    shown = titles(page("queue/queue.py"))
    assert shown == [f"job {number}" for number in range(13, 1, -1)]


def test_long_chinese_text_is_cut_to_two_lines(app_context: AppContext) -> None:
    queued(app_context, "橘猫" * 200)
    [shown] = rows(page("queue/queue.py"))
    assert shown["title"] == "橘猫" * 37 + "橘…"


def test_a_locked_database_is_said_and_the_page_stands(
    app_context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_given: object) -> None:
        raise StoreBusy(store="jobs.db")

    monkeypatch.setattr(queue.QueueService, "view", busy)
    test = page("queue/queue.py")
    assert "stayed locked" in words(test)


def test_the_page_looks_again_only_while_something_moves(app_context: AppContext) -> None:
    assert queue.look_again({}, paused=False) is None
    assert queue.look_again({"waiting": 3}, paused=False) is None
    assert queue.look_again({"rendering": 1}, paused=True) == 1.0
    assert queue.look_again({"queued": 1}, paused=False) == 3.0
    assert queue.look_again({"queued": 1}, paused=True) is None


def test_reading_the_queue_costs_the_same_with_many_ended_jobs(app_context: AppContext) -> None:
    asked = _statements(app_context)
    few = asked()
    for number in range(30):
        app_context.service.cancel(new_job(app_context.service, f"job {number}", picture=False).id)
    assert asked() == few


def _statements(app_context: AppContext) -> Callable[[], int]:
    engine = app_context.worker.store.jobs._database.engine

    def count() -> int:
        seen: list[str] = []
        listen = lambda *given: seen.append(given[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listen)
        app_context.service.queue.view()
        event.remove(engine, "before_cursor_execute", listen)
        return len(seen)

    return count


def test_a_job_that_ends_while_the_lists_are_read_is_in_one_of_them(
    app_context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, store = sent(app_context, "a boat that arrives"), app_context.worker.store
    waiting = store.queue.waiting

    def ends_first() -> object:
        store.jobs.move_to(job.id, "saving")
        store.jobs.move_to(job.id, "completed")
        return waiting()

    monkeypatch.setattr(store.queue, "waiting", ends_first)
    assert titles(page("queue/queue.py")).count("a boat that arrives") == 1  # and no element has the key of another


def test_a_batchs_rows_are_in_the_order_of_their_manifest(app_context: AppContext) -> None:
    service = app_context.service
    made = [service.create(white_order("local", f"row {n}", id=f"batch-{n * 14}-{n * 6}")) for n in "abc"]
    for job in (made[2], made[0], made[1]):  # in which their preparation happened to end
        assert service.start(job.id)
    assert [row["title"] for row in rows(page("queue/queue.py"))] == ["row a", "row b", "row c"]
