"""What all pages share in one process: the settings, the desk, and the worker behind it."""

from __future__ import annotations

from dataclasses import dataclass, field

import config
from config import Settings
from doctor.examination import Examination
from jobs.beside import Beside
from jobs.desk import Desk
from jobs.worker import Worker
from ui.signing_secret import signing_secret
from ui.visitor import check_login


@dataclass(frozen=True)
class Office:
    """``secret`` signs the addresses of files; ``examination`` is the doctor's, for all; ``beside`` does what takes
    seconds, so that no page waits.
    """

    settings: Settings
    worker: Worker
    secret: str
    examination: Examination = field(default_factory=Examination)
    beside: Beside = field(default_factory=Beside)

    @property
    def desk(self) -> Desk:
        return self.worker.desk


_offices: list[Office] = []


def open_office(settings: Settings | None = None) -> Office:
    """Start the engine once for this process.

    Raises:
        ConfigError, StoreError, StorageError.
    """
    if not _offices:
        check_login()
        settings = settings or config.load()
        worker = Worker(settings)
        worker.start(working=settings.embedded_worker)
        _offices.append(Office(settings, worker, signing_secret(settings.output_dir)))
    return _offices[0]


def office() -> Office:
    """The open office; opened here where the pages run without the app (in tests of pages)."""
    return _offices[0] if _offices else open_office()


def close_office() -> None:
    """Stop without ending anything early."""
    while _offices:
        _offices.pop().worker.stop()
