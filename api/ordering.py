"""What keeps requests apart: an Idempotency-Key makes one job of repeated orders, If-Match one change of two."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from fastapi import Header

from record.folder import new_job_id

if TYPE_CHECKING:
    from api.access import Caller
    from jobs.model.records import JobRecord
    from jobs.store.orders import Order

RequestKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[!-~]+$",
        description="For 24 hours the same body with this key makes the same job; another body is refused (409)",
    ),
]


def placed(
    caller: Caller, order: Order, key: str | None, told: str, go_on: Callable[[str], object] | None
) -> JobRecord:
    """The job of an order, created and let go on.

    Args:
        key: of the request, by which it may be repeated; without one each request makes a job.
        told: all that was asked for; the same key with something else is refused.
        go_on: what is done with the job once it is on record; a job that was let go on before stays as it is.

    Raises:
        RequestDiffers, QuotaReached, PictureError, StorageError.
    """
    service = caller.service
    if key is not None:
        digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
        job_id = service.api_keys.made_by(key, digest, new_job_id())
        if before := service.known(job_id):
            if go_on and before.state == "draft":
                go_on(before.id)
            return service.get(before.id)
        order = replace(order, id=job_id)
    job = service.create(order)
    if go_on:
        go_on(job.id)
    return service.get(job.id)


def is_matched(if_match: str, tag: str) -> bool:
    """Whether an If-Match names this ETag; a proxy that packs answers weakens what it passes on."""
    return {"*", tag} & {one.strip().removeprefix("W/") for one in if_match.split(",")} != set()
