"""A dozen people at their pages at once, each with a session of the real app: no job lost, none mixed, a fair order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import pytest

from jobs.service.service import JobService
from tests.browser.running_app import RunningApp
from tests.jobs.load.page_session import PageSession
from tests.jobs.load.video_server import VideoServer
from tests.jobs.load.workers import environment, service_at, settings_of
from tests.waiting import until

PEOPLE, EACH = 12, 2
HEADER = "X-Forwarded-User"
Seen = dict[int, tuple[bytes, list[float]]]


def name_of(number: int) -> str:
    return f"person-{number:02}@example.org"


def text_of(number: int, turn: int) -> str:
    return f"Secret{number:02}x{turn} is a harbour at dusk."


@pytest.fixture
def server() -> Iterator[VideoServer]:
    with VideoServer(seconds=0.05) as running:
        yield running


@pytest.fixture
def app(tmp_path: Path, server: VideoServer) -> Iterator[RunningApp]:
    variables = environment(tmp_path / "outputs", [server]) | {"TRUSTED_USER_HEADER": HEADER}
    with RunningApp(tmp_path, **variables) as running:
        yield running


def orders(app: RunningApp, number: int, together: threading.Barrier, seen: Seen) -> None:
    """One person: opens the page, writes and sends, twice."""
    with PageSession(app.port, {HEADER: name_of(number)}) as session:
        took = []
        for turn in range(EACH):
            session.open()
            if turn == 0:
                session.choose("Mode", "Without a picture")
            session.write("Prompt", text_of(number, turn))
            together.wait()
            took.append(session.press("Send to GPU"))
        seen[number] = (b"".join(session.received), took)


def in_parallel(app: RunningApp) -> Seen:
    """What everybody's browser has received, and the seconds from each click to the job's page."""
    seen: Seen = {}
    together = threading.Barrier(PEOPLE, timeout=300)
    threads = [threading.Thread(target=orders, args=(app, number, together, seen)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == PEOPLE, app.words[-3000:]
    took = sorted(seconds for _received, each in seen.values() for seconds in each)
    print(f"{PEOPLE} people, {PEOPLE * EACH} jobs, seconds from the click to the job's page:")
    print(f"{median(took):.1f} at the median, {quantiles(took, n=20)[-1]:.1f} for 19 of 20, {took[-1]:.1f} at most")
    return seen


def check_jobs(service: JobService) -> None:
    """As many as were asked for, each with its own person's words."""
    found = {(job.owner, job.request.text) for job in service.library.page(size=PEOPLE * EACH + 10).jobs}
    assert found == {(name_of(number), text_of(number, turn)) for number in range(PEOPLE) for turn in range(EACH)}
    assert service.library.count() == PEOPLE * EACH


def test_a_dozen_people_at_once(app: RunningApp, server: VideoServer, tmp_path: Path) -> None:
    with service_at(settings_of(environment(tmp_path / "outputs", [server]))) as (service, _store):
        service.queue.pause()
        seen = in_parallel(app)
        check_jobs(service)
        owners = {job.id: job.owner for job in service.library.page(size=PEOPLE * EACH).jobs}
        service.queue.resume()
        until(lambda: all(job.final for job in service.library.page(size=PEOPLE * EACH).jobs), 240)
        assert {job.state for job in service.library.page(size=PEOPLE * EACH).jobs} == {"completed"}
    sent = [owners[job.tag.split("#")[1].rsplit(".", 1)[0]] for job in server.accepted]
    assert len(sent) == PEOPLE * EACH
    for turn in range(EACH):  # nobody's second job goes before everybody's first
        assert len(set(sent[turn * PEOPLE : (turn + 1) * PEOPLE])) == PEOPLE
    for number, (received, _took) in seen.items():
        others = {f"Secret{other:02}x".encode() for other in range(PEOPLE) if other != number}
        assert f"Secret{number:02}x1".encode() in received
        assert not [one for one in others if one in received]
        assert not [other for other in range(PEOPLE) if other != number and name_of(other).encode() in received]
    assert "Traceback" not in app.words
