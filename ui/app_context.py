"""What all pages share in one process: the settings, the job service, and the worker behind it."""

from __future__ import annotations

from dataclasses import dataclass, field

import config
from config import Settings
from core.background import BackgroundTasks
from core.kept_secret import ADDRESSES
from jobs.service.service import JobService
from jobs.worker import Worker
from ui.server.login_setup import check_login


@dataclass(frozen=True)
class AppContext:
    """``secret`` signs the addresses of files; ``background`` does what takes seconds, so that no page waits."""

    settings: Settings
    worker: Worker
    secret: str
    background: BackgroundTasks = field(default_factory=BackgroundTasks)

    @property
    def service(self) -> JobService:
        return self.worker.service


_contexts: list[AppContext] = []


def open_app_context(settings: Settings | None = None) -> AppContext:
    """Start the engine once for this process.

    Raises:
        ConfigError, StoreError, StorageError.
    """
    if not _contexts:
        check_login()
        settings = settings or config.load()
        worker = Worker(settings)
        worker.start(working=settings.embedded_worker)
        secret = worker.folders.storage.secret(ADDRESSES)
        _contexts.append(AppContext(settings, worker, secret))
    return _contexts[0]


def app_context() -> AppContext:
    """The process's app context; opened here if the pages run without the app (in tests of pages)."""
    return _contexts[0] if _contexts else open_app_context()


def close_app_context() -> None:
    """Stop the worker without ending any job."""
    while _contexts:
        _contexts.pop().worker.stop()
