"""A job that goes to a server or waits on it: neither a percentage nor a time left would be true of it."""

from __future__ import annotations

from jobs.records import JobRecord
from ui.session import translate as _


def not_begun(job: JobRecord) -> str:
    """What is said in their place; empty once the server renders."""
    if job.state == "submitted":
        return _("on its way to the server")
    # "queued" is the server's own word: it has the job, and renders another one.
    return _("on the server, not begun yet") if (job.state, job.stage) == ("rendering", "queued") else ""
