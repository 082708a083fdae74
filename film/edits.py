"""Changes of a cut: which take, what is trimmed, how shots follow each other and in which order.

Each gives another film; where the document's own rules forbid it, nothing is changed and the reason is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from pydantic import ValidationError

from core.errors import FilmEditRefused
from core.messages import gettext_noop
from film.document import Film, Frame, Join, JoinKind, Scene, Shot, Trim, reason_of

_PART = "-part-"  # of a scene's id, where shots of another scene were moved into its middle
_BASE = 22  # characters of an id before that


def with_take(film: Film, shot_id: str, take: str | None) -> Film:
    """The film with this take chosen for a shot; None stands for the newest good one."""
    return _checked(_with_shot(film, shot_id, {"take": take}))


def with_trim(film: Film, shot_id: str, start: int, end: int) -> Film:
    """The film with so many frames left away at the beginning and at the end of a shot.

    Raises:
        FilmEditRefused: nothing would be left of it, or not enough for its dissolve.
    """
    return _checked(_fitting(_with_shot(film, shot_id, {"trim": Trim.model_construct(start=start, end=end)})))


def with_join(film: Film, shot_id: str, kind: JoinKind, frames: int = 0) -> Film:
    """The film with another way for a shot to follow the one before it; ``frames`` is the length of a dissolve.

    A shot that continues begins with the last frame of the one before, so that its own first frame is given up; one
    that no longer does is given a first frame from words.

    Raises:
        FilmEditRefused: it is the first shot, or shorter than the dissolve.
    """
    before = _shot(film, shot_id).frame
    frame = Frame(source="last") if kind == "continue" else Frame() if before.source == "last" else before
    join = _shot(film, shot_id).join
    if (kind, join.kind) != ("cut", "cut"):
        join = Join.model_construct(kind=kind, frames=frames if kind == "dissolve" else 0, j_cut=0, l_cut=0)
    return _checked(_with_shot(film, shot_id, {"join": join, "frame": frame}))


def with_sound_cut(film: Film, shot_id: str, *, j_cut: int = 0, l_cut: int = 0) -> Film:
    """The film with a shot's sound beginning ``j_cut`` frames before its picture, or the sound of the shot before going
    on for ``l_cut`` frames into it; 0 for both cuts the two together.

    Raises:
        FilmEditRefused: it is no cut, both are given, or there are not so many frames trimmed there.
    """
    join = _shot(film, shot_id).join.model_copy(update={"j_cut": j_cut, "l_cut": l_cut})
    return _checked(_with_shot(film, shot_id, {"join": join}))


def moved(film: Film, shot_id: str, before: str | None) -> Film:
    """The film with a shot in front of another one, or at the end; None of them is to be made anew for that.

    Shots that continue each other move together. A shot keeps the facts of its scene, whatever scene it comes to lie
    in: the scene is divided for it, and is whole again once the shot is back. What begins the film follows nothing, so
    that it is cut.
    """
    blocks = _blocks(film)
    moving = next(block for block in blocks if any(shot.id == shot_id for _, shot in block))
    rest = [block for block in blocks if block is not moving]
    if before is not None and any(shot.id == before for _, shot in moving):
        return film
    at = next((place for place, block in enumerate(rest) if any(shot.id == before for _, shot in block)), len(rest))
    order = [piece for block in (*rest[:at], moving, *rest[at:]) for piece in block]
    (scene, first), *others = order
    if first.join.kind != "continue":
        first = first.model_copy(update={"join": Join()})
    empty = [one for one in film.scenes if not one.shots]
    return _checked(_fitting(film.model_copy(update={"scenes": (*_scenes([(scene, first), *others]), *empty)})))


def _blocks(film: Film) -> list[list[tuple[Scene, Shot]]]:
    """The shots, those together that continue each other."""
    blocks: list[list[tuple[Scene, Shot]]] = []
    for scene, shot in film.in_order():
        if shot.join.kind == "continue" and blocks:
            blocks[-1].append((scene, shot))
        else:
            blocks.append([(scene, shot)])
    return blocks


def _scenes(order: Iterable[tuple[Scene, Shot]]) -> list[Scene]:
    """Shots in their order as scenes of the same facts as before."""
    scenes: list[Scene] = []
    taken: set[str] = set()
    for _, pieces in groupby(order, key=lambda piece: _origin(piece[0])):
        together = list(pieces)
        base = together[0][0]
        scene_id = _free(base.id.partition(_PART)[0], taken)
        taken.add(scene_id)
        scenes.append(base.model_copy(update={"id": scene_id, "shots": tuple(shot for _, shot in together)}))
    return scenes


def _origin(scene: Scene) -> tuple[object, ...]:
    """What the parts of a divided scene have in common."""
    facts = (scene.place, scene.time, scene.light, tuple(sorted(scene.clothes.items())))
    return (scene.id.partition(_PART)[0], *facts)


def _free(scene_id: str, taken: set[str]) -> str:
    free, number = scene_id, 2
    while free in taken:
        free, number = f"{scene_id[:_BASE]}{_PART}{number}", number + 1
    return free


def _shot(film: Film, shot_id: str) -> Shot:
    found = next((shot for shot in film.shots if shot.id == shot_id), None)
    if found is None:
        raise FilmEditRefused(reason=gettext_noop("the shot is not in the film any more"))
    return found


def _with_shot(film: Film, shot_id: str, changes: Mapping[str, Any]) -> Film:
    _shot(film, shot_id)
    scenes = tuple(
        scene.model_copy(
            update={
                "shots": tuple(
                    shot.model_copy(update=dict(changes)) if shot.id == shot_id else shot for shot in scene.shots
                )
            }
        )
        for scene in film.scenes
    )
    return film.model_copy(update={"scenes": scenes})


def _fitting(film: Film) -> Film:
    """The film with no sound reaching further beside its picture than frames are trimmed there."""
    left_away = 0
    for shot in film.shots:
        join = shot.join
        j_cut, l_cut = min(join.j_cut, shot.trim.start), min(join.l_cut, left_away)
        if (j_cut, l_cut) != (join.j_cut, join.l_cut):
            film = _with_shot(film, shot.id, {"join": join.model_copy(update={"j_cut": j_cut, "l_cut": l_cut})})
        left_away = shot.trim.end
    return film


def _checked(film: Film) -> Film:
    """The film by the rules of its document.

    Raises:
        FilmEditRefused
    """
    try:
        return Film.model_validate(film.model_dump(mode="json", by_alias=True, warnings=False))
    except ValidationError as problem:
        raise FilmEditRefused(str(problem)[:2000], reason=reason_of(problem)) from None
