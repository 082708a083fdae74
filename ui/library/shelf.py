"""The cards of a page of the library, as a component of our own: one element for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.messages import gettext_noop
from jobs.model.records import JobRecord
from ui.library.picked import any_picked, is_full, is_picked, pick
from ui.server.files import poster_path
from ui.session import job_service, person
from ui.session import translate as _
from ui.shared.links import address, job_path, short
from ui.shared.notices import acting
from ui.shared.style import BROWSER, script
from ui.shared.video import look_words, played_path
from ui.shared.words import ago, state_word

_JS = script("shelf.js")
_CSS = (BROWSER / "shelf.css").read_text(encoding="utf-8")
_KEY = "library-shelf"
_TITLE, _ALT = 160, 120  # letters
_MAYBE_WITHOUT = ("draft", "waiting", "preparing", "failed", "cancelled")
_WORDS = {
    "select": gettext_noop("Select"),
    "favourite": gettext_noop("Favourite"),
    "none": gettext_noop("No first frame yet"),
    "family": gettext_noop("{n} seeds"),
}


def shelf(jobs: Sequence[JobRecord]) -> None:
    """Posters with what tells jobs apart, siblings with other seeds together."""
    words = {name: _(text) for name, text in _WORDS.items()}
    groups = [[_card(job) for job in family] for family in families(jobs)]
    data = {"groups": groups, "words": words, "full": is_full(), "picking": any_picked()}
    draw = st.components.v2.component("mova_shelf", css=_CSS, js=_JS)
    draw(key=_KEY, data=data, on_act_change=lambda: take(st.session_state[_KEY].get("act")))


def families(jobs: Sequence[JobRecord]) -> list[list[JobRecord]]:
    """The jobs in their order, those that differ by their seed alone beside the first of them."""
    known = {job.id: job for job in jobs}

    def root(job: JobRecord) -> str:
        while job.parent and job.parent in known and job.parent != job.id:
            job = known[job.parent]
        return job.parent or job.id

    together: dict[tuple[str, str], list[JobRecord]] = {}
    for job in jobs:
        together.setdefault((root(job), job.request.text), []).append(job)
    return list(together.values())


def _card(job: JobRecord) -> dict[str, Any]:
    done = job.state == "completed"
    has_poster = job.state not in _MAYBE_WITHOUT or has_picture(job)
    return {
        "id": job.id,
        "title": short(job.heading, _TITLE) or _("No text"),
        "alt": _("Poster: {text}").format(text=short(job.request.text, _ALT)),
        "href": job_path(job.id),
        "poster": address(poster_path(job.id, job.revision)) if has_poster else "",
        "video": address(played_path(job)) if done else "",
        "upright": job.render.height > job.render.width,
        "length": _("{n} s").format(n=f"{job.render.seconds:.1f}"),
        "lines": _lines(job),
        "picked": is_picked(job.id),
        "favourite": job.favourite,
    }


def _lines(job: JobRecord) -> list[tuple[str, str]]:
    """What is said below the title: a class of the style and the words."""
    owner = [job.owner] if person().is_admin else []
    facts = [*owner, _("seed {seed}").format(seed=job.render.seed), ago(job.created)]
    lines = [("facts", " · ".join(facts))]
    if job.state != "completed":
        lines.append(("bad" if job.state in ("failed", "lost") else "state", state_word(job.state)))
    if job.looks_failed:
        lines.append(("look", look_words(job)))
    if job.heard == "not_said":
        lines.append(("look", _("line not said")))
    if job.request.draft:
        lines.append(("facts", _("Draft video")))
    if job.is_preview:
        lines.append(("facts", _("Preview, not MOVA")))
    return lines


def has_picture(job: JobRecord) -> bool:
    """Whether there is something to make a poster of."""
    from record.folder import FIRST_FRAME, VIDEO

    files = job_service().files
    return files.has(job, VIDEO) or files.has(job, FIRST_FRAME) or files.frame_version(job) is not None


@acting
def take(asked: object) -> None:
    """Do what a browser asks for: select a job, or mark it."""
    if not isinstance(asked, dict):
        return
    job_id, on = str(asked.get("id")), asked.get("on") is True
    if asked.get("act") == "pick" and job_service().known(job_id) and not (on and is_full()):
        pick(job_id, yes=on)
    if asked.get("act") == "favourite":
        job_service().library.mark_favourite(job_id, favourite=on)
