"""The stage Takes: each shot's renders side by side, the chosen one marked; more seeds, and a way to compare them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import streamlit as st

from core.errors import StoreError
from core.messages import gettext_noop
from film.document import Film
from jobs.model.records import JobRecord
from jobs.model.states import MOVING
from jobs.service.cuts import SEEDS_AT_ONCE
from jobs.service.shot_states import ShotState
from ui.film.address import go_to, page_number
from ui.film.editing import added, choose
from ui.film.paging import page_buttons
from ui.film.words import words_of
from ui.film.working import working
from ui.library.shelf import has_picture
from ui.server.files import poster_path
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import address, job_path, query, short
from ui.shared.notices import say_notice, show_error
from ui.shared.style import BROWSER, script
from ui.shared.video import look_words, played_path, voice_words
from ui.shared.widgets import act_bar
from ui.shared.words import in_seconds, state_word

_JS = script("takes.js")
_CSS = (BROWSER / "takes.css").read_text(encoding="utf-8")
_KEY = "film-takes"
_PAGE = 12  # shots
_PACE = 1.0  # seconds between looks while one of the page is on its way
_TITLE, _ALT = 110, 120  # letters
_WORDS = {
    "choose": gettext_noop("Use this take"),
    "chosen": gettext_noop("Used in the film"),
    "open": gettext_noop("Open"),
    "compare": gettext_noop("Compare"),
    "tick": gettext_noop("Select to compare"),
    "more": gettext_noop("Four more seeds"),
    "newest": gettext_noop("Always use the newest"),
    "about": gettext_noop("Instead of the take that you chose: the newest one without a finding."),
    "none": gettext_noop("No first frame yet"),
    "take": gettext_noop("Take {n}"),
}


def takes_stage(film_id: str) -> None:
    """The whole stage; looked at again as long as a take of the page is on its way."""
    film, _revision = working(film_id, newest=True)
    if not film.shots:
        st.info(_("The film has no shots yet. Write them under “Script”."), icon=":material/movie:")
        return
    moving = _any_moving(_page_of(film_id)[2])

    def look() -> None:
        say_notice()
        try:
            film, revision, states = _page_of(film_id)
        except StoreError as problem:
            show_error(problem)
            return
        _takes(film, revision, states)
        if _any_moving(states) != moving:
            st.rerun()

    st.fragment(look, run_every=_PACE if moving else None)()
    page_buttons(len(film.shots), "takes", _PAGE)
    with act_bar():
        _to_cut(film)


def _page_of(film_id: str) -> tuple[Film, int, tuple[ShotState, ...]]:
    """The film, its revision, and the shots of the page of the address."""
    film, revision = working(film_id, newest=True)
    first = _PAGE * (page_number(len(film.shots), _PAGE) - 1)
    return film, revision, job_service().films.shots(film)[first : first + _PAGE]


def _any_moving(states: tuple[ShotState, ...]) -> bool:
    return any(job.state in MOVING for state in states for job in state.jobs)


def _to_cut(film: Film) -> None:
    words, face = _("To the cut"), ":material/arrow_forward:"
    if st.button(words, key="to-cut", type="primary", icon=face, shortcut="mod+enter"):
        go_to(film.id, "cut")


def _takes(film: Film, revision: int, states: tuple[ShotState, ...]) -> None:
    data = {
        "shots": [_shot(state) for state in states],
        "revision": revision,
        "words": {name: _(text) for name, text in _WORDS.items()},
        "compare": f"compare?{urlencode(query())}",
        "upright": film.orientation == "portrait",
    }
    draw = st.components.v2.component("mova_takes", css=_CSS, js=_JS)
    draw(key=_KEY, data=data, on_act_change=lambda: _take(film.id, st.session_state[_KEY].get("act")))


def _shot(state: ShotState) -> dict[str, Any]:
    """A shot's takes as the browser shows them, oldest first."""
    jobs = sorted({job.id: job for job in (*state.takes, *state.jobs)}.values(), key=lambda job: job.number)
    return {
        "id": state.shot.id,
        "title": _("Shot {n}").format(n=state.number),
        "text": short(words_of(state.shot), _TITLE),
        "note": _note(state, jobs),
        "cards": [_card(state, job) for job in jobs],
        "latest": state.latest.id if state.latest else "",
        "more": job_service().cuts.may_have_more(state),
        "picked": state.shot.take is not None and state.chosen is not None and state.chosen.id == state.shot.take,
    }


def _note(state: ShotState, jobs: list[JobRecord]) -> str:
    """What a person should know of the shot."""
    if state.shot.held:
        return _("Held back: it is not rendered.")
    if state.inputs is None:
        return _("It goes on from the shot before, which has no take yet.")
    if not jobs:
        return _("No take yet. Render it on the sheet.")
    if not state.jobs:
        return _("Changed since these were made. Render it again on the sheet, or keep one of them.")
    return ""


def _card(state: ShotState, job: JobRecord) -> dict[str, Any]:
    done = job.state == "completed"
    return {
        "id": job.id,
        "done": done,
        "chosen": state.chosen is not None and state.chosen.id == job.id,
        "poster": address(poster_path(job.id, job.revision if done else 0)) if has_picture(job) else "",
        "video": address(played_path(job)) if done else "",
        "alt": _("Poster: {text}").format(text=short(job.request.text, _ALT)),
        "length": in_seconds(job.render.seconds, 1),
        "seed": _("seed {seed}").format(seed=job.render.seed),
        "href": job_path(job.id),
        "lines": _lines(state, job),
    }


def _lines(state: ShotState, job: JobRecord) -> list[tuple[str, str]]:
    """What is said below a take: a class of the style and the words."""
    lines = []
    if job.state != "completed":
        percent = f" · {job.progress} %" if job.state == "rendering" else ""
        lines.append(("bad" if job.state in ("failed", "lost") else "state", f"{state_word(job.state)}{percent}"))
    if job.error is not None and job.state != "completed":
        lines.append(("bad", job.error.rebuilt().message(_)))
    if job.looks_failed:
        lines.append(("look", look_words(job)))
    if job not in state.jobs:
        lines.append(("look", _("made before the shot was changed")))
    lines.extend(("facts", words) for words in voice_words(job))
    if job.is_preview:
        lines.append(("facts", _("Preview, not MOVA")))
    return lines


def _take(film_id: str, asked: object) -> None:
    """Do what the browser asks for: choose a take, go back to the newest, or send four more."""
    if not isinstance(asked, dict):
        return
    shot_id, revision = str(asked.get("shot")), asked.get("revision")
    if asked.get("act") == "choose" and isinstance(revision, int):
        choose(film_id, revision, shot_id, str(asked.get("id")))
    if asked.get("act") == "newest" and isinstance(revision, int):
        choose(film_id, revision, shot_id, None)
    if asked.get("act") == "more":
        added(film_id, shot_id, latest=str(asked.get("latest")), count=SEEDS_AT_ONCE)
