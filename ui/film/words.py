"""Names of what a shot has, as people read them."""

from __future__ import annotations

from core.messages import gettext_noop
from film.document import CAMERA_MOVES, SHOT_SIZES, CameraMove, JoinKind, Shot, ShotSize
from ui.session import translate as _
from ui.shared.plain import escape_markdown

_SIZES: dict[ShotSize, str] = dict(
    zip(
        SHOT_SIZES,
        (
            gettext_noop("extreme wide"),
            gettext_noop("wide"),
            gettext_noop("full figure"),
            gettext_noop("medium wide"),
            gettext_noop("medium"),
            gettext_noop("medium close-up"),
            gettext_noop("close-up"),
            gettext_noop("extreme close-up"),
            gettext_noop("over the shoulder"),
        ),
        strict=True,
    )
)
_MOVES: dict[CameraMove, str] = dict(
    zip(
        CAMERA_MOVES,
        (
            gettext_noop("push in"),
            gettext_noop("pull back"),
            gettext_noop("pan left"),
            gettext_noop("pan right"),
            gettext_noop("tilt up"),
            gettext_noop("tilt down"),
            gettext_noop("follows along"),
            gettext_noop("circles around"),
            gettext_noop("rise"),
            gettext_noop("handheld"),
        ),
        strict=True,
    )
)
_JOINS: dict[JoinKind, str] = {
    "cut": gettext_noop("cut"),
    "continue": gettext_noop("goes on from the shot before"),
    "dissolve": gettext_noop("dissolve"),
}


def size_word(size: ShotSize) -> str:
    return _(_SIZES[size])


def move_word(move: CameraMove | None) -> str:
    return _("stands still") if move is None else _(_MOVES[move])


def join_word(kind: JoinKind) -> str:
    return _(_JOINS[kind])


def words_of(shot: Shot) -> str:
    """What is seen and said in a shot, as one line."""
    return " ".join([shot.action, *(f"“{one.text}”" for one in shot.utterances)]).strip()


def shown_words(shot: Shot, room: int) -> str:
    """The beginning of it, as text in markdown."""
    from ui.shared.links import short

    return escape_markdown(short(words_of(shot), room)) or _("Nothing is told yet")
