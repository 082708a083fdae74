"""Whether the program is there: what is answered without a key."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

router = APIRouter(tags=["Health"])


class Health(BaseModel):
    """One word."""

    status: Literal["ok"] = "ok"


@router.get("/health")
@router.get("/api/health")
def health() -> Health:
    """Whether the server answers; it says nothing of the servers that render, which /v1/videos/models does."""
    return Health()
