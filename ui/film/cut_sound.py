"""Sound and subtitles of the film on the stage Cut: its loudness, a person's own music, where its lines are shown."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from core.errors import MovaError
from core.messages import gettext_noop
from film.document import Bed, Film, SubtitleMode
from film.editing import changed
from film.spoken import spoken
from ui.film.editing import change
from ui.server.files import music_path
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import address
from ui.shared.notices import show_error
from ui.shared.plain import escape_markdown
from ui.shared.widgets import largest_upload, say_upload

_MAX_MB = 500
_LOUDNESS, _LEVEL, _DUCK, _LOOPS, _FILE = (
    f"cut-{name}" for name in ("loudness", "music-level", "music-duck", "music-loops", "music-file")
)
_REFUSED, _SUBTITLES = "cut-music-refused", "cut-subtitles"
_AS_IS = 0.0
_USUAL = (-14.0, -16.0, -23.0)  # LUFS: streaming, the default, broadcasting
_MODES: dict[SubtitleMode, str] = {
    "track": gettext_noop("A track that players show or hide"),
    "burnt": gettext_noop("In the picture"),
    "none": gettext_noop("No subtitles"),
}


def played_music(film: Film) -> dict[str, Any] | None:
    """The film's music as the browser plays it; ``speech`` in seconds of the film."""
    bed = film.bed
    if bed is None or job_service().films.sounds.file(bed.sound) is None:
        return None
    return {
        "source": address(music_path(bed.sound, bed.name)),
        "level": bed.level,
        "duck": bed.duck,
        "loops": bed.loops,
        "speech": [[one.begins, one.ends] for one in spoken(film)],
    }


def film_sound(film: Film, revision: int) -> None:
    """The fields, folded; what is set stands in the heading."""
    name = escape_markdown(film.bed.name) if film.bed else _("no music of your own")
    heading = f"**{_('Sound and subtitles')}**  :gray[{_loudness_words(film.loudness)} · {name}]"
    with st.expander(heading, icon=":material/graphic_eq:", key="cut-sound"):
        _loudness(film, revision)
        if film.bed is None:
            _upload(film, revision)
        else:
            _music(film, revision, film.bed)
        if film.loudness is not None or film.bed is not None:
            words = _(
                "Above, the shots sound as they were rendered, and the music about at its level. How loud each of them "
                "is, is measured and set when the film is joined."
            )
            st.caption(f":material/info: {words}")
        _subtitles(film, revision)


# ---- loudness --------------------------------------------------------------------------------------------------------


def _loudness_words(loudness: float | None) -> str:
    return f"{loudness:g} LUFS" if loudness else _("each shot as it is")


def _loudness(film: Film, revision: int) -> None:
    own = () if film.loudness is None or film.loudness in _USUAL else (film.loudness,)
    labels = {one: _loudness_words(one) for one in (*own, *_USUAL, _AS_IS)}
    st.session_state[_LOUDNESS] = film.loudness or _AS_IS
    st.selectbox(
        _("Loudness of the film and of each shot"),
        list(labels),
        format_func=lambda one: labels[one],
        key=_LOUDNESS,
        width=320,
        help=_("-16 LUFS suits phones and browsers, -14 streaming, -23 television."),
        on_change=_set_loudness,
        args=(film.id, revision),
    )


def _set_loudness(film_id: str, revision: int) -> None:
    change(film_id, revision, partial(changed, loudness=st.session_state[_LOUDNESS] or None))


# ---- music -----------------------------------------------------------------------------------------------------------


def _upload(film: Film, revision: int) -> None:
    most, label = largest_upload(_MAX_MB), _("Music of your own under the film (MP3, WAV, FLAC, Ogg, AIFF or M4A)")
    file = st.file_uploader(label, key=_FILE, max_upload_size=most)
    say_upload(_FILE, most)
    if file is None:
        return
    refused = st.session_state.get(_REFUSED)
    if refused is None or refused[0] != file.file_id:
        try:
            with st.spinner(_("The music is being checked …")):
                bed = job_service().films.sounds.upload_music(file.name, file.getvalue())
        except MovaError as error:
            st.session_state[_REFUSED] = refused = (file.file_id, error)
        else:
            change(film.id, revision, partial(changed, bed=bed))
            st.rerun()
    show_error(refused[1])


def _music(film: Film, revision: int, bed: Bed) -> None:
    if job_service().films.sounds.file(bed.sound) is None:
        words = _("{name} is not kept here. Remove it and choose the file again, or the film cannot be joined.")
        st.warning(words.format(name=escape_markdown(bed.name or bed.sound[:12])), icon=":material/music_off:")
    _music_fields(film.id, revision, bed)
    st.button(
        _("Remove the music"),
        key="cut-music-remove",
        icon=":material/music_off:",
        type="tertiary",
        on_click=change,
        args=(film.id, revision, partial(changed, bed=None)),
    )


def _music_fields(film_id: str, revision: int, bed: Bed) -> None:
    given = (film_id, revision, bed)
    for key, value in ((_LEVEL, bed.level), (_DUCK, bed.duck), (_LOOPS, bed.loops)):
        st.session_state[key] = value
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            _("Music beside the film (LU)"),
            -40.0,
            0.0,
            step=1.0,
            format="%g",
            key=_LEVEL,
            width=220,
            help=_("-9 is well below speech, 0 as loud as the film."),
            on_change=_set_music,
            args=given,
        )
        st.number_input(
            _("Quieter under speech by (dB)"),
            0.0,
            40.0,
            step=1.0,
            format="%g",
            key=_DUCK,
            width=220,
            on_change=_set_music,
            args=given,
        )
        st.checkbox(
            _("Begin again until the film ends"),
            key=_LOOPS,
            help=_("Without it the music ends with itself. What is longer than the film is cut and faded out."),
            on_change=_set_music,
            args=given,
        )


def _set_music(film_id: str, revision: int, bed: Bed) -> None:
    values = {"level": float(st.session_state[_LEVEL]), "duck": float(st.session_state[_DUCK])}
    loops = bool(st.session_state[_LOOPS])
    change(film_id, revision, partial(changed, bed=bed.model_copy(update={**values, "loops": loops})))


# ---- subtitles -------------------------------------------------------------------------------------------------------


def _subtitles(film: Film, revision: int) -> None:
    labels = {mode: _(words) for mode, words in _MODES.items()}
    st.session_state[_SUBTITLES] = film.subtitle_mode
    st.selectbox(
        _("Subtitles of the joined film"),
        list(labels),
        format_func=lambda one: labels[one],
        key=_SUBTITLES,
        width=320,
        on_change=_set_subtitles,
        args=(film.id, revision),
    )


def _set_subtitles(film_id: str, revision: int) -> None:
    change(film_id, revision, partial(changed, subtitle_mode=st.session_state[_SUBTITLES]))
