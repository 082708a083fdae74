"""What a run needs after its first answer: imported while a service or a server works, not before it is asked."""

from __future__ import annotations

from core.quick_start import import_behind

# In the order in which a job needs them.
LATER = (
    "description.negative",
    "media.videos",
    "media.quality_check",
    "media.tags",
    "record.provenance",
    "listening.take_frames",
    "listening.report",
    "listening.voice_activity",
)


def import_what_follows() -> None:
    """Called where the next thing is to wait for somebody else; at once again does nothing."""
    import_behind(LATER)
