"""Machines that share nothing but a database and a bucket, as settings and as services without a worker."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from config import Settings
from tests.jobs.load.video_server import VideoServer
from tests.jobs.load.workers import environment, settings_of
from tests.jobs.storage.buckets import Bucket

NAMES = ("storage_url", "aws_endpoint_url", "aws_access_key_id", "aws_secret_access_key")


def machine(bucket: Bucket, folder: Path, database: str, servers: Sequence[VideoServer] = ()) -> Settings:
    """The settings of one machine whose own files are in ``folder``."""
    told = environment(folder, servers, DATABASE_URL=database)
    alone = settings_of({name: value for name, value in told.items() if servers or name != "SGLANG_SERVERS"})
    ours = bucket.settings(folder)
    return alone.model_copy(update={name: getattr(ours, name) for name in NAMES})


def without_bucket(settings: Settings) -> Settings:
    """The same machine before it had a bucket."""
    return settings.model_copy(update={"storage_url": None})
