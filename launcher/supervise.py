"""Starts servers and supervises them: loading, warm-up, ready, dead; passes signals on; ends as they end."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from types import FrameType

from core.messages import gettext_noop, message
from launcher.child import Child
from launcher.command import HTTP_SECONDS, Option, config_line, environment, words
from launcher.installed import environment_of
from launcher.plan import Plan
from launcher.speech import say
from launcher.warm_up import has_failed, tell_failure, tell_last_lines

LOADING, WARMING, READY, DEAD, SILENT = "loading", "warming up", "ready", "dead", "silent"
_HEALTH_SECONDS = 2.0
_PAUSE = 0.5
_READY_PAUSE = 10.0  # between two looks at a ready server: a lost worker is seen in its log before
_REMIND_SECONDS = 30.0
# In the middle of a render SGLang 0.5.23 gives HTTP its time (command.py), waits 5 s for an answer of its worker and
# 10 s for its end, ends it in 2 more, then itself, which took 18 s on a busy machine. Then it is ended the hard way.
PATIENCE = HTTP_SECONDS + 55.0


@dataclass
class Server:
    """A started server and how it was last seen."""

    plan: Plan
    child: Child
    started: float
    state: str = LOADING
    said: float = 0.0
    looked: float = 0.0
    answered: bool = False

    @property
    def age(self) -> int:
        return round(time.monotonic() - self.started)

    @property
    def is_due(self) -> bool:
        """Whether it is to be looked at again."""
        pause = _READY_PAUSE if self.state == READY and not self.child.log.worker_lost else _PAUSE
        return time.monotonic() >= self.looked + pause


class Supervisor:
    """Runs until every server has ended."""

    def __init__(self, sglang: str, wanted: Sequence[tuple[Plan, list[Option]]]) -> None:
        several = len(wanted) > 1
        self._stopping: float | None = None
        self._told_to_wait = False
        self._servers = [
            Server(
                plan,
                Child(
                    [sglang, *words(chosen, plan.passed_on)],
                    {**environment(plan), **environment_of(sglang)},
                    f"[{plan.name}] " if several else "",
                ),
                time.monotonic(),
            )
            for plan, chosen in wanted
        ]
        self._ended: list[int] = []

    def run(self) -> int:
        """Returns the exit status: that of the first server that failed, else 0."""
        with self._signals():
            for server in self._servers:
                server.child.listen()
                say(message(gettext_noop("{server}: loading the weights; this takes minutes"), server=server.plan.name))
                server.said = time.monotonic()
            while self._servers:
                for server in list(self._servers):
                    self._look_after(server)
                time.sleep(_PAUSE)
        return next((status for status in self._ended if status), 0)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._on_signal) for number in numbers}
        try:
            yield
        finally:
            for server in self._servers:  # only where we ourselves break
                server.child.clear_up(0)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        first = self._stopping is None
        self._stopping = time.monotonic() if first else self._stopping
        for server in self._servers:
            server.child.signal(number if first else signal.SIGKILL)

    def _look_after(self, server: Server) -> None:
        status = server.child.status
        if status is not None:
            self._bury(server, status)
        elif self._stopping is not None:
            self._tell_to_wait()
            if time.monotonic() > self._stopping + PATIENCE:
                server.child.signal(signal.SIGKILL)
        elif server.is_due:
            self._see(server, health(server.plan.host, server.plan.ports.http))
            server.looked = time.monotonic()

    def _tell_to_wait(self) -> None:
        if not self._told_to_wait:
            self._told_to_wait = True
            template = gettext_noop(
                "Stopping; in the middle of a render that takes up to {seconds} s. Once more: at once."
            )
            say(message(template, seconds=round(PATIENCE)))

    def _see(self, server: Server, state: str) -> None:
        """Say what has changed; remind of what takes long."""
        if state == DEAD:
            say(message(gettext_noop("{server}: its worker has died; the server is stopped"), server=server.plan.name))
            server.child.clear_up(PATIENCE)
            self._bury(server, server.child.status or 1)
        elif state == READY and not server.answered:
            server.answered = True  # what its log says of the warm-up may come a moment later
        elif state == READY != server.state and has_failed(server.child.log):
            server.state = WARMING
            server.child.clear_up(PATIENCE)
            self._bury(server, 1)
        elif state in (WARMING, READY) and state != server.state:
            server.state, server.said = state, time.monotonic()
            _announce(server)
        elif server.state in (LOADING, WARMING) and time.monotonic() > server.said + _REMIND_SECONDS:
            server.said = time.monotonic()
            still = {
                LOADING: gettext_noop("{server}: loading, {seconds} s so far"),
                WARMING: gettext_noop("{server}: warming up, {seconds} s so far"),
            }
            say(message(still[server.state], server=server.plan.name, seconds=server.age))

    def _bury(self, server: Server, status: int) -> None:
        server.child.clear_up(PATIENCE)
        self._servers.remove(server)
        self._ended.append(status)
        if self._stopping is not None:
            say(message(gettext_noop("{server}: stopped"), server=server.plan.name))
            return
        if server.state != READY and has_failed(server.child.log):
            tell_failure(server.plan.name, server.child.log)
            self._ended[-1] = 1
            return
        ends = {
            LOADING: gettext_noop(
                "{server}: SGLang ended with status {status} while it loaded the weights. Its last lines:"
            ),
            WARMING: gettext_noop("{server}: SGLang ended with status {status} while it warmed up. Its last lines:"),
        }
        served = gettext_noop("{server}: SGLang ended with status {status} after {seconds} s. Its last lines:")
        say(message(ends.get(server.state, served), server=server.plan.name, status=status, seconds=server.age))
        tell_last_lines(server.child.log)


def _announce(server: Server) -> None:
    if server.state == WARMING:
        say(
            message(
                gettext_noop("{server}: loaded after {seconds} s; warming up"),
                server=server.plan.name,
                seconds=server.age,
            )
        )
        return
    template = gettext_noop("{server}: ready after {seconds} s at {address}. In config.py, among sglang_servers:")
    say(message(template, server=server.plan.name, seconds=server.age, address=server.plan.address))
    say(f"    {config_line(server.plan)}")


def health(host: str, port: int) -> str:
    """How a starting server is, in one of the five words above, by its port and ``/health`` (SGLang 0.5.23).

    The port opens once the weights are loaded; then ``/health`` is 503 without a body while it warms up, 200 once it is
    ready, and 503 with a reason where its worker has died. Other routes hang during the warm-up: nothing else is asked.
    """
    connection = HTTPConnection(_reached_by(host), port, timeout=_HEALTH_SECONDS)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        if answer.status == 200:
            return READY
        return DEAD if answer.read(1000).strip() else WARMING
    except ConnectionRefusedError:
        return LOADING
    except (OSError, HTTPException):
        return SILENT
    finally:
        connection.close()


def _reached_by(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
