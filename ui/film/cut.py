"""The stage Cut: the film as it plays from its takes, its strip of shots, and the file that they are joined to."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.background import BackgroundTask
from core.messages import gettext_noop
from film.document import Film
from film.edits import moved
from jobs.service.cuts import Cut, CutShot, Joined
from media.findings import WORDS
from ui.app_context import app_context
from ui.film.cut_shot import shot_fields
from ui.film.cut_sound import film_sound, played_music
from ui.film.editing import change
from ui.film.words import words_of
from ui.film.working import working
from ui.server.files import document_path, file_path, hand_over_path, poster_path
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import address, short
from ui.shared.notices import show_error, show_notes
from ui.shared.plain import escape_markdown
from ui.shared.style import BROWSER, script
from ui.shared.video import played_path
from ui.shared.watching import live
from ui.shared.widgets import act_bar, primary_button
from ui.shared.words import in_seconds, listed, state_word

_JS = script("cut.js")
_CSS = (BROWSER / "cut.css").read_text(encoding="utf-8")
_KEY, _SELECTED = "film-cut", "film-cut-shot"
_TITLE = 80  # letters
_WORDS = {
    "play": gettext_noop("Play the film (space)"),
    "pause": gettext_noop("Pause (space)"),
    "back": gettext_noop("Shot before (←)"),
    "on": gettext_noop("Next shot (→)"),
    "mute": gettext_noop("Sound off"),
    "unmute": gettext_noop("Sound on"),
    "wide": gettext_noop("Full screen"),
    "seek": gettext_noop("Position in the film"),
    "strip": gettext_noop("Shots of the film"),
    "shot": gettext_noop("Shot {n}"),
    "music": gettext_noop("The music cannot be played in this browser. It will be in the joined film."),
    "failed": gettext_noop("The video of shot {n} cannot be played."),
}


def cut_stage(film_id: str) -> None:
    """The whole stage."""
    film, revision = working(film_id, newest=True)
    cut = job_service().cuts.of(film)
    if not cut.shots:
        st.info(_("The film has no shots yet. Write them under “Script”."), icon=":material/movie:")
        return
    selected = _selected(cut)
    _player(film, revision, cut, selected)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_length(cut), width="content")
        if any(one.take is not None and one.take.is_preview for one in cut.shots):
            st.badge(_("Preview, not MOVA"), icon=":material/draw:", color="gray")
    shot_fields(film, revision, cut, selected)
    film_sound(film, revision)
    joined = job_service().cuts.joined(film, cut)
    _joined(film, joined)
    _acts(film, revision, cut, joined)


def _length(cut: Cut) -> str:
    words = _("{n} frames · {seconds} at 24 frames a second")
    return words.format(n=cut.num_frames, seconds=in_seconds(cut.seconds))


def _selected(cut: Cut) -> CutShot:
    """The shot whose numbers are shown; the first one until another is chosen."""
    chosen = st.session_state.get(_SELECTED)
    return next((one for one in cut.shots if one.shot.id == chosen), cut.shots[0])


# ---- the player ------------------------------------------------------------------------------------------------------


def _player(film: Film, revision: int, cut: Cut, selected: CutShot) -> None:
    data = {
        "shots": [_shown(one) for one in cut.shots],
        "fps": 24,
        "frames": cut.num_frames,
        "selected": selected.shot.id,
        "revision": revision,
        "music": played_music(film),
        "upright": film.orientation == "portrait",
        "words": {name: _(text) for name, text in _WORDS.items()},
    }
    draw = st.components.v2.component("mova_cut", css=_CSS, js=_JS)
    draw(key=_KEY, data=data, on_act_change=lambda: _take(film.id, st.session_state[_KEY].get("act")))


def _shown(one: CutShot) -> dict[str, Any]:
    """A shot as the browser plays it; without a take its first frame stands for its length."""
    take, pictured = one.take, one.take or (one.state.job if one.state.has_frame else None)
    return {
        "id": one.shot.id,
        "number": one.state.number,
        "title": short(words_of(one.shot), _TITLE),
        "source": address(played_path(take)) if take else "",
        "poster": address(poster_path(pictured.id, pictured.revision)) if pictured else "",
        "state": _missing(one),
        "start": one.shot.trim.start,
        "frames": one.frames,
        "begins": one.begins,
        "overlap": one.overlap,
        "j_cut": one.shot.join.j_cut,
        "l_cut": one.shot.join.l_cut,
        "blends": one.shot.join.kind == "dissolve" and one.overlap > 0,
        "length": in_seconds(one.frames / 24),
        "notes": _notes(one),
    }


def _missing(one: CutShot) -> str:
    """What is said over the picture of a shot that has no take."""
    if one.take is not None:
        return ""
    if one.state.job is not None:
        return f"{_('No video yet')} · {state_word(one.state.job.state)}"
    return _("No video yet")


def _notes(one: CutShot) -> list[tuple[str, str]]:
    """What is said below a card of the strip: a class of the style and the words."""
    notes = []
    if one.shot.join.kind == "continue":
        notes.append(("note", _("↦ continues")))
    if one.shot.join.kind == "dissolve":
        notes.append(("note", _("⤬ dissolves, {n} frames").format(n=one.overlap)))
    if one.shot.join.j_cut:
        notes.append(("note", _("J-cut, {n} frames").format(n=one.shot.join.j_cut)))
    if one.shot.join.l_cut:
        notes.append(("note", _("L-cut, {n} frames").format(n=one.shot.join.l_cut)))
    if one.take is None:
        notes.append(("bad", _("No video yet")))
    if one.is_old:
        notes.append(("bad", _("changed since")))
    if one.take is not None and one.take.looks_failed:
        found = [_(WORDS[look]) for look in one.take.look or () if look in WORDS]
        notes.append(("bad", _("looks failed: {reason}").format(reason=listed(found))))
    return notes


def _take(film_id: str, asked: object) -> None:
    """Do what the browser asks for: show a shot's numbers, or move it."""
    if not isinstance(asked, dict):
        return
    shot_id, before, revision = asked.get("id"), asked.get("before"), asked.get("revision")
    if asked.get("act") == "select":
        st.session_state[_SELECTED] = str(shot_id)
    if asked.get("act") == "move" and isinstance(shot_id, str) and isinstance(revision, int):
        change(film_id, revision, lambda film: moved(film, shot_id, str(before) if before else None))


# ---- the joined file -------------------------------------------------------------------------------------------------


def _joined(film: Film, joined: Joined | None) -> None:
    """The joined file of the film as it is now; why an attempt to join it failed."""
    if joined is None:
        task = job_service().cuts.joining(app_context().background, film.id)
        if task is not None and task.error is not None:
            show_error(task.error)
        return
    st.subheader(_("The joined film"))
    show_notes(joined.notes)
    with st.container(width=320 if film.orientation == "portrait" else 860):
        source = address(file_path(joined.job_id, joined.name))
        st.video(source, alt=_("The joined film"), width="stretch")


def _acts(film: Film, revision: int, cut: Cut, joined: Joined | None) -> None:
    cuts, background = job_service().cuts, app_context().background

    def task() -> BackgroundTask | None:
        return cuts.joining(background, film.id)

    def runs() -> bool:
        return (begun := task()) is not None and not begun.done

    def above() -> None:
        if cut.missing:
            shots = listed(map(str, cut.missing[:20])) + ("…" if len(cut.missing) > 20 else "")
            st.caption(
                _("Shots without a video: {shots}. The film can be joined once they are rendered.").format(shots=shots)
            )
        live(lambda: _progress(task()), runs)

    with act_bar(above):
        if joined is not None:
            path = file_path(joined.job_id, joined.name, save_as=f"{file_name(film)}.mp4")
            words, face = _("Download the film"), ":material/download:"
            st.link_button(words, address(path), type="primary", icon=face)
        elif primary_button(_("Join the film"), "join", key="join-film", disabled=bool(cut.missing) or runs()):
            cuts.begin_join(background, film.id, after=revision)
            st.rerun()
        if not cut.missing:
            path = hand_over_path(film.id, revision, save_as=f"{file_name(film)}.zip")
            help_ = _(
                "Videos, timelines (Premiere, Resolve, Final Cut, JianYing), subtitles and a storyboard, in one ZIP"
            )
            st.link_button(_("For an editor"), address(path), icon=":material/video_library:", help=help_)
        path = document_path(film.id, revision, save_as=f"{file_name(film)}.json")
        st.link_button(_("Download its document"), address(path), icon=":material/description:")


def _progress(task: BackgroundTask | None) -> None:
    if task is not None and not task.done:
        words = _("Joining the film: {percent} %")
        st.progress(task.percent, text=words.format(percent=task.percent))


def file_name(film: Film) -> str:
    """What the film's files are called when they are saved."""
    kept = "".join(letter if letter.isalnum() else "-" for letter in short(film.title, 60))
    return "-".join(filter(None, kept.split("-"))) or escape_markdown(film.id)
