"""Lengths of time, as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

from jobs.records import Estimate
from ui.session import language
from ui.session import translate as _


def clock(seconds: float) -> str:
    """``4:05``, or ``1:04:05`` from an hour on."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def since(moment: datetime, now: datetime | None = None) -> float:
    """Seconds from a moment to now."""
    return ((now or datetime.now(UTC)) - moment).total_seconds()


def ago(moment: datetime) -> str:
    """``3 hours ago``, in the reader's language."""
    from babel.dates import format_timedelta

    return format_timedelta(moment - datetime.now(UTC), add_direction=True, locale=language())


def time_left(estimate: Estimate | None, elapsed: float) -> str:
    """What is left of the usual time; empty where no such render has finished yet."""
    if estimate is None:
        return ""
    if elapsed > estimate.median:
        words = _("longer than the usual {time} (from {n} runs)")
        return words.format(time=clock(estimate.median), n=estimate.n)
    return _("about {time} left (from {n} runs)").format(time=clock(estimate.median - elapsed), n=estimate.n)
