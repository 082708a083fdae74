"""All checks, in the order in which they are told. Each runs in a thread of its own: none waits for a slow service."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING

from doctor import machine, media_tools
from doctor.finding import Finding, broken, of_error
from errors import MovaError
from notes import N_

if TYPE_CHECKING:
    from config import Settings

Found = Finding | list[Finding]


@dataclass(frozen=True)
class Check:
    """``run`` needs no settings where these could not be read."""

    name: str
    run: Callable[[], Found]


def checks(settings: Settings | None) -> list[Check]:
    """What there is to check; without settings what can be checked all the same."""
    always = [
        Check("python", machine.python),
        Check("packages", machine.packages),
        Check("codecs", media_tools.codecs),
        Check("fonts", media_tools.fonts),
    ]
    return [*always, *(_with(settings) if settings else ())]


def _with(settings: Settings) -> Iterator[Check]:
    from doctor import database, servers, services
    from providers.trial import SERVICES

    yield Check("folder", partial(machine.folders, settings))
    yield Check("disk", partial(machine.disk, settings))
    yield Check("database", partial(database.database, settings))
    yield Check("server", partial(servers.servers, settings))
    yield Check("service", partial(services.services, settings))
    for name in SERVICES:
        yield Check(f"service.{name}", partial(services.service, settings, name))


def outcome(check: Check) -> list[Finding]:
    """What a check finds. One that cannot run is a finding itself: the doctor never falls ill."""
    try:
        found = check.run()
    except Exception as problem:  # such as a package that is damaged
        return [could_not(check.name, problem)]
    return [found] if isinstance(found, Finding) else found


def could_not(key: str, problem: Exception) -> Finding:
    """Why a check cannot run. The message of a stranger's error may hold a key: its kind does not."""
    if isinstance(problem, MovaError):
        return of_error(key, problem)
    if isinstance(problem, ImportError):
        words, package = N_("A package is missing or damaged: {package}."), str(problem.name or problem.msg)
        return broken(key, words, machine.REINSTALL, package=package)
    kind = type(problem).__name__
    return broken(key, N_("This could not be checked: {kind}."), N_("Please report it."), kind=kind)


def examine(settings: Settings | None, told: Callable[[], None] = lambda: None) -> list[Finding]:
    """Run all checks at the same time and return what they found, in their order; ``told`` is called after each."""
    listed = checks(settings)
    with ThreadPoolExecutor(len(listed), thread_name_prefix="doctor") as pool:
        running: Sequence[Future[list[Finding]]] = [pool.submit(outcome, check) for check in listed]
        for _done in as_completed(running):
            told()
    return [finding for one in running for finding in one.result()]


def configured() -> tuple[Settings | None, list[Finding]]:
    """The settings as they are now, or why they cannot be read."""
    try:
        import config

        return config.fresh(), []
    except SyntaxError as problem:  # of config.py, which people edit, or of a damaged package
        words, advice = N_("{file} is not Python in line {line}."), N_("Correct it there, or fetch the file again.")
        file, line = Path(problem.filename or "config.py").name, problem.lineno or 0
        return None, [broken("configuration", words, advice, file=file, line=line)]
    except Exception as problem:  # pydantic may be missing
        return None, [could_not("configuration", problem)]


@dataclass(frozen=True)
class Report:
    """What the last examination found and when (UTC); while one runs, how many checks are ``done`` of how many."""

    findings: tuple[Finding, ...] = ()
    at: datetime | None = None
    running: bool = False
    done: int = 0
    of: int = 0


@dataclass
class Examination:
    """Beside the pages: begun by one of them, at most one at a time, read by all. Thread-safe."""

    report: Report = Report()
    _lock: Lock = field(default_factory=Lock)

    def begin(self, settings: Settings) -> bool:
        """Start one unless one runs; says whether it did."""
        with self._lock:
            if self.report.running:
                return False
            self.report = dataclasses.replace(self.report, running=True, done=0, of=len(checks(settings)))
        Thread(target=self._run, args=(settings,), daemon=True, name="doctor").start()
        return True

    def _run(self, settings: Settings) -> None:
        try:
            findings = tuple(examine(settings, self._one_more))
            self.report = Report(findings, datetime.now(UTC))
        finally:
            if self.report.running:
                self.report = dataclasses.replace(self.report, running=False)

    def _one_more(self) -> None:
        self.report = dataclasses.replace(self.report, done=self.report.done + 1)
