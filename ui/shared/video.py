"""A job's video as several pages show it: player, receipt, first frame, and what the automatic check found."""

from __future__ import annotations

import streamlit as st

from core.errors import BucketUnusable
from jobs.model.records import JobRecord
from media.findings import WORDS
from record.folder import LIGHT, VIDEO
from ui.server.files import file_path, thumbnail_path
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import address
from ui.shared.notices import show_error
from ui.shared.plain import escape_markdown
from ui.shared.words import in_seconds, listed


def show_video(job: JobRecord) -> bool:
    """The player, as wide as its place, again and again. False where words say why there is none."""
    files = job_service().files
    if not files.has(job, VIDEO):
        st.warning(_("The video's file no longer exists."), icon=":material/error:")
        return False
    alt = _("Video: {text}").format(text=job.request.text[:120])
    try:
        files.check_reach(job, VIDEO)
        source = _address(job) or files.path(job, VIDEO) or ""
    except BucketUnusable as problem:
        show_error(problem)
        return False
    st.video(source, alt=alt, width="stretch", loop=True)
    return True


def receipt_of(job: JobRecord) -> str:
    """What was rendered, in one line."""
    render = job.render
    size = _("{n} frames at {fps} fps").format(n=render.num_frames, fps=render.fps)
    seed = _("seed {n}").format(n=render.seed)
    model = escape_markdown(job.model.split("@", 1)[0])
    return f"{job_service().videos.size(job)} · {in_seconds(render.seconds)} · {size} · {seed} · {model}"


def _address(job: JobRecord) -> str | None:
    """Of the video, or of its light copy where it is large; None where no browser is there."""
    return address(played_path(job)) if st.context.url else None


def played_path(job: JobRecord) -> str:
    """The path of the file that pages play."""
    return file_path(job.id, LIGHT if job_service().videos.is_heavy(job) else VIDEO)


def download_button(job: JobRecord, *, primary: bool) -> None:
    """The way to the file itself, which the server sends by its address."""
    st.link_button(
        _("Download the video"),
        address(file_path(job.id, VIDEO, save_as=f"mova-{job.id}.mp4")),
        icon=":material/download:",
        type="primary" if primary else "secondary",
        disabled=not job_service().files.has(job, VIDEO),
    )


def thumbnail(job: JobRecord, width: int = 128) -> None:
    """Show the first frame, small, or an icon if there is none yet."""
    if job.request.white_frame:
        st.caption(_(":material/crop_landscape: White first frame"), width=width)
        return
    version = job_service().files.frame_version(job)
    if version is None:
        words = _(":material/image: No first frame") if job.final else _(":material/image: No first frame yet")
        st.caption(words, width=width)
        return
    alt = _("First frame: {text}").format(text=job.request.text[:120])
    st.image(address(thumbnail_path(job.id, version)), width=width, alt=alt)


# What the automatic check of a finished video found, as a badge: on the job's page and on its card.


def look_badge(job: JobRecord) -> None:
    """Nothing where the video looks as it should."""
    if job.looks_failed:
        st.badge(look_words(job), icon=":material/report:", color="orange")


def line_badge(job: JobRecord) -> None:
    """Only where a line is missing in what was heard."""
    if job.heard == "not_said":
        st.badge(_("line not said"), icon=":material/voice_over_off:", color="orange")


def draft_badge(job: JobRecord) -> None:
    """Nothing where it is no draft."""
    if job.request.draft:
        st.badge(_("Draft video"), icon=":material/draft:", color="violet")


def look_words(job: JobRecord) -> str:
    """``looks failed: flat colour``."""
    found = [_(WORDS[one]) for one in job.look or () if one in WORDS]
    return _("looks failed: {reason}").format(reason=listed(found))


def voice_words(job: JobRecord) -> list[str]:
    """For each speaker how like they sound in the film's other shots: a measure, no verdict."""
    told = _("{name}'s voice beside other shots ({count}): likeness {n}, 1 is the same (Resemblyzer)")
    return [
        told.format(name=one["name"], count=len(one.get("beside") or ()), n=f"{one['likeness']:.2f}")
        for one in (job.report or {}).get("voices") or ()
        if one.get("likeness") is not None
    ]
