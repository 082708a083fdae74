"""What ``/v1/videos`` answers, by the preview engine as by our own queue: every key always present, as SGLang 0.5.23
writes them.
"""

from __future__ import annotations

import time
from typing import Any

from pydantic import BaseModel, Field


class VideoResponse(BaseModel):
    """One job. ``size`` is the size asked for, ``seconds`` a whole number as text, ``error`` has only ``message``."""

    id: str
    object: str = "video"
    model: str
    status: str = "queued"
    progress: int = 0
    created_at: int = Field(default_factory=lambda: int(time.time()))
    size: str
    seconds: str
    quality: str = "standard"
    url: str | None = None
    urls: list[str | None] | None = None
    remixed_from_video_id: str | None = None
    completed_at: int | None = None
    expires_at: int | None = None
    error: dict[str, Any] | None = None
    file_path: str | None = None
    file_paths: list[str | None] | None = None
    num_outputs: int | None = None
    peak_memory_mb: float | None = None
    inference_time_s: float | None = None
    revised_prompt: str | None = None
    action: dict[str, Any] | None = None
    lidar: dict[str, Any] | None = None


class VideoListResponse(BaseModel):
    """One page of jobs."""

    data: list[VideoResponse]
    object: str = "list"
    first_id: str | None = None
    last_id: str | None = None
    has_more: bool = False
