"""Changes of a film: each gives another film, checked like any input; where something moves, what follows is mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pydantic import ValidationError

from core.errors import BadFilm
from core.messages import Message, gettext_noop, message
from film.document import CastMember, Film, Frame, Join, Place, Scene, Shot, reason_of


def changed(film: Film, **values: object) -> Film:
    """The film with other values of its fields.

    Raises:
        BadFilm: it would be none; says why.
    """
    try:
        return Film.model_validate({**dict(film), **values})
    except ValidationError as problem:
        where = ".".join(str(part) for part in problem.errors(include_url=False)[0]["loc"]) or "—"
        name = film.title or film.id
        raise BadFilm(str(problem), name=name, where=where, reason=reason_of(problem)) from None


# ---- shots -----------------------------------------------------------------------------------------------------------


def shot_of(film: Film, shot_id: str) -> tuple[Scene, Shot] | None:
    """A shot and its scene; None where the film has no such shot."""
    return next(((scene, shot) for scene, shot in film.in_order() if shot.id == shot_id), None)


def with_shot(film: Film, shot: Shot) -> Film:
    """The film with this shot in the place of the one with the same id."""
    return _with_shots(film, lambda shots: [shot if one.id == shot.id else one for one in shots])


def add_shot(film: Film, after: str) -> tuple[Film, str]:
    """Another shot behind one, in the same scene; with its id."""
    new = Shot(id=_new_id("shot", [one.id for one in film.shots]))

    def put(shots: list[Shot]) -> list[Shot]:
        place = next((number for number, one in enumerate(shots, 1) if one.id == after), None)
        return shots if place is None else [*shots[:place], new, *shots[place:]]

    return _with_shots(film, put), new.id


def add_scene(film: Film, after: str | None) -> tuple[Film, str]:
    """Another scene behind the one of a shot, at the end without one; with the id of its only shot."""
    shot = Shot(id=_new_id("shot", [one.id for one in film.shots]))
    scene = Scene(id=_new_id("scene", [one.id for one in film.scenes]), shots=(shot,))
    holds = [any(one.id == after for one in known.shots) for known in film.scenes]
    place = holds.index(True) + 1 if any(holds) else len(film.scenes)
    return _mended(film, [*film.scenes[:place], scene, *film.scenes[place:]]), shot.id


def remove_shot(film: Film, shot_id: str) -> Film:
    """The film without a shot; a scene without shots goes with it."""
    return _with_shots(film, lambda shots: [one for one in shots if one.id != shot_id])


def move_shot(film: Film, shot_id: str, by: int) -> Film:
    """The film with a shot one place earlier (-1) or later (1); over the end of a scene it goes into the next one."""
    scenes = [list(scene.shots) for scene in film.scenes]
    at = next(((n, m) for n, shots in enumerate(scenes) for m, one in enumerate(shots) if one.id == shot_id), None)
    if at is None:
        return film
    scene, place = at
    shot, target = scenes[scene].pop(place), place + by
    if 0 <= target <= len(scenes[scene]):
        scenes[scene].insert(target, shot)
    elif 0 <= scene + by < len(scenes):
        scenes[scene + by].insert(len(scenes[scene + by]) if by < 0 else 0, shot)
    else:
        return film
    return _mended(film, [_holding(one, shots) for one, shots in zip(film.scenes, scenes, strict=True)])


def _with_shots(film: Film, change: Callable[[list[Shot]], list[Shot]]) -> Film:
    return _mended(film, [_holding(scene, change(list(scene.shots))) for scene in film.scenes])


def _holding(scene: Scene, shots: Iterable[Shot]) -> Scene:
    return scene.model_copy(update={"shots": tuple(shots)})


def _mended(film: Film, scenes: Iterable[Scene]) -> Film:
    """The film of these scenes: none is empty, and the first shot follows no other."""
    kept = [scene for scene in scenes if scene.shots]
    if kept:
        first, *rest = kept[0].shots
        frame = Frame() if first.frame.source == "last" else first.frame
        first = first.model_copy(update={"join": Join(), "frame": frame})
        kept[0] = _holding(kept[0], (first, *rest))
    return changed(film, scenes=tuple(kept))


# ---- what shots have in common ---------------------------------------------------------------------------------------


def with_scene(film: Film, scene: Scene) -> Film:
    """The film with the facts of this scene; its shots stay."""
    scenes = (_holding(scene, one.shots) if one.id == scene.id else one for one in film.scenes)
    return changed(film, scenes=tuple(scenes))


def with_member(film: Film, member: CastMember) -> Film:
    """The film with this person in the place of the one with the same id, at the end where there is none."""
    known = [member if one.id == member.id else one for one in film.cast]
    return changed(film, cast=(*known, *(() if member in known else (member,))))


def with_place(film: Film, place: Place) -> Film:
    """The same for a place."""
    known = [place if one.id == place.id else one for one in film.places]
    return changed(film, places=(*known, *(() if place in known else (place,))))


def remove_member(film: Film, member_id: str) -> Film:
    """The film without a person; raises BadFilm as long as a shot has them."""
    return changed(film, cast=tuple(one for one in film.cast if one.id != member_id))


def remove_place(film: Film, place_id: str) -> Film:
    """The film without a place; raises BadFilm as long as a scene plays there."""
    return changed(film, places=tuple(one for one in film.places if one.id != place_id))


def new_member_id(film: Film) -> str:
    return _new_id("cast", [one.id for one in film.cast])


def new_place_id(film: Film) -> str:
    return _new_id("place", [one.id for one in film.places])


def _new_id(kind: str, taken: Iterable[str]) -> str:
    known, number = set(taken), 1
    while f"{kind}-{number}" in known:
        number += 1
    return f"{kind}-{number}"


# ---- two versions ----------------------------------------------------------------------------------------------------


def differences(before: Film, after: Film) -> list[Message]:
    """What another version changed, as far as a person needs it to decide which one to go on with."""
    told: list[Message] = []
    old, new = {one.id: one for one in before.shots}, {one.id: one for one in after.shots}
    numbers = {one.id: number for number, one in enumerate(after.shots, 1)}
    touched = [str(numbers[one]) for one in new if one in old and old[one] != new[one]]
    if touched:
        told.append(message(gettext_noop("Changed shots: {numbers}."), numbers=", ".join(touched[:20])))
    if added := [str(numbers[one]) for one in new if one not in old]:
        told.append(message(gettext_noop("New shots: {numbers}."), numbers=", ".join(added[:20])))
    if gone := sum(1 for one in old if one not in new):
        told.append(message(gettext_noop("Removed shots: {n}."), n=gone))
    if [one for one in old if one in new] != [one for one in new if one in old]:
        told.append(message(gettext_noop("The shots have another order.")))
    scenes = [[scene.model_copy(update={"shots": ()}) for scene in film.scenes] for film in (before, after)]
    parts = {
        gettext_noop("The people were changed."): before.cast != after.cast,
        gettext_noop("The places or scenes were changed."): before.places != after.places or scenes[0] != scenes[1],
        gettext_noop("Title, style, music or format were changed."): _facts(before) != _facts(after),
    }
    return [*told, *(message(words) for words, differs in parts.items() if differs)]


def _facts(film: Film) -> tuple[object, ...]:
    return (film.title, film.style, film.music, film.model, film.orientation, film.shot_frames)
