"""Starts servers and stays beside them: loading, warm-up, ready, dead; passes signals on; ends as they end."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import FrameType

from launcher.child import Child
from launcher.command import Option, config_line, environment, words
from launcher.health import DEAD, LOADING, READY, WARMING, health
from launcher.plan import Plan
from launcher.speech import say
from notes import N_, note

_PAUSE = 0.5
_REMIND_SECONDS = 30.0
# SGLang waits for open connections without an end: then it is ended the hard way.
_PATIENCE = 15.0


@dataclass
class Server:
    """A started server and how it was last seen."""

    plan: Plan
    child: Child
    started: float
    state: str = LOADING
    said: float = 0.0

    @property
    def age(self) -> int:
        return round(time.monotonic() - self.started)


class Supervisor:
    """Runs until every server has ended."""

    def __init__(self, sglang: str, wanted: Sequence[tuple[Plan, list[Option]]]) -> None:
        several = len(wanted) > 1
        self._stopping: float | None = None
        self._servers = [
            Server(
                plan,
                Child(
                    [sglang, *words(chosen, plan.passed_on)], environment(plan), f"[{plan.name}] " if several else ""
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
                say(note(N_("{server}: loading the weights; this takes minutes"), server=server.plan.name))
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
            if time.monotonic() > self._stopping + _PATIENCE:
                server.child.signal(signal.SIGKILL)
        else:
            self._see(server, health(server.plan.host, server.plan.ports.http))

    def _see(self, server: Server, state: str) -> None:
        """Say what has changed; remind of what takes long."""
        if state == DEAD:
            say(note(N_("{server}: its worker has died; the server is stopped"), server=server.plan.name))
            server.child.clear_up(_PATIENCE)
            self._bury(server, server.child.status or 1)
        elif state in (WARMING, READY) and state != server.state:
            server.state, server.said = state, time.monotonic()
            _announce(server)
        elif server.state in (LOADING, WARMING) and time.monotonic() > server.said + _REMIND_SECONDS:
            server.said = time.monotonic()
            still = {
                LOADING: N_("{server}: loading, {seconds} s so far"),
                WARMING: N_("{server}: warming up, {seconds} s so far"),
            }
            say(note(still[server.state], server=server.plan.name, seconds=server.age))

    def _bury(self, server: Server, status: int) -> None:
        server.child.clear_up(_PATIENCE)
        self._servers.remove(server)
        self._ended.append(status)
        if self._stopping is not None:
            say(note(N_("{server}: stopped"), server=server.plan.name))
            return
        ends = {
            LOADING: N_("{server}: SGLang ended with status {status} while it loaded the weights. Its last lines:"),
            WARMING: N_("{server}: SGLang ended with status {status} while it warmed up. Its last lines:"),
        }
        served = N_("{server}: SGLang ended with status {status} after {seconds} s. Its last lines:")
        say(note(ends.get(server.state, served), server=server.plan.name, status=status, seconds=server.age))
        say(server.child.last_lines)
        if "out of memory" in server.child.last_lines.lower():
            say(note(N_("The GPU ran out of memory: try --residency layerwise-offload.")))


def _announce(server: Server) -> None:
    if server.state == WARMING:
        say(note(N_("{server}: loaded after {seconds} s; warming up"), server=server.plan.name, seconds=server.age))
        return
    template = N_("{server}: ready after {seconds} s at {address}. In config.py, among sglang_servers:")
    say(note(template, server=server.plan.name, seconds=server.age, address=server.plan.address))
    say(f"    {config_line(server.plan)}")
