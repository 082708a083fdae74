"""What webhooks cost: a change of state with a message written beside it, and 10,000 messages on their way."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import Figure
from jobs.execution.webhooks import WebhookSender
from jobs.model.webhooks import EVENTS
from jobs.store.store import Store, open_store
from jobs.store.webhook_outbox import tell_of_job
from jobs.store.writes import now
from tests.jobs.samples import new_job

_JOBS, _EACH = 1_000, 10
_CHANGED = 100
_RECEIVER = """
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()
    def log_message(self, *_):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


def webhooks(rounds: int) -> Iterable[Figure]:
    """On SQLite, to a receiver on this machine in a process of its own, which answers at once."""
    plain, told, speed, cpu = list[float](), list[float](), list[float](), list[float]()
    for _ in range(rounds):
        with _receiver() as address, _store() as store:
            plain.append(_changes(store, "bob"))
            store.webhooks.add("ann", address, EVENTS, most=1)
            told.append(_changes(store, "ann"))
            (webhook,) = store.webhooks.of("ann")
            store.webhooks.remove("ann", webhook.id)
            store.webhooks.add("ann", address, EVENTS, most=1)
            _written(store)
            seconds, spent = _sent(store)
            speed.append(_JOBS * _EACH / seconds)
            cpu.append(1e3 * spent / (_JOBS * _EACH))
    yield Figure("webhooks", "a change of state, nobody is told", "ms", tuple(plain))
    yield Figure("webhooks", "a change of state with its message", "ms", tuple(told))
    yield Figure("webhooks", f"{_JOBS * _EACH} messages to one receiver, of {_JOBS} jobs: a second", "", tuple(speed))
    yield Figure("webhooks", "CPU of the sender, a message", "ms", tuple(cpu))


def _changes(store: Store, owner: str) -> float:
    """Milliseconds a change; half of them are told of."""
    jobs = [store.jobs.create(new_job(owner=owner, state="preparing")).id for _ in range(_CHANGED)]
    began = time.perf_counter()
    for _ in range(_EACH):
        for job in jobs:
            store.jobs.move_to(job, "waiting")
            store.jobs.move_to(job, "preparing")
    return 1e3 * (time.perf_counter() - began) / (2 * _CHANGED * _EACH)


def _written(store: Store) -> None:
    """As many messages as are sent, of jobs that are there."""
    jobs = [store.jobs.create(new_job(owner="ann", state="preparing")).id for _ in range(_JOBS)]
    with store.database.write() as session:
        for _ in range(_EACH):
            for job in jobs:
                tell_of_job(session, job, "waiting", now())


def _sent(store: Store) -> tuple[float, float]:
    """Seconds until all have arrived, and seconds of CPU."""
    read = b"of this installation".decode
    sender = WebhookSender(store.webhooks, read, ("127.0.0.1",), lambda: True, threading.Event())
    began, before = time.perf_counter(), sum(os.times()[:2])
    tries = sender.turn()
    assert tries == _JOBS * _EACH, f"{tries} tries"  # noqa: S101
    return time.perf_counter() - began, sum(os.times()[:2]) - before


@contextmanager
def _store() -> Iterator[Store]:
    with tempfile.TemporaryDirectory(prefix="webhooks-") as made:
        store = open_store(f"sqlite:///{Path(made) / 'jobs.db'}")
        yield store
        store.close()


@contextmanager
def _receiver() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-c", _RECEIVER], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout  # noqa: S101
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/"
    finally:
        process.kill()
        process.wait()
