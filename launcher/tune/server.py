"""Servers that are started to be measured, one after the other."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import PortTaken
from launcher import installed
from launcher.child import Child
from launcher.command import environment, options, words
from launcher.gpus import Gpu
from launcher.options import LaunchRequest
from launcher.passed_on import names
from launcher.plan import Plan, for_installed, plans
from launcher.supervise import DEAD, PATIENCE, READY, health
from launcher.tune.clip import ClipRequest

_START_SECONDS, _PORT_SECONDS = 3600.0, 60.0
_PAUSE = 0.2
_ERROR = re.compile(r"(?<![\w.])[\w.]*(?:Error|Exception): \S")  # how Python says what was raised


class NotReady(Exception):
    """The reason in the server's words."""


@dataclass(frozen=True)
class Machine:
    """What is measured on. ``sglang`` is the command, ``flags`` its options, ``python`` one with numpy and PyAV."""

    sglang: str
    flags: frozenset[str] | None
    gpus: Sequence[Gpu]
    host_gb: float | None
    python: str

    def plan(self, request: LaunchRequest) -> Plan:
        """Raises LaunchError."""
        return for_installed(plans([request], self.gpus, self.host_gb, dry_run=False)[0], self.flags)

    @contextmanager
    def served(self, request: LaunchRequest, folder: Path) -> Iterator[tuple[int, Callable[[], bool]]]:
        """A ready server: its port, and whether it is still there. It is ended at the end; its log is in ``folder``.

        Raises:
            NotReady, LaunchError.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        plan = self._plan_at_free_port(request)
        if plan.link:
            plan.link.make()
        for made in (plan.output_path, plan.input_save_path):
            made.mkdir(mode=0o700, parents=True, exist_ok=True)
        chosen, _ = installed.kept(options(plan), self.flags)
        command = [self.sglang, *words(chosen, plan.passed_on)]
        with (folder / "server.log").open("ab") as log:
            child = Child(command, {**environment(plan), **installed.environment_of(self.sglang)}, out=log)
            try:
                child.listen()
                _wait_until_ready(child, plan)
                yield plan.ports.http, lambda: child.status is None
            finally:
                child.clear_up(PATIENCE)

    def _plan_at_free_port(self, request: LaunchRequest) -> Plan:
        """The plan, once the server before it has let go of its port."""
        ends = time.monotonic() + _PORT_SECONDS
        while True:
            try:
                return self.plan(request)
            except PortTaken:
                if time.monotonic() > ends:
                    raise
                time.sleep(_PAUSE)


def warmed_up_as(clip: ClipRequest, request: LaunchRequest, flags: frozenset[str] | None) -> LaunchRequest:
    """The request with a warm-up in the clip's own shape, and reached from this machine alone."""
    ours = (("--warmup-resolutions", clip.size), ("--warmup-num-frames", str(clip.num_frames)))
    theirs = names(request.passed_on)
    more = [word for pair in ours if pair[0] not in theirs and (flags is None or pair[0] in flags) for word in pair]
    return replace(request, host="127.0.0.1", passed_on=(*request.passed_on, *more))


def _wait_until_ready(child: Child, plan: Plan) -> None:
    ends = time.monotonic() + _START_SECONDS
    while (state := health(plan.host, plan.ports.http)) != READY:
        if child.status is not None or state == DEAD:
            raise NotReady(_last_words(child))
        if time.monotonic() > ends:
            raise NotReady(f"not ready after {_START_SECONDS:.0f} s")
        time.sleep(_PAUSE)
    if (reason := child.log.warm_up_failure) is not None:
        raise NotReady(f"the warm-up failed: {reason}")


def _last_words(child: Child) -> str:
    """The line of the log that says why it ended."""
    child.clear_up(PATIENCE)
    lines = [line.strip() for line in child.log.last_lines.splitlines() if line.strip()]
    told = next(filter(_ERROR.match, reversed(lines)), lines[-1] if lines else "")
    return told[:300] or f"it ended with status {child.status}"
