"""Trying a service out in a thread of its own, so that no page waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING

from errors import MovaError
from providers.trial import Service, try_out

if TYPE_CHECKING:
    from config import Settings


@dataclass
class ServiceCheck:
    """One test; its thread fills it in. Neither the key nor the answer is in it."""

    done: bool = False
    model: str = ""
    seconds: float = 0.0
    trouble: MovaError | None = None


def begin(settings: Settings, service: Service, key: str = "") -> ServiceCheck:
    """Start a test with the key of the settings, or with ``key`` in its place for this one request."""
    check = ServiceCheck()
    Thread(target=_run, args=(check, settings, service, key), daemon=True, name="service-check").start()
    return check


def _run(check: ServiceCheck, settings: Settings, service: Service, key: str) -> None:
    try:
        answer = try_out(settings, service, key)
        check.model, check.seconds = answer.model, answer.seconds
    except MovaError as problem:
        check.trouble = problem
    except Exception as problem:  # a message of a library may hold the key, its kind does not
        check.trouble = MovaError(type(problem).__name__)
    finally:
        check.done = True
