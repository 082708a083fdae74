"""The newest jobs as a list for programs and terminals, read without a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.file_access import keep_private
from jobs.model.records import JobRecord
from jobs.store.store import open_store

if TYPE_CHECKING:
    from config import Settings


def listing(settings: Settings, limit: int) -> list[dict[str, object]]:
    """The newest jobs, for a reader that starts no worker."""
    keep_private(settings.file_access)
    store = open_store(settings.database_address)
    try:
        return [_listed(job) for job in store.pages.page(size=limit).jobs]
    finally:
        store.close()


def _listed(job: JobRecord) -> dict[str, object]:
    return {
        "id": job.id,
        "state": job.state,
        "mode": job.mode,
        "created": job.created.isoformat(timespec="seconds"),
        "progress": job.progress,
        "server": job.shown_server,
        "model": job.model,
        "seed": job.render.seed,
        "preview": job.is_preview,
        "text": job.request.text[:200],
        "error": job.error.rebuilt().message() if job.error else None,
    }
