"""Names, icons and figures for jobs, steps, servers, times and amounts, as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from core import plain_text
from core.errors import ServerError
from core.steps import Step
from jobs.model.records import Estimate, JobRecord
from jobs.model.states import JobState
from jobs.plan.progress import RenderProgress
from jobs.servers.health import HEALTH_WORDS, Health, health_word
from ui.session import language
from ui.session import translate as _

Colour = Literal["red", "orange", "blue", "green", "gray"]
# A state is said by a word and an icon, never by colour alone.
_ICONS: dict[JobState, tuple[str, Colour]] = {
    "draft": (":material/edit_note:", "gray"),
    "waiting": (":material/rate_review:", "orange"),
    "preparing": (":material/auto_awesome:", "blue"),
    "queued": (":material/hourglass_empty:", "gray"),
    "submitted": (":material/send:", "blue"),
    "unclear": (":material/contact_support:", "orange"),
    "rendering": (":material/movie:", "blue"),
    "saving": (":material/save:", "blue"),
    "completed": (":material/check_circle:", "green"),
    "failed": (":material/error:", "red"),
    "cancelled": (":material/cancel:", "gray"),
    "abandoned": (":material/logout:", "orange"),
    "lost": (":material/help:", "red"),
}


def state_icon(state: JobState) -> tuple[str, Colour]:
    """The icon of a state and the colour that goes with it."""
    return _ICONS[state]


def state_word(state: JobState) -> str:
    """The state in the visitor's language."""
    words: dict[JobState, str] = {
        "draft": _("Draft"),
        "waiting": _("Waiting for you"),
        "preparing": _("Preparing"),
        "queued": _("Queued"),
        "submitted": _("Sent to the server"),
        "unclear": _("To be checked: the server may have it"),
        "rendering": _("Rendering"),
        "saving": _("Saving"),
        "completed": _("Done"),
        "failed": _("Failed"),
        "cancelled": _("Cancelled"),
        "abandoned": _("Not waited for (the GPU may still finish)"),
        "lost": _("Lost by the server"),
    }
    return words[state]


def show_state(state: JobState) -> None:
    """The state as a badge: icon and word, in a colour."""
    icon, colour = state_icon(state)
    st.badge(state_word(state), icon=icon, color=colour)


def kind_title(kind: str) -> str:
    """What a video is made from; ``text`` is Simple Mode with a white frame."""
    return {"full": _("From an idea"), "simple": _("From a picture"), "text": _("Without a picture")}[kind]


def step_title(step: Step) -> str:
    return {
        "image_prompt": _("Image prompt"),
        "first_frame": _("First frame"),
        "visual_elements": _("Visual elements"),
        "video_description": _("Video description"),
        "render": _("Video"),
    }[step]


def act_label(step: Step, *, preview: bool = False) -> str:
    """The primary button's name where this step is what comes next."""
    return {
        "image_prompt": _("Write image prompt"),
        "first_frame": _("Make first frame"),
        "visual_elements": _("Describe frame"),
        "video_description": _("Write video description"),
        "render": _("Render preview") if preview else _("Send to GPU"),
    }[step]


def running_label(step: Step) -> str:
    return {
        "image_prompt": _("Writing the image prompt…"),
        "first_frame": _("Making the first frame…"),
        "visual_elements": _("Describing the frame…"),
        "video_description": _("Writing the video description…"),
        "render": _("Rendering…"),
    }[step]


HEALTH_LOOKS: dict[Health, tuple[str, Colour]] = {
    "unknown": (":material/help:", "gray"),
    "ready": (":material/check_circle:", "green"),
    "warming": (":material/hourglass_top:", "orange"),
    "unfit": (":material/error:", "red"),
    "dead": (":material/error:", "red"),
    "unreachable": (":material/cloud_off:", "red"),
    "mismatch": (":material/rule:", "red"),
    "unclear": (":material/error:", "red"),
}


def health_mark(error: ServerError | None) -> str:
    """The badge of a server as a piece of a sentence in markdown."""
    health = health_word(error)
    icon, colour = HEALTH_LOOKS[health]
    return f":{colour}-badge[{icon} {_(HEALTH_WORDS[health])}]"


def not_begun(job: JobRecord) -> str:
    """The text for a job on its way to a server, for which neither a percentage nor a time left is known."""
    if job.state == "submitted":
        return _("on its way to the server")
    # "queued" is the server's own word: it has the job, and renders another one.
    return _("on the server, not started yet") if (job.state, job.stage) == ("rendering", "queued") else ""


clock = plain_text.clock


def in_seconds(value: float, digits: int = 2) -> str:
    """``8.04 s``."""
    return _("{n} s").format(n=f"{value:.{digits}f}")


def since(moment: datetime, now: datetime | None = None) -> float:
    """Seconds from a moment to now."""
    return ((now or datetime.now(UTC)) - moment).total_seconds()


def ago(moment: datetime) -> str:
    """``3 hours ago``, in the reader's language."""
    from babel.dates import format_timedelta

    return format_timedelta(moment - datetime.now(UTC), add_direction=True, locale=language())


def part_words(render: RenderProgress) -> str:
    """What the server is doing with a job; empty where it has not said."""
    if render.part == "encoding":
        return _("encoding the prompt and the first frame")
    if render.part == "decoding":
        return _("decoding picture and sound")
    return _("denoising, step {n} of {steps}").format(n=render.step, steps=render.steps) if render.part else ""


def at_about(moment: datetime) -> str:
    """``≈ 14:32``; with the day where it is not today."""
    from babel.dates import format_date, format_time

    there = moment.astimezone(zone())
    time = format_time(there, "HH:mm", locale=language())
    if there.date() == datetime.now(zone()).date():
        return f"≈ {time}"
    return f"≈ {format_date(there, 'MMMd' if language() == 'zh_CN' else 'd MMM', locale=language())} {time}"


def at_second(moment: datetime) -> str:
    """``14:32:05``; with the day where it is not today."""
    from babel.dates import format_date, format_time

    there = moment.astimezone(zone())
    time = format_time(there, "HH:mm:ss", locale=language())
    if there.date() == datetime.now(zone()).date():
        return time
    return f"{format_date(there, 'MMMd' if language() == 'zh_CN' else 'd MMM', locale=language())} {time}"


def time_left(estimate: Estimate | None, left: float | None) -> str:
    """What is left of the usual time; empty where no such render has finished yet."""
    if estimate is None or left is None:
        return ""
    if left <= 0:
        words = _("longer than the usual {time} (from {n} runs)")
        return words.format(time=clock(estimate.median), n=estimate.n)
    return _("about {time} left (from {n} runs)").format(time=clock(left), n=estimate.n)


def zone() -> ZoneInfo:
    """The time zone of the browser; UTC where it does not say one."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


_UNITS = (("kB", 1e3), ("MB", 1e6), ("GB", 1e9))


def disk_size(count: int) -> str:
    """Bytes such as ``870.0 kB`` or ``12.3 MB``."""
    from babel.numbers import format_decimal

    unit, size = next((unit, count / step) for unit, step in _UNITS if count < step * 1000 or unit == "GB")
    return f"{format_decimal(size, '#,##0.0', locale=language())} {unit}"


def listed(parts: Iterable[str]) -> str:
    """Some words one after the other, with the comma of the visitor's language."""
    return _(", ").join(parts)
