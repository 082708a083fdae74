"""Which waiting job goes to which server next."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import count, takewhile
from typing import TYPE_CHECKING

from core.errors import MovaError, PreviewError
from jobs.model.own_jobs import OwnJobs
from jobs.model.records import StoredError
from jobs.model.request import QueueKey, is_preview_server
from jobs.plan.progress import stall_on
from jobs.servers.pool import ServerPool
from jobs.store.store import Store

if TYPE_CHECKING:
    from config import Server
    from jobs.execution.lease import WorkerLease

_LOG = logging.getLogger("mova.worker")


@dataclass
class Dispatch:
    """Fills the servers evenly: the one with the fewest jobs takes the next.

    A server may serve a model's queue and queues of its own; they take turns, so that none waits for the other's end.
    With ``own``, takes only this process's jobs, and skips jobs ahead of them only if no living process can take those.
    """

    store: Store
    pool: ServerPool
    own: OwnJobs | None = None
    names: WorkerLease | None = None
    _turns: dict[tuple[str, QueueKey], int] = field(default_factory=dict)
    _turn: Iterator[int] = field(default_factory=lambda: count(1))
    _said: set[str] = field(default_factory=set)
    _held_up: set[QueueKey] = field(default_factory=set)

    def claimed(self) -> Iterator[str]:
        """Claim jobs for all free slots of ready servers; returns the ids of the jobs, each of which must be sent."""
        taken = Counter(slot.server for slot in self.store.queue.occupied())
        queues = self._queues(taken)
        while free := [one for one in queues if queues[one] and taken[one.name] < one.jobs_sent_ahead]:
            server = min(free, key=lambda one: taken[one.name])
            key = min(queues[server], key=lambda one: self._turns.get((server.name, one), 0))
            job_id = self._claim(server, key)
            if job_id is None:
                queues[server].remove(key)
                continue
            taken[server.name] += 1
            self._turns[server.name, key] = next(self._turn)
            yield job_id

    def _claim(self, server: Server, key: QueueKey) -> str | None:
        preview, only = is_preview_server(server.name) and key.wanted_server is None, None
        if self.own is not None:
            order = self.store.queue.order(key, preview=preview)
            before = list(takewhile(lambda job_id: job_id not in (self.own or ()), order))
            if len(before) == len(order) or self._are_taken(before):
                return None
            only = order[len(before)]
        return self.store.queue.claim(
            server.name, key, server.jobs_sent_ahead, server.base_url, preview=preview, only=only
        )

    def _are_taken(self, jobs: list[str]) -> bool:
        """Whether a living process can take one of these; jobs that a killed run left behind hold up nobody."""
        if not jobs or self.names is None:
            return False
        if self.names.somebody_serves_all():
            return True
        runs = {job.bookkeeping.run for one in jobs if (job := self.store.jobs.get(one))}
        return not all(self.names.is_free(run) for run in runs if run)

    def _told(self, key: QueueKey) -> Collection[str] | None:
        """The jobs of a queue that only this process works on; None for all of them."""
        preview = self.pool.preview_serves(key)
        if self.own is None and not preview:
            return None
        return {one for one in self.store.queue.order(key, preview=preview) if self.own is None or one in self.own}

    def _queues(self, taken: Counter[str]) -> dict[Server, list[QueueKey]]:
        """The queues with waiting jobs, by ready server that may take them; full and stuck ones are left out."""
        found: dict[Server, list[QueueKey]] = {}
        for key in self.store.queue.waiting():
            told = self._told(key)
            if (told is not None and not told) or self.store.queue.is_paused(key):
                continue
            for server in self._servers(key):
                if taken[server.name] < server.jobs_sent_ahead and self._seems_well(server, taken[server.name]):
                    found.setdefault(server, []).append(key)
        return found

    def _seems_well(self, server: Server, taken: int) -> bool:
        """Whether a server can be sent to; one on which a job stands still gets nothing new."""
        stalled = taken > 0 and not is_preview_server(server.name) and stall_on(self.store, server.name)
        return not stalled and self.pool.monitor.seems_well(server)

    def _servers(self, key: QueueKey) -> list[Server]:
        """The servers of a queue; none if its server does not exist any more, which must not hold up the other queues.

        Its jobs then record why they wait; those for a preview engine that repeatedly fails to start fail.
        """
        try:
            servers = self.pool.servers_of(key)
        except MovaError as problem:
            self._held_up.add(key)
            fail = isinstance(problem, PreviewError) and self.pool.gives_up(key.model)
            self.store.queue.say(key, StoredError.of(problem), fail=fail, only=self._told(key))
            if str(problem) not in self._said:
                self._said.add(str(problem))
                _LOG.warning("%s %s", problem, problem.next_step())
            return []
        if key in self._held_up:
            self._held_up.remove(key)
            self.store.queue.say(key, None, only=self._told(key))
        return servers
