"""One look at a server in each of its states, and that nobody who asks for one waits."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from config import Server, Settings
from core.errors import (
    ServerAnswerUnclear,
    ServerDead,
    ServerMismatch,
    ServerUnreachable,
    ServerWarmingUp,
    WarmUpFailed,
)
from jobs.servers import monitor as server_watch
from jobs.servers.health import HealthCheck, check_server, health_of
from jobs.servers.monitor import ServerMonitor
from jobs.servers.registry import ServerRegistry

INFO = {"served_model_name": "MOVA-360p", "version": "0.5.23"}
COUNT = 'sglang:diffusion_requests_total{is_warmup="%s",replica="tcp://127.0.0.1:5",role="monolithic",status="%s"} %d.0'
Answers = dict[str, tuple[int, bytes]]


@pytest.fixture(scope="module")
def answers() -> Answers:
    return {}


@pytest.fixture(scope="module")
def address(answers: Answers) -> Iterator[str]:
    """A server that answers each path as ``answers`` has it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers[self.path]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_given: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def seen(
    address: str,
    answers: Answers,
    health: tuple[int, bytes] = (200, b""),
    info: dict[str, object] | None = None,
    before: HealthCheck | None = None,
) -> HealthCheck:
    answers |= {"/health": health, "/server_info": (200, json.dumps(info or INFO).encode())}
    answers.setdefault("/metrics", (404, b""))
    return check_server(Server(name="lab", base_url=address, model="mova-360p"), before)


def test_a_ready_server(address: str, answers: Answers) -> None:
    look = seen(address, answers, (200, b""))
    assert (look.error, look.version, look.preview) == (None, "0.5.23", False)


def test_a_preview_engine_is_told_from_mova(address: str, answers: Answers) -> None:
    assert seen(address, answers, (200, b""), {**INFO, "preview": True}).preview


def test_a_warming_server_tells_its_version_already(address: str, answers: Answers) -> None:
    look = seen(address, answers, (503, b""))
    assert isinstance(look.error, ServerWarmingUp)
    assert look.version == "0.5.23"


def test_a_dead_worker(address: str, answers: Answers) -> None:
    assert isinstance(seen(address, answers, (503, b'{"error": "worker exited"}')).error, ServerDead)


def test_another_model(address: str, answers: Answers) -> None:
    look = seen(address, answers, (200, b""), {**INFO, "served_model_name": "MOVA-720p"})
    assert isinstance(look.error, ServerMismatch)
    assert look.version == "0.5.23"


def metrics(*counts: tuple[str, str, int]) -> tuple[int, bytes]:
    return 200, "\n".join(COUNT % count for count in counts).encode()


def test_a_server_that_could_not_render_in_its_warm_up(address: str, answers: Answers) -> None:
    answers["/metrics"] = metrics(("true", "error", 1))
    look = seen(address, answers)
    assert isinstance(look.error, WarmUpFailed)
    assert health_of(look) == "unfit"
    answers["/metrics"] = metrics(("true", "error", 1), ("false", "success", 1))
    assert seen(address, answers, before=look).error is None


@pytest.mark.parametrize("said", [(404, b""), (500, b""), (200, b"<html>"), metrics(("true", "success", 2))])
def test_a_server_of_whose_warm_up_nothing_bad_is_known(
    address: str, answers: Answers, said: tuple[int, bytes]
) -> None:
    answers["/metrics"] = said
    assert seen(address, answers).error is None


def test_the_warm_up_is_asked_for_again_only_where_it_may_be_another(address: str, answers: Answers) -> None:
    answers["/metrics"] = metrics(("true", "error", 1))
    now = time.monotonic()
    assert seen(address, answers, before=HealthCheck(error=None, at=now)).error is None
    assert seen(address, answers, before=HealthCheck(error=None, at=now - 600)).error
    assert seen(address, answers, before=HealthCheck(error=ServerWarmingUp(server="lab"), at=now)).error


def test_something_else_at_the_address(address: str, answers: Answers) -> None:
    assert isinstance(seen(address, answers, (404, b"<html>")).error, ServerAnswerUnclear)


def test_nothing_at_the_address() -> None:
    look = check_server(Server(name="lab", base_url="http://127.0.0.1:9", model="mova-360p"))
    assert isinstance(look.error, ServerUnreachable)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Callable[[], None], list[str]]]:
    """Looks that end only when they are let go, and whose they were."""
    gate, looked = threading.Event(), list[str]()

    def look(server: Server, _before: HealthCheck | None) -> HealthCheck:
        looked.append(server.name)
        gate.wait(20)
        return HealthCheck(error=None, at=time.monotonic())

    monkeypatch.setattr(server_watch, "check_server", look)
    yield gate.set, looked
    gate.set()


def _join() -> None:
    for thread in threading.enumerate():
        if thread.name == "server-look":
            thread.join(20)


def watching() -> tuple[ServerMonitor, tuple[Server, ...]]:
    watch = ServerMonitor(ServerRegistry(Settings()))
    return watch, watch.registry.servers


def test_asking_waits_for_nobody_and_looks_once(slow: tuple[Callable[[], None], list[str]]) -> None:
    let_go, looked = slow
    watch, (first, *_) = watching()
    watch.ask()
    watch.ask()
    assert watch.is_looking(first)
    assert watch.last(first) is None
    let_go()
    _join()
    assert sorted(looked) == ["mova-360p", "mova-720p"]
    assert not watch.is_looking()
    assert watch.last(first)


def test_a_fresh_look_is_good_enough_unless_one_is_asked_for(slow: tuple[Callable[[], None], list[str]]) -> None:
    let_go, looked = slow
    let_go()
    watch, _servers = watching()
    watch.ask()
    _join()
    watch.ask(older_than=60)
    _join()
    watch.ask(name="mova-720p")
    _join()
    assert sorted(looked) == ["mova-360p", "mova-720p", "mova-720p"]


def test_a_fault_in_checks_ends_none_of_the_few_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(server: Server, _before: HealthCheck | None) -> HealthCheck:
        raise RuntimeError(server.name)

    monkeypatch.setattr(server_watch, "check_server", broken)
    watch, _ = watching()
    for _ in range(12):  # more often than there are threads
        watch.ask()
        _join()
    monkeypatch.setattr(server_watch, "check_server", lambda *_: HealthCheck(error=None, at=time.monotonic()))
    watch.ask()
    _join()
    assert watch.server_status() is not None
