"""A server that is not well, on every page: its trouble in its own word, and one click to another server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

import config
from core.errors import (
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
from jobs.model.records import JobRecord, StoredError
from jobs.model.request import QueueKey
from jobs.model.states import JobState
from jobs.servers.status import ServerStatus
from tests.ui.jobs_in_states import job_page, labels, press
from tests.ui.seen_servers import Seen
from tests.ui.still_app import new_job, page, primaries, still_app, words
from ui.app_context import AppContext

ELSEWHERE, AGAIN = "Send it to another server", "Send again with the same seed"
WORDS = [
    (ServerWarmingUp(server="old"), "Warming up", "预热中"),
    (ServerDead("exited", server="old"), "Its worker has exited", "工作进程已退出"),
    (ServerUnreachable(server="old", reason="refused"), "Not reachable", "无法连接"),
    (ServerMismatch(server="old", found="mova-720p", expected="mova-360p"), "Serves another model", "提供的是其他模型"),
]


@pytest.fixture
def app_context(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppContext]:
    servers = [{"name": name, "base_url": f"http://{name}:1", "model": "mova-360p"} for name in ("old", "new")]
    monkeypatch.setenv("SGLANG_SERVERS", json.dumps(servers))
    config.load.cache_clear()
    with still_app() as opened:
        see(opened)
        yield opened


def see(app_context: AppContext, old: ServerError | None = None, new: ServerError | None = None) -> None:
    server_status = ServerStatus(app_context.worker.registry.servers, {"old": old, "new": new}, preview=False)
    app_context.worker.monitor = Seen(app_context.worker.registry, known=server_status)


def on_server(app_context: AppContext, state: JobState, error: MovaError | None = None) -> JobRecord:
    """A job of Simple Mode that the old server got."""
    job, store = new_job(app_context.service, "A cat."), app_context.worker.store
    app_context.service.approve(job.id)
    assert store.queue.claim("old", QueueKey("mova-360p"), 1, "http://old:1") == job.id
    store.jobs.move_to(job.id, "rendering", progress=40, server_job_id="v-1")
    if state == "rendering":
        stored = StoredError.of(error) if error else None
        store.jobs.update(job.id, unreachable_since=datetime.now(UTC) if error else None, error=stored)
    else:
        store.jobs.move_to(job.id, state, error=StoredError.of(error) if error else None)
    return app_context.service.get(job.id)


GONE = ServerUnreachable(server="old", reason="refused")


def test_a_job_without_an_answer_is_sent_to_another_server_by_one_click(app_context: AppContext) -> None:
    see(app_context, old=GONE)
    job = on_server(app_context, "rendering", GONE)
    press(job_page(job), ELSEWHERE)
    assert app_context.service.get(job.id).state == "abandoned"
    (copy,) = (one for one in app_context.service.library.page(size=9).jobs if one.id != job.id)
    assert (copy.state, copy.parent, copy.render.seed, copy.model) == ("queued", job.id, 7, "mova-360p")


def test_the_same_on_the_queue_page(app_context: AppContext) -> None:
    see(app_context, old=GONE)
    job = on_server(app_context, "rendering", GONE)
    press(page("queue/queue.py"), ELSEWHERE)
    assert {one.state for one in app_context.service.library.page(size=9).jobs} == {"abandoned", "queued"}
    assert app_context.service.get(job.id).state == "abandoned"


def test_it_is_offered_only_where_another_server_is_well(app_context: AppContext) -> None:
    see(app_context, old=GONE, new=ServerWarmingUp(server="new"))
    job = on_server(app_context, "rendering", GONE)
    assert ELSEWHERE not in labels(job_page(job))
    see(app_context)
    assert ELSEWHERE not in labels(job_page(job))


@pytest.mark.parametrize(
    ("state", "error"),
    [("failed", WorkerDied("exited", server="old", job="v-1")), ("lost", JobLost(server="old", job="v-1"))],
)
def test_a_job_that_its_server_ended_says_who_would_take_it(
    app_context: AppContext, state: JobState, error: MovaError
) -> None:
    see(app_context, old=ServerDead("exited", server="old"))
    job = on_server(app_context, state, error)
    test = job_page(job)
    assert error.message() in words(test)
    assert "new is ready and will render it with the same seed." in words(test)
    assert primaries(test) == [AGAIN]
    press(test, AGAIN)
    again = app_context.service.get(job.id)
    assert (again.state, again.attempts, again.render.seed) == ("queued", 1, 7)


def test_a_video_that_nobody_waited_for_is_fetched_and_sending_again_says_that_it_renders_twice(
    app_context: AppContext,
) -> None:
    job = on_server(app_context, "rendering")
    assert app_context.service.stop_waiting(job.id)
    assert "The server may still finish it: sending it again renders it a second time." in words(job_page(job))
    app_context.worker.store.jobs.rendered_after_all(job.id, "v-1", fetch=False)
    test = job_page(job)
    assert "Its video is on the server: sending it again renders it a second time." in words(test)
    assert primaries(test) == ["Fetch the video"]
    assert AGAIN not in labels(page("queue/queue.py"))
    press(test, "Fetch the video")
    assert app_context.service.get(job.id).state == "saving"


def test_the_queue_offers_it_too_but_not_for_what_would_fail_again(app_context: AppContext) -> None:
    job = on_server(app_context, "lost", JobLost(server="old", job="v-1"))
    press(page("queue/queue.py"), AGAIN)
    assert app_context.service.get(job.id).state == "queued"
    assert app_context.service.cancel(job.id)
    on_server(app_context, "failed", OutOfMemory("oom", server="old", job="v-2"))
    assert AGAIN not in labels(page("queue/queue.py"))


@pytest.mark.parametrize(("error", "english", "chinese"), WORDS)
@pytest.mark.parametrize("place", ["create/create.py", "queue/queue.py", "job"])
def test_four_troubles_are_four_words_wherever_a_job_waits(
    app_context: AppContext, place: str, error: ServerError, english: str, chinese: str
) -> None:
    see(app_context, old=error, new=error)
    job = new_job(app_context.service, "A cat.")
    app_context.service.approve(job.id)
    for language, word in (("en", english), ("zh_CN", chinese)):
        said = words(job_page(job, language) if place == "job" else page(place, language))
        assert word in said
        assert not [other for _, *both in WORDS for other in both if other in said and other not in (english, chinese)]


def test_a_job_for_a_server_that_is_gone_says_so_and_may_go_elsewhere(app_context: AppContext) -> None:
    job = new_job(app_context.service, "A cat.", server="former")
    app_context.service.approve(job.id)
    test = job_page(job)
    assert "There is no server named former; known servers: old, new." in words(test)
    press(test, ELSEWHERE)
    moved = app_context.service.get(job.id)
    assert (moved.state, moved.model) == ("queued", "mova-360p")
