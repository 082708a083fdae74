"""The page that compares: the players under one set of controls, then a table of what differs, and nothing else.

One that is still on its way has its place, and is played as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.errors import StoreError
from jobs.model.records import JobRecord
from jobs.model.states import MOVING
from record.folder import FIRST_FRAME, VIDEO
from ui.job.facts import makers, receipt, texts
from ui.server.files import file_path, poster_path
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import address, job_link, query, short
from ui.shared.notices import leave, show_error
from ui.shared.plain import escape_markdown
from ui.shared.style import BROWSER, script
from ui.shared.words import state_word

LETTERS = "ABCD"
_PACE = 1.0  # seconds between looks while one is on its way
_JS, _CSS = script("compare.js"), (BROWSER / "compare.css").read_text(encoding="utf-8")


def compare_view(ids: Sequence[str]) -> None:
    """The page for the ids out of an address."""
    wanted = [job_id for job_id in ids if job_id]
    try:
        jobs = [job for job_id in wanted if (job := job_service().known(job_id))]
    except StoreError as problem:
        show_error(problem)
        return
    if len(jobs) < max(2, len(wanted)) or len({job.id for job in jobs}) < len(jobs):
        _refuse(_("Two to four different videos are needed. Select yours in the library."))
    elif not all(_has_video(job) or job.state in MOVING or len(jobs) > 2 for job in jobs):
        _refuse(_("One of the two has no video, so there is nothing to compare yet."))
    else:
        _watch([job.id for job in jobs])


def _refuse(words: str) -> None:
    st.info(words, icon=":material/compare:")
    if st.button(_("Open the library"), key="to-library", type="primary", icon=":material/video_library:"):
        st.switch_page("library/library.py", query_params=query())


def _has_video(job: JobRecord) -> bool:
    return job_service().files.has(job, VIDEO)


def _watch(ids: Sequence[str]) -> None:
    """Looked at again as long as one of them is on its way."""

    def known() -> list[JobRecord]:
        return [job for job_id in ids if (job := job_service().known(job_id))]

    moving = any(job.state in MOVING for job in known())

    def look() -> None:
        jobs = known()
        if kept := compare_player(jobs):
            _keep(kept)
        if moving and not any(job.state in MOVING for job in jobs):
            st.rerun()  # then the table comes

    st.fragment(look, run_every=_PACE if moving else None)()
    if not moving:
        _links(known())
        _table(known())


def _keep(job_id: str) -> None:
    """The chosen one is a favourite, and its page comes next; the others stay in the library."""
    if job_service().known(job_id) is None:
        return
    job_service().library.mark_favourite(job_id, favourite=True)
    leave(_("It is a favourite now. The others stay in the library."))
    st.switch_page("job/job.py", query_params=query(id=job_id))


def _links(jobs: Sequence[JobRecord]) -> None:
    with st.container(horizontal=True):
        for letter, job in zip(LETTERS, jobs, strict=False):
            job_link(job.id, f"{letter}: {escape_markdown(short(job.heading, 40))}", ":material/open_in_new:")
            if job.is_preview:
                st.badge(_("Preview, not MOVA"), icon=":material/draw:", color="gray")


def _table(jobs: Sequence[JobRecord]) -> None:
    st.subheader(_("What differs"))
    different = differing(jobs)
    if not different:
        st.caption(_("Nothing: they were requested and made in the same way."))
        return
    columns = {
        letter: {name: escape_markdown(values[place]) or "–" for name, values in different.items()}
        for place, letter in enumerate(LETTERS[: len(jobs)])
    }
    st.table(columns, alt=_("What differs between them"))


def differing(jobs: Sequence[JobRecord]) -> dict[str, tuple[str, ...]]:
    """Fact name to its values for each job; without those that are equal in all, and without times."""
    facts = [_all_facts(job) for job in jobs]
    names = dict.fromkeys(name for one in facts for name in one)
    values = {name: tuple(one.get(name, "") for one in facts) for name in names}
    return {name: each for name, each in values.items() if len(set(each)) > 1}


def _all_facts(job: JobRecord) -> dict[str, str]:
    steps = job_service().steps.of(job.id)
    return texts(job, steps) | receipt(job) | makers(steps)


def compare_player(jobs: Sequence[JobRecord]) -> str:
    """The players, which start, stop and jump together; the one under the pointer is heard.

    Returns:
        The id of the one that the person has just chosen to keep; empty otherwise.
    """
    two = len(jobs) == 2
    words = {
        "play": _("Play both") if two else _("Play all"),
        "pause": _("Pause both") if two else _("Pause all"),
        "seek": _("Position of both") if two else _("Position of all"),
        "back": _("One frame back"),
        "on": _("One frame forward"),
        "sound": _("Sound"),
        "sound_of": _("Sound of {letter}"),
        "none": _("No sound"),
        "failed": _("This video cannot be played."),
        "keep": _("Keep this one"),
    }
    films = [_film(letter, job) for letter, job in zip(LETTERS, jobs, strict=False)]
    data = {"films": films, "fps": min(job.render.fps for job in jobs), "words": words}
    component = st.components.v2.component("mova_compare", js=_JS, css=_CSS)
    key = "-".join(["compare", *(job.id for job in jobs)])
    result = component(key=key, data=data, on_kept_change=lambda: None)
    return str(getattr(result, "kept", None) or "")


def _film(letter: str, job: JobRecord) -> dict[str, Any]:
    done = _has_video(job)
    there = done or job_service().files.has(job, FIRST_FRAME)
    percent = f" · {job.progress} %" if job.state == "rendering" else ""
    return {
        "id": job.id,
        "letter": letter,
        "source": address(file_path(job.id, VIDEO)) if done else "",
        "poster": address(poster_path(job.id, job.revision if done else 0)) if there else "",
        "words": _("Video: {text}").format(text=short(job.request.text, 120)),
        "facts": _("seed {n}").format(n=job.render.seed),
        "state": "" if done else f"{state_word(job.state)}{percent}",
    }
