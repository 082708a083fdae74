"""Which waiting job goes to which server next."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from errors import MovaError
from jobs.fleet import Fleet
from jobs.store import Store

if TYPE_CHECKING:
    from config import Server

_LOG = logging.getLogger("mova.worker")


@dataclass
class Dispatch:
    """Fills the servers evenly: the one with the fewest jobs takes the next.

    A server may serve a model's line and lines of its own; they take turns, so that none waits for the other's end.
    """

    store: Store
    fleet: Fleet
    _turns: dict[tuple[str, str], int] = field(default_factory=dict)
    _turn: Iterator[int] = field(default_factory=lambda: count(1))
    _said: set[str] = field(default_factory=set)

    def claimed(self) -> Iterator[str]:
        """Claim jobs for all free slots of servers that are well; the ids of the jobs, each to be sent."""
        taken = Counter(slot.server for slot in self.store.line.occupied())
        lines = self._lines(taken)
        while free := [one for one in lines if lines[one] and taken[one.name] < one.jobs_sent_ahead]:
            server = min(free, key=lambda one: taken[one.name])
            line = min(lines[server], key=lambda one: self._turns.get((server.name, one), 0))
            job_id = self.store.line.claim(server.name, line, server.jobs_sent_ahead, server.base_url)
            if job_id is None:
                lines[server].remove(line)
                continue
            taken[server.name] += 1
            self._turns[server.name, line] = next(self._turn)
            yield job_id

    def _lines(self, taken: Counter[str]) -> dict[Server, list[str]]:
        """The lines in which jobs wait, by the servers that are well and may take them; full ones are not looked at."""
        found: dict[Server, list[str]] = {}
        for line in self.store.line.waiting_models():
            for server in self._servers(line):
                if taken[server.name] < server.jobs_sent_ahead and self.fleet.watch.seems_well(server):
                    found.setdefault(server, []).append(line)
        return found

    def _servers(self, line: str) -> list[Server]:
        """The servers of a line; none where it belongs to one that is not there, which holds up no other line."""
        try:
            return self.fleet.for_line(line)
        except MovaError as problem:
            if str(problem) not in self._said:
                self._said.add(str(problem))
                _LOG.warning("%s %s", problem, problem.next_step())
            return []
