"""The form of one shot, and the acts that move it, add another one, or remove it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import streamlit as st

from core.errors import MovaError
from film.composition import speech_seconds_of
from film.document import CAMERA_MOVES, MAX_UTTERANCES, SHOT_SIZES, Film, Frame, Join, JoinKind, Scene, Shot, Utterance
from film.editing import add_shot, move_shot, remove_shot, with_shot
from media.frames import taken_picture
from ui.app_context import app_context
from ui.film.unsaved import Fields
from ui.film.words import join_word, move_word, size_word
from ui.film.working import edit, refuse
from ui.session import job_service
from ui.session import translate as _
from ui.shared.widgets import largest_upload, say_upload
from ui.shared.words import in_seconds

_DISSOLVE = 12  # frames, half a second


@dataclass(frozen=True)
class _Typed:
    """What stands in the fields that are no plain values of a shot."""

    lines: Sequence[tuple[str | None, str, str]]
    join: JoinKind
    frames: int
    picture: object


def shot_form(film: Film, scene: Scene, shot: Shot, number: int) -> None:
    """The open shot; saving makes the next revision of the film."""
    with st.container(border=True, key="shot-open"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{_('Shot {n}').format(n=number)}**", width="content")
            spoken, room = speech_seconds_of(shot), film.shot_frames / 24
            words = _("speech {spoken} of {room}").format(spoken=in_seconds(spoken, 1), room=in_seconds(room))
            st.caption(words, width="content")
            st.space("stretch")
            st.button(_("Close"), key="shot-close", icon=":material/close:", type="tertiary", on_click=_close)
        fields = fields_of(shot)
        changed, typed = _fields(film, shot, number, fields)
        if fields.save_row(_("Save the shot"), "save-shot", primary=True):
            _save(film, shot, changed, typed, fields)
        _acts(film, shot)


def fields_of(shot: Shot) -> Fields:
    """The fields of its form, with what is recorded."""
    recorded: dict[str, object] = {
        "shot-size": shot.size,
        "shot-camera": shot.camera,
        "shot-action": shot.action,
        "shot-cast": shot.cast,
        "shot-sound": shot.sound,
        "shot-held": shot.held,
        "shot-join": shot.join.kind,
        "shot-dissolve": shot.join.frames or _DISSOLVE,
        "shot-source": _source(shot),
    }
    for number, one in enumerate([*shot.utterances, None][:MAX_UTTERANCES], 1):
        recorded |= {
            f"line-who-{number}": one.speaker if one else None,
            f"line-text-{number}": one.text if one else "",
            f"line-how-{number}": one.manner if one else "",
        }
    return Fields(shot.id, recorded)


def _source(shot: Shot) -> str:
    return "own" if shot.frame.source == "own" else "made"


def _fields(film: Film, shot: Shot, number: int, fields: Fields) -> tuple[dict[str, object], _Typed]:
    def key(name: str) -> str:
        return fields.key(f"shot-{name}")

    names = {one.id: one.name for one in film.cast}
    framing = _framing(shot, fields)
    action = st.text_area(_("What happens"), shot.action, key=key("action"), height="content", persist_state="session")
    seen = st.multiselect(
        _("Who is seen"),
        list(names),
        list(shot.cast),
        format_func=lambda one: names[one],
        key=key("cast"),
        persist_state="session",
    )
    lines = _lines(film, shot, fields)
    sound = st.text_input(
        _("Sound"), shot.sound, key=key("sound"), placeholder=_("rain ticks on the panes"), persist_state="session"
    )
    join, frames = _join(shot, number, fields)
    picture = _picture(shot, fields)
    held = st.checkbox(
        _("Hold back"),
        shot.held,
        key=key("held"),
        help=_("It is not rendered as long as it is held back."),
        persist_state="session",
    )
    values: dict[str, object] = {
        **framing,
        "action": action,
        "cast": tuple(seen),
        "sound": sound,
        "held": held,
    }
    return values, _Typed(lines, join, frames, picture)


def _framing(shot: Shot, fields: Fields) -> dict[str, object]:
    left, right = st.columns(2)
    size = left.selectbox(
        _("Shot size"),
        SHOT_SIZES,
        SHOT_SIZES.index(shot.size),
        format_func=size_word,
        key=fields.key("shot-size"),
        persist_state="session",
    )
    moves = (None, *CAMERA_MOVES)
    camera = right.selectbox(
        _("Camera"),
        moves,
        moves.index(shot.camera),
        format_func=move_word,
        key=fields.key("shot-camera"),
        persist_state="session",
    )
    return {"size": size, "camera": camera}


def _lines(film: Film, shot: Shot, fields: Fields) -> list[tuple[str | None, str, str]]:
    """The lines that are spoken, each with its speaker and manner, and an empty one for another."""
    names, found = {one.id: one.name for one in film.cast}, []
    if not names:
        st.caption(_("Who speaks is one of the people above: add somebody first."))
        return []
    spoken = [*shot.utterances, None][:MAX_UTTERANCES]
    for number, one in enumerate(spoken, 1):
        who, text, how = st.columns([2, 5, 2])
        ids = list(names)
        speaker = who.selectbox(
            _("Speaker {n}").format(n=number),
            ids,
            ids.index(one.speaker) if one else None,
            format_func=lambda it: names[it],
            key=fields.key(f"line-who-{number}"),
            placeholder=_("nobody"),
            persist_state="session",
        )
        said = text.text_area(
            _("Words {n}").format(n=number),
            one.text if one else "",
            key=fields.key(f"line-text-{number}"),
            height="content",
            help=_("Said word for word. Emptied, the line goes."),
            persist_state="session",
        )
        manner = how.text_input(
            _("Manner {n}").format(n=number),
            one.manner if one else "",
            key=fields.key(f"line-how-{number}"),
            placeholder=_("quietly"),
            persist_state="session",
        )
        found.append((speaker, said, manner))
    return found


def _join(shot: Shot, number: int, fields: Fields) -> tuple[JoinKind, int]:
    if number == 1:
        return "cut", 0
    left, right = st.columns(2)
    kinds = get_args(JoinKind)
    kind: JoinKind = left.selectbox(
        _("Follows the shot before by"),
        kinds,
        kinds.index(shot.join.kind),
        format_func=join_word,
        key=fields.key("shot-join"),
        persist_state="session",
        help=_("A shot that goes on begins with the last frame of the one before, and is a little softer than it."),
    )
    frames = right.number_input(
        _("Frames of a dissolve"),
        1,
        48,
        shot.join.frames or _DISSOLVE,
        key=fields.key("shot-dissolve"),
        persist_state="session",
    )
    return kind, int(frames) if kind == "dissolve" else 0


def _picture(shot: Shot, fields: Fields) -> object:
    """``"made"``, ``"own"``, or the picture that was uploaded."""
    left, right = st.columns(2)
    words = {"made": _("made from the words"), "own": _("my own picture")}
    source = left.selectbox(
        _("First frame"),
        ("made", "own"),
        1 if _source(shot) == "own" else 0,
        format_func=lambda one: words[one],
        key=fields.key("shot-source"),
        persist_state="session",
    )
    key = f"{fields.key('shot-source')}-picture"
    most = largest_upload(app_context().settings.max_video_mb)
    file = right.file_uploader(_("Own first frame"), key=key, max_upload_size=most)
    say_upload(key, most)
    return file if file is not None and source == "own" else source


def _save(film: Film, shot: Shot, values: dict[str, object], typed: _Typed, fields: Fields) -> None:
    try:
        frame = _frame(shot, typed)
    except MovaError as problem:
        refuse(film.id, problem)
        st.rerun()
    lines = tuple(
        Utterance(speaker=who, text=text.strip(), manner=how) for who, text, how in typed.lines if who and text.strip()
    )
    join = Join(kind=typed.join, frames=typed.frames)
    more = {"utterances": lines, "join": join, "frame": frame}

    def change(now: Film) -> Film:
        known = next((one for one in now.shots if one.id == shot.id), shot)
        return with_shot(now, known.model_copy(update={**values, **more}))

    def save() -> bool:
        if not edit(film.id, change):
            return False
        _close()
        return True

    fields.saving(save)


def _frame(shot: Shot, typed: _Typed) -> Frame:
    """Raises PictureError."""
    if typed.join == "continue":
        return Frame(source="last")
    if typed.picture == "made" or (typed.picture == "own" and shot.frame.picture is None):
        return Frame()
    if typed.picture == "own":
        return shot.frame
    file = typed.picture
    data, _notes = taken_picture(file.getvalue(), file.name, app_context().settings)  # type: ignore[attr-defined]
    return Frame(source="own", picture=job_service().films.add_picture(data))


def _acts(film: Film, shot: Shot) -> None:
    with st.container(horizontal=True, key="shot-acts"):
        for name, label, icon, by in (
            ("up", _("Earlier"), "arrow_upward", -1),
            ("down", _("Later"), "arrow_downward", 1),
        ):
            args = (film.id, shot.id, by)
            st.button(label, key=f"shot-{name}", icon=f":material/{icon}:", on_click=_move, args=args)
        st.button(_("Add a shot after it"), key="shot-add", icon=":material/add:", on_click=_add, args=(film, shot.id))
        st.button(
            _("Remove the shot"), key="shot-remove", icon=":material/delete:", on_click=_remove, args=(film.id, shot.id)
        )


def _move(film_id: str, shot_id: str, by: int) -> None:
    edit(film_id, lambda now: move_shot(now, shot_id, by))


def _add(film: Film, shot_id: str) -> None:
    _film, new = add_shot(film, shot_id)
    if edit(film.id, lambda now: add_shot(now, shot_id)[0]):
        st.query_params["shot"] = new


def _remove(film_id: str, shot_id: str) -> None:
    if edit(film_id, lambda now: remove_shot(now, shot_id)):
        _close()


def _close() -> None:
    st.query_params.pop("shot", None)
