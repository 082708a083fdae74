"""The document of a film: what a page edits, the store keeps, ``film.json`` holds and the joined file carries."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from core.errors import BadFilm
from core.messages import gettext_noop
from core.references import Digest, Reference, Strength
from core.render_settings import LIMITS, TRAINED_FPS, TRAINED_FRAMES, NumFrames, Orientation, snap_frames

SCHEMA: Literal[1] = 1
MAX_SHOTS, MAX_CAST, MAX_PLACES, MAX_UTTERANCES = 500, 50, 50, 8
MAX_PICTURES = 4  # of a person or a place
MAX_LINE = 400  # characters
MAX_DISSOLVE, MAX_SOUND_CUT = 48, 12  # frames
SHOT_SECONDS = TRAINED_FRAMES / TRAINED_FPS

ShotSize = Literal[
    "extreme wide",
    "wide",
    "full",
    "medium wide",
    "medium",
    "medium close-up",
    "close-up",
    "extreme close-up",
    "over the shoulder",
]
CameraMove = Literal[
    "push in", "pull back", "pan left", "pan right", "tilt up", "tilt down", "track", "orbit", "rise", "handheld"
]
JoinKind = Literal["cut", "continue", "dissolve"]
FrameSource = Literal["made", "own", "last"]
SubtitleMode = Literal["track", "burnt", "none"]
SHOT_SIZES: tuple[ShotSize, ...] = get_args(ShotSize)
CAMERA_MOVES: tuple[CameraMove, ...] = get_args(CameraMove)
SUBTITLE_MODES: tuple[SubtitleMode, ...] = get_args(SubtitleMode)

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
SoundFrames = Annotated[int, Field(ge=0, le=MAX_SOUND_CUT)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_LINE)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


Pictures = Annotated[tuple[Digest, ...], Field(max_length=MAX_PICTURES)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CastMember(_Part):
    """``look`` is what never changes, ``clothes`` may differ in a scene; ``voice`` is one sentence.

    ``pictures`` are sent along where they are seen; ``strength`` says how much of them counts.
    """

    id: Id
    name: Annotated[Line, Field(min_length=1)]
    look: Line = ""
    clothes: Line = ""
    voice: Line = ""
    pictures: Pictures = ()
    strength: Strength = "identity"


class Place(_Part):
    id: Id
    name: Annotated[Line, Field(min_length=1)]
    look: Line = ""
    pictures: Pictures = ()
    strength: Strength = "identity"


class Utterance(_Part):
    """``text`` is said word for word; ``manner`` is how, such as ``quietly``."""

    speaker: Id
    text: Annotated[Words, Field(min_length=1)]
    manner: Line = ""


class Join(_Part):
    """How a shot follows the one before it; ``frames`` is the length of a dissolve.

    ``j_cut`` is how many frames its sound begins before its picture, ``l_cut`` how many the sound of the shot before
    goes on into it: frames that are trimmed away there.
    """

    kind: JoinKind = "cut"
    j_cut: SoundFrames = 0
    l_cut: SoundFrames = 0
    frames: Annotated[int, Field(ge=0, le=MAX_DISSOLVE)] = 0

    @model_validator(mode="after")
    def _dissolves_over_frames(self) -> Self:
        if (self.kind == "dissolve") != (self.frames > 0):
            raise ValueError(gettext_noop("a dissolve has a number of frames, and nothing else has one"))
        if (self.j_cut or self.l_cut) and (self.kind != "cut" or (self.j_cut and self.l_cut)):
            raise ValueError(gettext_noop("only a cut has a j_cut or an l_cut, and not both"))
        return self


class Frame(_Part):
    """The first frame: ``made`` from words, the person's ``own`` picture, or the ``last`` one of the shot before."""

    source: FrameSource = "made"
    picture: Digest | None = None

    @model_validator(mode="after")
    def _own_has_a_picture(self) -> Self:
        if (self.source == "own") != (self.picture is not None):
            raise ValueError(gettext_noop("an own first frame has a picture, and no other has one"))
        return self


class Trim(_Part):
    """Frames that are left away at the beginning and at the end of a shot."""

    start: Annotated[int, Field(ge=0, le=LIMITS["num_frames"].high)] = 0
    end: Annotated[int, Field(ge=0, le=LIMITS["num_frames"].high)] = 0


class Shot(_Part):
    """``take`` is the id of the chosen job; None stands for the newest good one. ``held``: not to be rendered yet."""

    id: Id
    size: ShotSize = "medium"
    camera: CameraMove | None = None
    action: Words = ""
    cast: Annotated[tuple[Id, ...], Field(max_length=8)] = ()
    utterances: Annotated[tuple[Utterance, ...], Field(max_length=MAX_UTTERANCES)] = ()
    sound: Line = ""
    join: Join = Join()
    frame: Frame = Frame()
    held: bool = False
    take: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")] | None = None
    trim: Trim = Trim()


class Scene(_Part):
    """What its shots have in common is written once; ``clothes`` are those of one member of the cast, by id."""

    id: Id
    place: Id | None = None
    time: Line = ""
    light: Line = ""
    clothes: dict[Id, Line] = Field(default_factory=dict)
    shots: Annotated[tuple[Shot, ...], Field(max_length=MAX_SHOTS)] = ()


class Bed(_Part):
    """A person's own music file under the film, by its SHA-256. ``level`` in LU beside the film's loudness; it is
    quieter by ``duck`` dB where somebody speaks. It ``loops`` to the film's end, or ends with itself.
    """

    sound: Digest
    name: Line = ""
    level: Annotated[float, Field(ge=-40, le=0)] = -9.0
    duck: Annotated[float, Field(ge=0, le=40)] = 9.0
    loops: bool = True


class Film(_Part):
    """``style`` is one sentence of look for all shots; ``music`` is off unless it is wanted.

    ``shot_frames`` is how many frames each shot is rendered with, 4k+1 at 24 a second. ``loudness`` in LUFS is that of
    the joined film and of each of its shots; None leaves them as they are. ``bed`` is music that a person has.
    ``subtitle_mode``: the joined film's subtitles are a track beside it, burnt into its pictures, or not there.
    With ``words_only`` no picture of the cast or of places is sent; with ``shot_before`` the first frame of the shot
    before is one more.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    version: Literal[1] = Field(SCHEMA, alias="schema")
    id: Id
    title: Line = ""
    style: Line = ""
    music: Line = ""
    model: Literal["mova-360p", "mova-720p"] = "mova-360p"
    orientation: Orientation = "landscape"
    shot_frames: NumFrames = TRAINED_FRAMES
    loudness: Annotated[float, Field(ge=-36, le=-10)] | None = -16.0
    bed: Bed | None = None
    subtitle_mode: SubtitleMode = "track"
    words_only: bool = False
    shot_before: bool = False
    cast: Annotated[tuple[CastMember, ...], Field(max_length=MAX_CAST)] = ()
    places: Annotated[tuple[Place, ...], Field(max_length=MAX_PLACES)] = ()
    scenes: Annotated[tuple[Scene, ...], Field(max_length=MAX_SHOTS)] = ()

    @property
    def shots(self) -> tuple[Shot, ...]:
        return tuple(shot for _, shot in self.in_order())

    def in_order(self) -> Iterator[tuple[Scene, Shot]]:
        """Every shot with its scene, as the film plays."""
        return ((scene, shot) for scene in self.scenes for shot in scene.shots)

    def member(self, cast_id: str) -> CastMember:
        return next(one for one in self.cast if one.id == cast_id)

    def place_of(self, scene: Scene) -> Place | None:
        return next((one for one in self.places if one.id == scene.place), None)

    def frames_of(self, shot: Shot) -> int:
        """The frames that the film has of a shot."""
        return self.shot_frames - shot.trim.start - shot.trim.end

    @property
    def seconds(self) -> float:
        return self.num_frames / TRAINED_FPS

    @property
    def num_frames(self) -> int:
        """The frames of the joined film: a joint frame is there once, and what dissolves is there together."""
        length = 0
        for place, shot in enumerate(self.shots):
            overlap = 0 if place == 0 else 1 if shot.join.kind == "continue" else shot.join.frames
            length += self.frames_of(shot) - overlap
        return length

    def with_trims(self, trims: Mapping[str, Trim]) -> Film:
        """The film with these trims, by the ids of their shots."""
        scenes = tuple(
            scene.model_copy(
                update={
                    "shots": tuple(one.model_copy(update={"trim": trims.get(one.id, one.trim)}) for one in scene.shots)
                }
            )
            for scene in self.scenes
        )
        return self.model_copy(update={"scenes": scenes})

    def as_json(self) -> str:
        return json.dumps(self.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=2)

    @model_validator(mode="after")
    def _names_what_it_has(self) -> Self:
        for ids in ([one.id for one in self.cast], [one.id for one in self.places], [one.id for one in self.shots]):
            _check_unique(ids)
        _check_unique([scene.id for scene in self.scenes])
        cast, places = {one.id for one in self.cast}, {one.id for one in self.places}
        for scene in self.scenes:
            _check_known([scene.place] if scene.place else [], places)
            _check_known(scene.clothes, cast)
            for shot in scene.shots:
                _check_known([*shot.cast, *(one.speaker for one in shot.utterances)], cast)
        return self

    @model_validator(mode="after")
    def _begins_and_joins(self) -> Self:
        shots = self.shots
        if self.shot_frames != snap_frames(self.shot_frames):
            raise ValueError(gettext_noop("MOVA renders 4k+1 frames, such as 193"))
        if len(shots) > MAX_SHOTS:
            raise ValueError(gettext_noop("a film has at most 500 shots"))
        for place, shot in enumerate(shots):
            own = self.frames_of(shot)
            before = self.frames_of(shots[place - 1]) if place else own
            if place == 0 and (shot.join.kind != "cut" or shot.frame.source == "last"):
                raise ValueError(gettext_noop("the first shot follows no other"))
            if (shot.join.kind == "continue") != (shot.frame.source == "last"):
                raise ValueError(gettext_noop("a shot that continues begins with the last frame of the one before"))
            if own < 1 or shot.join.frames >= min(own, before):
                raise ValueError(gettext_noop("a shot is shorter than what is trimmed or dissolved of it"))
            left_away = shots[place - 1].trim.end if place else 0
            if shot.join.j_cut > min(shot.trim.start, before - 1) or shot.join.l_cut > min(left_away, own):
                raise ValueError(gettext_noop("a j_cut or an l_cut needs as many frames that are trimmed there"))
        return self


def _check_unique(ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise ValueError(gettext_noop("an id is there twice"))
        seen.add(one)


def _check_known(ids: Iterable[str], known: set[str]) -> None:
    if any(one not in known for one in ids):
        raise ValueError(gettext_noop("it names a person or a place that it does not have"))


def film_from(text: str, name: str = "film.json") -> Film:
    """The film in a JSON text, checked like any input.

    Raises:
        BadFilm: it is no film of this schema; says where and why.
    """
    try:
        return Film.model_validate_json(text)
    except ValidationError as problem:
        where = ".".join(str(part) for part in problem.errors(include_url=False)[0]["loc"]) or "—"
        raise BadFilm(str(problem), name=name, where=where, reason=reason_of(problem)) from None


def reason_of(problem: ValueError) -> str:
    """Why something is no part of a film, in words."""
    if not isinstance(problem, ValidationError):
        return str(problem)
    return problem.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")


def shot_hash(film: Film, scene: Scene, shot: Shot) -> str:
    """What its pictures and words are made from: two shots with the same one need not be made anew."""
    people = sorted({*shot.cast, *(one.speaker for one in shot.utterances)})
    place = film.place_of(scene)
    inputs = [
        film.style,
        film.music,
        film.model,
        film.orientation,
        film.shot_frames,
        [_words_of(film.member(one)) | {"clothes": clothes_of(film, scene, one)} for one in people],
        _words_of(place) if place else None,
        [scene.time, scene.light],
        shot.model_dump(mode="json", exclude={"id", "join", "held", "take", "trim"}),
    ]
    if references := references_of(film, scene, shot):
        inputs.append([one.model_dump() for one in references])
    return hashlib.sha256(json.dumps(inputs, ensure_ascii=False).encode()).hexdigest()[:32]


def _words_of(card: CastMember | Place) -> dict[str, object]:
    """A card without its pictures, which count as far as they are sent."""
    return card.model_dump(mode="json", exclude={"strength"}) | {"pictures": []}


def people_of(shot: Shot) -> tuple[str, ...]:
    """The ids of who is seen, in the order in which the shot names them; who speaks is seen."""
    return tuple(dict.fromkeys([*shot.cast, *(one.speaker for one in shot.utterances)]))


def references_of(film: Film, scene: Scene, shot: Shot) -> tuple[Reference, ...]:
    """The pictures that a shot's first frame is drawn after: those of its people in their order, then of its place.

    A person who wears something else in a scene than on the card is told by face and build alone there.
    """
    if film.words_only or shot.frame.source != "made":
        return ()
    found: list[Reference] = []
    for one in people_of(shot):
        member = film.member(one)
        changed = bool(scene.clothes.get(one)) and scene.clothes[one] != member.clothes
        strength: Strength = "identity" if changed else member.strength
        found += [Reference(name=member.name, strength=strength, sha256=each) for each in member.pictures]
    if place := film.place_of(scene):
        found += [
            Reference(name=place.name, role="place", strength=place.strength, sha256=each) for each in place.pictures
        ]
    return tuple(found)


def is_after_shot_before(film: Film, shot: Shot) -> bool:
    """Whether the first frame of the shot before is one more picture that its own is drawn after."""
    return film.shot_before and not film.words_only and shot.frame.source == "made"


def clothes_of(film: Film, scene: Scene, cast_id: str) -> str:
    """What a member of the cast wears in a scene."""
    return scene.clothes.get(cast_id) or film.member(cast_id).clothes
