"""All checks, in the order in which they are told. Each runs in a thread of its own: none waits for a slow service."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import MovaError
from core.messages import gettext_noop
from doctor import gpus, machine, media_tools
from doctor.finding import Finding, broken, of_error

if TYPE_CHECKING:
    from config import Settings
    from core.background import OnStep

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
        Check("gpu", gpus.gpus),
    ]
    return [*always, *(_with(settings) if settings else ())]


def _with(settings: Settings) -> Iterator[Check]:
    from doctor import database, servers, services
    from providers.trial import SERVICES

    yield Check("folder", partial(machine.folders, settings))
    if settings.storage_url is not None:
        yield Check("storage", partial(machine.bucket, settings))
    yield Check("disk", partial(machine.disk, settings))
    yield Check("database", partial(database.database, settings))
    yield Check("database.place", partial(database.place, settings))
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
        words, package = gettext_noop("A package is missing or damaged: {package}."), str(problem.name or problem.msg)
        return broken(key, words, machine.REINSTALL, package=package)
    kind = type(problem).__name__
    return broken(key, gettext_noop("This could not be checked: {kind}."), gettext_noop("Please report it."), kind=kind)


def examine(settings: Settings | None, on_step: OnStep = lambda done, of: None) -> list[Finding]:
    """Run all checks at the same time and return what they found, in their order; ``on_step`` is called after each."""
    listed = checks(settings)
    with ThreadPoolExecutor(len(listed), thread_name_prefix="doctor") as pool:
        running: Sequence[Future[list[Finding]]] = [pool.submit(outcome, check) for check in listed]
        for number, _done in enumerate(as_completed(running), 1):
            on_step(number, len(listed))
    return [finding for one in running for finding in one.result()]


def configured() -> tuple[Settings | None, list[Finding]]:
    """The settings as they are now, or why they cannot be read."""
    try:
        import config

        return config.fresh(), []
    except SyntaxError as problem:  # of config.py, which people edit, or of a damaged package
        words, advice = (
            gettext_noop("{file} is not Python in line {line}."),
            gettext_noop("Correct it there, or fetch the file again."),
        )
        file, line = Path(problem.filename or "config.py").name, problem.lineno or 0
        return None, [broken("configuration", words, advice, file=file, line=line)]
    except Exception as problem:  # pydantic may be missing
        return None, [could_not("configuration", problem)]
