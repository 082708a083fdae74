"""Another film: from an idea, a script, or a storyboard of the person's own as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePath

import streamlit as st

from core.background import BackgroundTask, OnStep, in_background
from core.errors import FileMissing, MovaError
from core.messages import gettext_noop
from film.idea import MAX_PROPOSED
from film.proposal import Proposal
from film.storyboard import COLUMNS
from jobs.service.film_drafts import text_of
from media.frames import taken_picture
from ui.app_context import app_context
from ui.film.address import go_to
from ui.film.notes import keep_notes
from ui.session import job_service
from ui.session import translate as _
from ui.shared.notices import show_error
from ui.shared.plain import escape_markdown
from ui.shared.watching import live
from ui.shared.widgets import act_bar, largest_upload, primary_button, say_upload

WAYS = ("idea", "script", "table")
_WAY, _WORK, _ERROR = "new-film-way", "new-film-work", "new-film-error"
_TEXT_MB = 4
Propose = Callable[[], Proposal]


def new_film(way: str) -> None:
    """The whole page below its title."""
    work: BackgroundTask | None = st.session_state.get(_WORK)
    if work is not None:
        _ended(work)
        live(_say_making, lambda: not work.done)
        return
    labels = {"idea": _("From an idea"), "script": _("From a script"), "table": _("From a table")}
    st.session_state[_WAY] = way
    st.segmented_control(
        _("Begin with"),
        WAYS,
        required=True,
        format_func=lambda one: labels[one],
        key=_WAY,
        on_change=_choose,
        label_visibility="collapsed",
    )
    propose = {"idea": _idea, "script": _script, "table": _table}[way]()
    if error := st.session_state.pop(_ERROR, None):
        show_error(error)
    with act_bar():
        if primary_button(_("Make the shots"), "movie", key="make-shots", disabled=propose is None) and propose:
            st.session_state[_WORK] = in_background("new-film", _make(propose))
            st.rerun()
        st.button(_("Cancel"), key="new-film-cancel", on_click=_cancel)


def _idea() -> Propose:
    idea = st.text_area(
        _("Idea"),
        key="new-film-idea",
        height=200,
        placeholder=_(
            "Two people keep a lighthouse in a storm. “The light must not go out tonight,” says the old one."
        ),
        help=_("Words between quotes are spoken, and stay exactly as they are."),
        persist_state="session",
    )
    shots = st.number_input(
        _("Shots, about"), 1, MAX_PROPOSED, None, key="new-film-shots", placeholder=_("as it needs")
    )
    st.caption(_price_of_idea())
    drafts, name, wanted = job_service().films.drafts, _("Idea"), int(shots) if shots else None
    # Never switched off: a press while the text is still being typed is one press, and an empty text is told.
    return lambda: drafts.from_idea(idea, shots=wanted, name=name)


def _price_of_idea() -> str:
    """What making the shots buys, before it is pressed."""
    try:
        service = job_service().films.drafts.service_for_ideas()
    except MovaError as problem:
        return escape_markdown(problem.message(_))
    if service is None:
        return _("No text service is set: the idea is split by its empty lines and speech; no model reads it.")
    return _("Buys 1 or 2 calls: {service} writes the shots, and corrects them once at most.").format(
        service=escape_markdown(service)
    )


def _script() -> Propose:
    script = st.text_area(
        _("Script"),
        key="new-film-script",
        height=300,
        placeholder=_(
            "INT. LANTERN ROOM - NIGHT\n\nThe old keeper trims the wick.\n\nKEEPER\nThe light must not go out."
        ),
        help=_("A screenplay in Fountain, or plain text: a paragraph is a shot."),
        persist_state="session",
    )
    key = "new-film-script-file"
    file = st.file_uploader(_("Script as a file (.fountain or .txt)"), key=key, max_upload_size=_TEXT_MB)
    say_upload(key, _TEXT_MB)
    drafts = job_service().films.drafts
    if file is not None:
        data, name = file.getvalue(), file.name
        return lambda: drafts.from_script(text_of(data, name), name=name)
    label = _("Script")
    return lambda: drafts.from_script(script, name=label)


def _table() -> Propose | None:
    st.caption(
        _("A CSV file, a row a shot, with these columns, all but “action” optional: {columns}").format(
            columns=", ".join(COLUMNS)
        )
    )
    key, pictures_key = "new-film-table", "new-film-pictures"
    most = largest_upload(app_context().settings.max_video_mb)
    file = st.file_uploader(_("Table (.csv)"), key=key, max_upload_size=_TEXT_MB)
    say_upload(key, _TEXT_MB)
    pictures = st.file_uploader(
        _("Pictures that the column “image” names"), key=pictures_key, accept_multiple_files=True, max_upload_size=most
    )
    say_upload(pictures_key, most)
    if file is None:
        return None
    films, data, name = job_service().films, file.getvalue(), file.name
    keep = _keeper({one.name: one.getvalue() for one in pictures})
    return lambda: films.drafts.from_table(text_of(data, name), keep_picture=keep, name=name)


def _keeper(given: Mapping[str, bytes]) -> Callable[[str], str]:
    """Keeps the pictures that a table names, by the name of the file alone."""
    films, settings = job_service().films, app_context().settings

    def keep(image: str) -> str:
        name = PurePath(image.replace("\\", "/")).name
        if name not in given:
            raise FileMissing(name=name[:80], reason=gettext_noop("it was not uploaded with the table"))
        return films.add_picture(taken_picture(given[name], name, settings)[0])

    return keep


def _make(propose: Propose) -> Callable[[OnStep], object]:
    """Propose and record in one, so that what a service was asked for is kept also where nobody waits for it."""
    films = job_service().films

    def make(_on_step: OnStep) -> Proposal:
        proposal = propose()
        films.save(proposal.film, after=0)
        return proposal

    return make


def _say_making() -> None:
    st.info(_("Making the shots…"), icon=":material/progress_activity:")


def _ended(work: BackgroundTask) -> None:
    """Turn to the film once it is made; back to the form where it was not."""
    if not work.done:
        return
    del st.session_state[_WORK]
    if work.error:
        st.session_state[_ERROR] = work.error
        st.rerun()
    proposal: Proposal = work.result
    keep_notes(proposal)
    for field in ("new-film-idea", "new-film-script"):
        st.session_state.pop(field, None)
    go_to(proposal.film.id)


def _choose() -> None:
    st.query_params["new"] = st.session_state[_WAY]


def _cancel() -> None:
    del st.query_params["new"]
