"""The queued jobs of one queue as rows of one height, dragged or moved by buttons: a component of our own.

Three hundred of them are one element of the page; what is done to them comes back as an act with the jobs' ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.messages import gettext_noop
from jobs.model.records import JobRecord
from jobs.service.queue import Queued
from ui.queue.acts import ACTS
from ui.server.files import poster_path
from ui.session import job_service, person
from ui.session import translate as _
from ui.shared.links import address, job_path, short
from ui.shared.notices import acting, leave
from ui.shared.style import BROWSER, script
from ui.shared.words import at_about

_JS = script("queue.js")
_CSS = (BROWSER / "queue.css").read_text(encoding="utf-8")
_TITLE = 150  # letters; the row cuts what does not fit
_MOST_AT_ONCE = 300
_WORDS = {
    "top": gettext_noop("To top"),
    "up": gettext_noop("Up"),
    "down": gettext_noop("Down"),
    "bottom": gettext_noop("To the end"),
    "duplicate": gettext_noop("Duplicate"),
    "remove": gettext_noop("Remove"),
    "elsewhere": gettext_noop("Send it to another server"),
    "select": gettext_noop("Select"),
    "clear": gettext_noop("Clear the selection"),
    "drag": gettext_noop("Drag to change the order"),
}


def line(queued: Sequence[Queued], key: str) -> None:
    """The rows of one queue, in the order in which they will be sent."""
    words = {name: _(text) for name, text in _WORDS.items()} | {"selected": _("Selected: {n}")}
    hidden = queued[0].place.of - len(queued) if person().is_admin else 0
    more = _("and {n} more").format(n=hidden) if hidden > 0 else ""
    data = {"rows": [_row(one) for one in queued], "words": words, "more": more}
    draw = st.components.v2.component("mova_queue", css=_CSS, js=_JS)
    draw(key=key, data=data, on_act_change=lambda: take(st.session_state[key].get("act")))


def _row(one: Queued) -> dict[str, Any]:
    job = one.job
    return {
        "id": job.id,
        "place": one.place.position,
        "title": short(job.heading, _TITLE) or job.id,
        "facts": _facts(job),
        "ends": at_about(one.ends) if one.ends else "",
        "href": job_path(job.id),
        "poster": "" if job.request.white_frame else address(poster_path(job.id, job.revision)),
        "first": one.first,
        "last": one.last,
        "elsewhere": job_service().plans.other_server(job) is not None,
    }


def _facts(job: JobRecord) -> str:
    owner = [job.owner] if person().is_admin else []
    name = [job.bookkeeping.name] if job.bookkeeping.name and not job.bookkeeping.shot else []
    return " · ".join([*owner, *name, _("seed {seed}").format(seed=job.render.seed)])


@acting
def take(asked: object) -> None:
    """Do what a browser asks for, and say what happened."""
    if said := perform(asked):
        leave(said)


def perform(asked: object) -> str:
    """One of the acts, to some of the person's jobs; nothing where it is no act or names no jobs.

    Raises:
        UnknownJob: one of them is not theirs; those before it were done.
    """
    if not isinstance(asked, dict):
        return ""
    act, ids, before = ACTS.get(str(asked.get("act"))), asked.get("ids"), asked.get("before")
    if act is None or not isinstance(ids, list) or not 0 < len(ids) <= _MOST_AT_ONCE:
        return ""
    return act([str(one) for one in ids], str(before) if before else None)
