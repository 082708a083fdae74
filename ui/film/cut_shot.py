"""The numbers of one shot in the cut: what is left away of it, how it follows the one before, and its place."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.messages import gettext_noop
from film.document import MAX_DISSOLVE, MAX_SOUND_CUT, Film, JoinKind
from film.edits import moved, with_join, with_sound_cut, with_trim
from jobs.service.cuts import Cut, CutShot
from ui.film.address import film_query
from ui.film.editing import change
from ui.film.words import words_of
from ui.session import translate as _
from ui.shared.links import short
from ui.shared.plain import escape_markdown
from ui.shared.words import in_seconds

_START, _END, _JOIN, _FRAMES = (f"cut-{name}" for name in ("start", "end", "join", "frames"))
_EARLIER, _LONGER = "cut-j", "cut-l"
_EXCERPT = 120
_DISSOLVE = 12  # frames, where a dissolve is chosen first
_KINDS: dict[JoinKind, str] = {
    "cut": gettext_noop("Hard cut"),
    "continue": gettext_noop("Continue"),
    "dissolve": gettext_noop("Dissolve"),
}


def shot_fields(film: Film, revision: int, cut: Cut, one: CutShot) -> None:
    """The fields of the selected shot."""
    shot, first = one.shot, one.state.number == 1
    with st.container(border=True, key="cut-shot"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{_('Shot {n}').format(n=one.state.number)}** · {in_seconds(one.frames / 24)}", width="content"
            )
            st.caption(escape_markdown(short(words_of(shot), _EXCERPT)), width="stretch")
            _order(film, revision, cut, one)
        if one.is_old:
            words = _("Its take was made before the shot was changed. Render it again to see it as it is now.")
            st.caption(f":material/history: {words}")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _trim(film, revision, one)
            if not first:
                _join(film, revision, one)
        if not first and shot.join.kind == "cut":
            _sound_cut(film, revision, one, cut.shots[one.state.number - 2])
        if shot.join.kind == "continue":
            words = _("It begins with the last frame of the shot before, which is in the film once.")
            st.caption(f":material/info: {words}")


def _order(film: Film, revision: int, cut: Cut, one: CutShot) -> None:
    """One place earlier or later; what continues moves with what it continues."""
    blocks = _blocks(cut)
    at = next(place for place, block in enumerate(blocks) if one.shot.id in block)
    earlier = blocks[at - 1][0] if at else None
    later = blocks[at + 2][0] if at + 2 < len(blocks) else None
    st.button(
        _("Earlier"),
        key="cut-earlier",
        icon=":material/arrow_back:",
        disabled=at == 0,
        on_click=change,
        args=(film.id, revision, partial(_moved, shot_id=one.shot.id, before=earlier)),
    )
    st.button(
        _("Later"),
        key="cut-later",
        icon=":material/arrow_forward:",
        disabled=at == len(blocks) - 1,
        on_click=change,
        args=(film.id, revision, partial(_moved, shot_id=one.shot.id, before=later)),
    )
    st.page_link(
        "film/film.py",
        label=_("Takes"),
        icon=":material/video_library:",
        query_params=film_query(film.id, "takes", shot=one.shot.id),
    )


def _blocks(cut: Cut) -> list[list[str]]:
    """The ids of the shots, those together that continue each other."""
    blocks: list[list[str]] = []
    for one in cut.shots:
        if one.shot.join.kind == "continue" and blocks:
            blocks[-1].append(one.shot.id)
        else:
            blocks.append([one.shot.id])
    return blocks


def _moved(film: Film, *, shot_id: str, before: str | None) -> Film:
    return moved(film, shot_id, before)


def _trim(film: Film, revision: int, one: CutShot) -> None:
    """Frames left away at both ends."""
    trim, most = one.shot.trim, max(0, one.rendered - 1)
    for key, label, value in (
        (_START, _("Frames left away at its beginning"), trim.start),
        (_END, _("Frames left away at its end"), trim.end),
    ):
        st.session_state[key] = min(value, most)
        st.number_input(
            label, 0, most, step=1, key=key, width=220, on_change=_trimmed, args=(film.id, revision, one.shot.id)
        )


def _trimmed(film_id: str, revision: int, shot_id: str) -> None:
    start, end = int(st.session_state[_START]), int(st.session_state[_END])
    change(film_id, revision, lambda film: with_trim(film, shot_id, start, end))


def _join(film: Film, revision: int, one: CutShot) -> None:
    """How it follows the shot before."""
    given = (film.id, revision, one.shot.id)
    st.session_state[_JOIN] = one.shot.join.kind
    st.segmented_control(
        _("Joined to the shot before by"),
        list(_KINDS),
        required=True,
        format_func=lambda kind: _(_KINDS[kind]),
        key=_JOIN,
        on_change=_joined,
        args=given,
        help=_(
            "A cut puts it behind the other. “Continue” lets it begin with the last frame of the other: it is then "
            "to be rendered from that frame. A dissolve blends the two, picture and sound."
        ),
    )
    if one.shot.join.kind == "dissolve":
        st.session_state[_FRAMES] = one.shot.join.frames
        label = _("Frames of the dissolve")
        st.number_input(label, 1, MAX_DISSOLVE, step=1, key=_FRAMES, width=180, on_change=_joined, args=given)


def _joined(film_id: str, revision: int, shot_id: str) -> None:
    kind: JoinKind = st.session_state[_JOIN]
    frames = int(st.session_state.get(_FRAMES) or _DISSOLVE)
    change(film_id, revision, lambda film: with_join(film, shot_id, kind, frames))


def _sound_cut(film: Film, revision: int, one: CutShot, before: CutShot) -> None:
    """Where the sound is cut: with the picture, before it (J-cut) or after it (L-cut); never both."""
    earlier = min(MAX_SOUND_CUT, one.shot.trim.start, before.frames - 1)
    longer = min(MAX_SOUND_CUT, before.shot.trim.end, one.frames)
    if not earlier and not longer:
        words = _(
            "Its sound can begin before its picture (J-cut) once frames are left away at its beginning; the sound of "
            "the shot before can go on into it (L-cut) once frames are left away at that one's end."
        )
        st.caption(f":material/graphic_eq: {words}")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _sound_fields(film, revision, one, earlier, longer)


def _sound_fields(film: Film, revision: int, one: CutShot, earlier: int, longer: int) -> None:
    """A field for each of the two cuts, which goes as far as frames are left away there."""
    join = one.shot.join
    for key, label, help_, value, most, other in (
        (
            _EARLIER,
            _("J-cut: frames its sound begins earlier"),
            _("As many as are left away at its beginning, 12 at most; not together with an L-cut."),
            join.j_cut,
            earlier,
            join.l_cut,
        ),
        (
            _LONGER,
            _("L-cut: frames the sound before goes on"),
            _("As many as are left away at the end of the shot before, 12 at most; not together with a J-cut."),
            join.l_cut,
            longer,
            join.j_cut,
        ),
    ):
        st.session_state[key] = min(value, most)
        st.number_input(
            label,
            0,
            most,
            step=1,
            key=key,
            width=300,
            help=help_,
            disabled=most == 0 or other > 0,
            on_change=_sound_is_cut,
            args=(film.id, revision, one.shot.id),
        )


def _sound_is_cut(film_id: str, revision: int, shot_id: str) -> None:
    j_cut, l_cut = int(st.session_state[_EARLIER]), int(st.session_state[_LONGER])
    change(film_id, revision, lambda film: with_sound_cut(film, shot_id, j_cut=j_cut, l_cut=l_cut))
