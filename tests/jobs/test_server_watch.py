"""One look at a server in each of its states, and that nobody who asks for one waits."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from config import Server, Settings
from errors import ServerAnswerUnclear, ServerDead, ServerMismatch, ServerUnreachable, ServerWarmingUp
from jobs import server_watch
from jobs.roster import Roster
from jobs.server_look import ServerLook, look_at
from jobs.server_watch import ServerWatch

INFO = {"served_model_name": "MOVA-360p", "version": "0.5.23"}
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
    address: str, answers: Answers, health: tuple[int, bytes], info: dict[str, object] | None = None
) -> ServerLook:
    answers |= {"/health": health, "/server_info": (200, json.dumps(info or INFO).encode())}
    return look_at(Server(name="lab", base_url=address, model="mova-360p"))


def test_a_ready_server(address: str, answers: Answers) -> None:
    look = seen(address, answers, (200, b""))
    assert (look.trouble, look.version, look.preview) == (None, "0.5.23", False)


def test_a_preview_engine_is_told_from_mova(address: str, answers: Answers) -> None:
    assert seen(address, answers, (200, b""), {**INFO, "preview": True}).preview


def test_a_warming_server_tells_its_version_already(address: str, answers: Answers) -> None:
    look = seen(address, answers, (503, b""))
    assert isinstance(look.trouble, ServerWarmingUp)
    assert look.version == "0.5.23"


def test_a_dead_worker(address: str, answers: Answers) -> None:
    assert isinstance(seen(address, answers, (503, b'{"error": "worker exited"}')).trouble, ServerDead)


def test_another_model(address: str, answers: Answers) -> None:
    look = seen(address, answers, (200, b""), {**INFO, "served_model_name": "MOVA-720p"})
    assert isinstance(look.trouble, ServerMismatch)
    assert look.version == "0.5.23"


def test_something_else_at_the_address(address: str, answers: Answers) -> None:
    assert isinstance(seen(address, answers, (404, b"<html>")).trouble, ServerAnswerUnclear)


def test_nothing_at_the_address() -> None:
    look = look_at(Server(name="lab", base_url="http://127.0.0.1:9", model="mova-360p"))
    assert isinstance(look.trouble, ServerUnreachable)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Callable[[], None], list[str]]]:
    """Looks that end only when they are let go, and whose they were."""
    gate, looked = threading.Event(), list[str]()

    def look(server: Server) -> ServerLook:
        looked.append(server.name)
        gate.wait(20)
        return ServerLook(trouble=None, at=time.monotonic())

    monkeypatch.setattr(server_watch, "look_at", look)
    yield gate.set, looked
    gate.set()


def _join() -> None:
    for thread in threading.enumerate():
        if thread.name == "server-look":
            thread.join(20)


def watching() -> tuple[ServerWatch, tuple[Server, ...]]:
    watch = ServerWatch(Roster(Settings()))
    return watch, watch.roster.servers


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
