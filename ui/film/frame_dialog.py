"""One first frame to be changed: another prompt, a picture of the person's own, or the one of another shot."""

from __future__ import annotations

import streamlit as st

from core.errors import FileMissing, MovaError
from core.messages import gettext_noop
from film.document import Film, Frame, Join
from film.editing import shot_of, with_shot
from jobs.model.records import StepRecord
from jobs.service.film_sheet import chosen_of
from jobs.service.shot_states import ShotState
from media.frames import taken_picture
from record.folder import FIRST_FRAME
from ui.app_context import app_context
from ui.film.frame_card import make_anew, show_picture
from ui.film.unsaved import Fields
from ui.film.words import words_of
from ui.film.working import edit
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import job_link, short
from ui.shared.notices import acting, show_error
from ui.shared.widgets import largest_upload, say_upload

_WORDS = 60


def frame_dialog(film: Film) -> None:
    """The dialog of the shot that the address names; nothing where it names none."""
    states = {one.shot.id: one for one in job_service().films.shots(film)}
    state = states.get(st.query_params.get("shot", ""))
    if state is None:
        return
    title = _("First frame of shot {n}").format(n=state.number)
    st.dialog(title, width="large", on_dismiss=_close)(_content)(film, state, list(states.values()))


def _content(film: Film, state: ShotState, states: list[ShotState]) -> None:
    steps = job_service().steps.of(state.job.id) if state.job is not None else ()
    show_picture(state, chosen_of(steps, "first_frame"), "dialog-empty")
    if error := st.session_state.pop("frame-wrong", None):
        show_error(error)
    if state.shot.frame.source == "last":
        st.caption(_("It begins with the last frame of the shot before. To give it one of its own, let it be a cut."))
    if state.has_frame and state.shot.frame.source == "made":
        _prompt(film, state, chosen_of(steps, "image_prompt"))
    _own(film, state)
    _from_another(film, state, states)
    if state.job is not None:
        job_link(state.job.id, _("Open the job"), icon=":material/open_in_new:")


def _prompt(film: Film, state: ShotState, made: StepRecord | None) -> None:
    text = (made.output if made else "") or ""
    key = Fields(state.shot.id, {"frame-prompt": text}).key("frame-prompt")
    written = st.text_area(_("Image prompt"), text, key=key, height="content")
    with st.container(horizontal=True):
        own, is_empty = _("Make it from this prompt"), not written.strip()
        if st.button(own, key="frame-reword", icon=":material/edit:", disabled=is_empty):
            _done(_reword, film, state.shot.id, written)
        if st.button(_("Write another prompt"), key="frame-another", icon=":material/auto_awesome:"):
            _done(_reword, film, state.shot.id, None)
        if st.button(_("Make anew, same prompt"), key="frame-anew", icon=":material/refresh:"):
            _done(make_anew, film.id, state.shot.id)


def _own(film: Film, state: ShotState) -> None:
    key, most = f"frame-own-{state.shot.id}", largest_upload(app_context().settings.max_video_mb)
    file = st.file_uploader(_("Use my own picture"), key=key, max_upload_size=most)
    say_upload(key, most)
    with st.container(horizontal=True):
        if file is not None and st.button(_("Take this picture"), key="frame-take-own", icon=":material/upload:"):
            _done(_take_own, film.id, state.shot.id, file.getvalue(), file.name)
        if state.shot.frame.source == "own":
            made = _("Make it from the words")
            if st.button(made, key="frame-made", icon=":material/auto_awesome:"):
                _done(_begin_with, film.id, state.shot.id, Frame())


def _from_another(film: Film, state: ShotState, states: list[ShotState]) -> None:
    others = {
        one.number: f"{one.number} · {short(words_of(one.shot), _WORDS)}"
        for one in states
        if one.has_frame and one.number != state.number
    }
    if not others:
        return
    number = st.selectbox(
        _("Take the frame of another shot"), list(others), None, format_func=lambda one: others[one], key="frame-other"
    )
    if number is not None and st.button(_("Take this frame"), key="frame-take-other", icon=":material/content_copy:"):
        _done(_take_other, film.id, state.shot.id, states[number - 1])


def _done(act: object, *given: object) -> None:
    """Do it, close the dialog, and draw the whole page anew."""
    act(*given)  # type: ignore[operator]
    if "frame-wrong" not in st.session_state:
        _close()
    st.rerun()


def _close() -> None:
    st.query_params.pop("shot", None)


@acting
def _reword(film: Film, shot_id: str, prompt: str | None) -> bool:
    return job_service().shots.reword_frame(film, shot_id, prompt)


def _take_own(film_id: str, shot_id: str, data: bytes, name: str) -> None:
    try:
        picture, _notes = taken_picture(data, name, app_context().settings)
        _begin_with(film_id, shot_id, Frame(source="own", picture=job_service().films.add_picture(picture)))
    except MovaError as problem:
        st.session_state["frame-wrong"] = problem


@acting
def _take_other(film_id: str, shot_id: str, other: ShotState) -> None:
    """The other shot's frame becomes this one's own picture: it stays where that one is changed."""
    service = job_service()
    if other.job is not None:
        made = chosen_of(service.steps.of(other.job.id), "first_frame")
        name = (made and made.output) or FIRST_FRAME
        path = service.files.path(other.job, name)
        if path is None:
            raise FileMissing(name=name, reason=gettext_noop("it does not exist"))
        digest = service.films.add_picture(path.read_bytes())
        _begin_with(film_id, shot_id, Frame(source="own", picture=digest))


def _begin_with(film_id: str, shot_id: str, frame: Frame) -> None:
    """Record another first frame, and order it at once: it costs nothing where it is a picture."""

    def change(now: Film) -> Film:
        found = shot_of(now, shot_id)
        if found is None:
            return now
        join = Join() if found[1].frame.source == "last" else found[1].join
        return with_shot(now, found[1].model_copy(update={"frame": frame, "join": join}))

    if edit(film_id, change) and frame.source == "own":
        service = job_service()
        service.shots.make_frames(service.films.get(film_id)[0], {shot_id})
