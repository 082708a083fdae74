"""What the log of a started server tells: how its warm-up went, that its worker is lost, the last words of its own.

SGLang 0.5.23 goes on after a failed warm-up, and says so in its log only: ``/health`` is 200 all the same. With
``--warmup-resolutions`` it ends instead; where the GPU runs out of memory, it first tries smaller shapes.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field

_LAST_LINES = 20
_LONGEST_REASON = 300
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# How a record of its log begins, also behind a progress bar; other lines go on with the record before.
_RECORD = re.compile(r"\[[\d-]+ [\d:]+\] |^[A-Z]+: ")
_REFUSED = re.compile(r"warmup req \((?P<shape>[^)]*)\) processing failed: (?P<reason>.*)")
# A probe for where weights can rest may be too large on purpose: it is called otherwise.
_TOO_LARGE = re.compile(
    r"warmup req \((?P<shape>[^,]*),.* ran out of memory; retrying warmup at .*\((?P<smaller>[^,]*),"
)
_FAILED = re.compile(r"Synthetic server warmup failed; continuing startup|Server warmup failed; aborting startup: (.*)")
_WORKER_LOST = "Scheduler worker exited; restart the server."
# What the side that speaks HTTP says of requests, and while it ends after the worker or after a signal.
_OF_HTTP = re.compile(
    r'" \d{3}(?: [A-Z][\w ]*)?$|Scheduler worker exited|[Ss]hutting down|\b[Ss]hutdown\b|Waiting for |Finished server'
    r"|Terminating worker process|Worker process\(es\) did not|Server warmup failed; aborting|leaked "
)


@dataclass
class ServerLog:
    """Takes the lines of a log one by one, in the thread that reads them."""

    worker_lost: bool = False
    _reason: str = ""
    _failed: bool = False
    _smaller: tuple[str, str] | None = None
    _of_http: bool = False
    _own: deque[str] = field(default_factory=lambda: deque(maxlen=_LAST_LINES))
    _all: deque[str] = field(default_factory=lambda: deque(maxlen=_LAST_LINES))

    def take(self, line: str) -> None:
        """One line, without its end."""
        plain = _COLOURS.sub("", line)
        self.worker_lost = self.worker_lost or plain.endswith(_WORKER_LOST)
        self._read_warm_up(plain)
        if _RECORD.search(plain):
            self._of_http = bool(_OF_HTTP.search(plain))
        self._all.append(line)
        if not self._of_http:
            self._own.append(line)

    def _read_warm_up(self, line: str) -> None:
        if found := _REFUSED.search(line):
            self._reason = found["reason"][:_LONGEST_REASON]
        elif found := _TOO_LARGE.search(line):
            self._smaller = (self._smaller or (found["shape"], ""))[0], found["smaller"]
        elif found := _FAILED.search(line):
            self._failed, self._reason = True, self._reason or (found[1] or "")[:_LONGEST_REASON]

    @property
    def warm_up_failure(self) -> str | None:
        """Why the warm-up failed, in SGLang's words; None where it did not."""
        return self._reason if self._failed else None

    @property
    def too_large(self) -> tuple[str, str] | None:
        """A shape of the warm-up that the GPU had no memory for, and the one that it rendered in its place."""
        return self._smaller

    @property
    def last_lines(self) -> str:
        """The last lines of the worker and of the loading, without those of the HTTP side; else the last of all."""
        return "\n".join(self._own or self._all)
