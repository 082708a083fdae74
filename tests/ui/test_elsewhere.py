"""A server that is not well, on every page: its trouble in its own word, and one click to another server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

import config
from errors import (
    JobLost,
    MovaError,
    OutOfMemory,
    ServerDead,
    ServerError,
    ServerMismatch,
    ServerUnreachable,
    ServerWarmingUp,
    WorkerDied,
)
from jobs.records import JobRecord, StoredError
from jobs.sight import Sight
from jobs.states import JobState
from tests.ui.jobs_at_rest import job_page, labels, press
from tests.ui.seen_servers import Seen
from tests.ui.still_office import new_job, page, primaries, still_office, words
from ui.office import Office

ELSEWHERE, AGAIN = "Send it to another server", "Send again with the same seed"
WORDS = [
    (ServerWarmingUp(server="old"), "Warming up", "预热中"),
    (ServerDead("exited", server="old"), "Its worker has exited", "工作进程已退出"),
    (ServerUnreachable(server="old", reason="refused"), "Not reachable", "无法连接"),
    (ServerMismatch(server="old", found="mova-720p", expected="mova-360p"), "Serves another model", "提供的是其他模型"),
]


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    servers = [{"name": name, "base_url": f"http://{name}:1", "model": "mova-360p"} for name in ("old", "new")]
    monkeypatch.setenv("SGLANG_SERVERS", json.dumps(servers))
    config.load.cache_clear()
    with still_office() as opened:
        see(opened)
        yield opened


def see(office: Office, old: ServerError | None = None, new: ServerError | None = None) -> None:
    sight = Sight(office.worker.roster.servers, {"old": old, "new": new}, preview=False)
    office.worker.watch = Seen(office.worker.roster, known=sight)


def on_server(office: Office, state: JobState, error: MovaError | None = None) -> JobRecord:
    """A job of Simple Mode that the old server got."""
    job, store = new_job(office.desk, "A cat."), office.worker.store
    office.desk.approve(job.id)
    assert store.line.claim("old", "mova-360p", 1, "http://old:1") == job.id
    store.jobs.move_to(job.id, "rendering", progress=40, server_job_id="v-1")
    if state == "rendering":
        stored = StoredError.of(error) if error else None
        store.jobs.update(job.id, unreachable_since=datetime.now(UTC) if error else None, error=stored)
    else:
        store.jobs.move_to(job.id, state, error=StoredError.of(error) if error else None)
    return office.desk.get(job.id)


GONE = ServerUnreachable(server="old", reason="refused")


def test_a_job_without_an_answer_is_sent_to_another_server_by_one_click(office: Office) -> None:
    see(office, old=GONE)
    job = on_server(office, "rendering", GONE)
    press(job_page(job), ELSEWHERE)
    assert office.desk.get(job.id).state == "abandoned"
    (copy,) = (one for one in office.desk.newest(9) if one.id != job.id)
    assert (copy.state, copy.parent, copy.seed, copy.model) == ("queued", job.id, 7, "mova-360p")


def test_the_same_on_the_queue_page(office: Office) -> None:
    see(office, old=GONE)
    job = on_server(office, "rendering", GONE)
    press(page("queue.py"), ELSEWHERE)
    assert {one.state for one in office.desk.newest(9)} == {"abandoned", "queued"}
    assert office.desk.get(job.id).state == "abandoned"


def test_it_is_offered_only_where_another_server_is_well(office: Office) -> None:
    see(office, old=GONE, new=ServerWarmingUp(server="new"))
    job = on_server(office, "rendering", GONE)
    assert ELSEWHERE not in labels(job_page(job))
    see(office)
    assert ELSEWHERE not in labels(job_page(job))


@pytest.mark.parametrize(
    ("state", "error"),
    [("failed", WorkerDied("exited", server="old", job="v-1")), ("lost", JobLost(server="old", job="v-1"))],
)
def test_a_job_that_its_server_ended_says_who_would_take_it(office: Office, state: JobState, error: MovaError) -> None:
    see(office, old=ServerDead("exited", server="old"))
    job = on_server(office, state, error)
    test = job_page(job)
    assert error.message() in words(test)
    assert "new is ready and takes it, with the same seed." in words(test)
    assert primaries(test) == [AGAIN]
    press(test, AGAIN)
    again = office.desk.get(job.id)
    assert (again.state, again.attempts, again.seed) == ("queued", 1, 7)


def test_the_queue_offers_it_too_but_not_for_what_would_fail_again(office: Office) -> None:
    job = on_server(office, "lost", JobLost(server="old", job="v-1"))
    press(page("queue.py"), AGAIN)
    assert office.desk.get(job.id).state == "queued"
    assert office.desk.cancel(job.id)
    on_server(office, "failed", OutOfMemory("oom", server="old", job="v-2"))
    assert AGAIN not in labels(page("queue.py"))


@pytest.mark.parametrize(("trouble", "english", "chinese"), WORDS)
@pytest.mark.parametrize("place", ["create.py", "queue.py", "job"])
def test_four_troubles_are_four_words_wherever_a_job_waits(
    office: Office, place: str, trouble: ServerError, english: str, chinese: str
) -> None:
    see(office, old=trouble, new=trouble)
    job = new_job(office.desk, "A cat.")
    office.desk.approve(job.id)
    for language, word in (("en", english), ("zh_CN", chinese)):
        said = words(job_page(job, language) if place == "job" else page(place, language))
        assert word in said
        assert not [other for _, *both in WORDS for other in both if other in said and other not in (english, chinese)]


def test_a_job_for_a_server_that_is_gone_says_so_and_may_go_elsewhere(office: Office) -> None:
    job = new_job(office.desk, "A cat.", line="mova-360p@former")
    office.desk.approve(job.id)
    test = job_page(job)
    assert "There is no server named former; there are: old, new." in words(test)
    press(test, ELSEWHERE)
    moved = office.desk.get(job.id)
    assert (moved.state, moved.model) == ("queued", "mova-360p")
