"""An idea as a proposed film: a model writes it as JSON, code checks it, and a fault is corrected once at most."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field, ValidationError

from core.errors import ProviderAnswerUnclear
from core.limits import checked_text
from core.messages import Message, gettext_noop, message
from description.quotations import key, quotations
from description.text import bare_answer, collapse
from film.document import CameraMove, Frame, Join, JoinKind, Shot, ShotSize
from film.proposal import Builder, Proposal
from film.script import film_from_script
from providers.offline import NAME as OFFLINE

if TYPE_CHECKING:
    from providers.base import Provider

MAX_PROPOSED = 40


class _Line(BaseModel):
    speaker: str
    text: str
    manner: str = ""


class _Person(BaseModel):
    name: str
    look: str = ""
    clothes: str = ""
    voice: str = ""


class _Place(BaseModel):
    name: str
    look: str = ""


class _Shot(BaseModel):
    size: ShotSize = "medium"
    camera: CameraMove | None = None
    action: str
    cast: list[str] = Field(default_factory=list)
    lines: list[_Line] = Field(default_factory=list)
    sound: str = ""
    join: JoinKind = "cut"


class _Scene(BaseModel):
    place: str = ""
    time: str = ""
    light: str = ""
    shots: Annotated[list[_Shot], Field(min_length=1)]


class _Proposed(BaseModel):
    """What a model is asked for; only the words are taken from it, ids are ours."""

    title: str = ""
    style: str = ""
    music: str = ""
    cast: list[_Person] = Field(default_factory=list)
    places: list[_Place] = Field(default_factory=list)
    scenes: Annotated[list[_Scene], Field(min_length=1)]


def film_from_idea(idea: str, *, shots: int | None, writer: Provider) -> Proposal:
    """A film for an idea; without a model it is split as a script is.

    Args:
        shots: how many are wanted, about; None leaves it to the idea.

    Raises:
        EmptyText, TextTooLong: of the idea.
        ProviderError: the service failed, or its answer is no film, also after a correction.
    """
    idea = checked_text(idea, gettext_noop("idea"))
    if writer.name == OFFLINE:
        return film_from_script(idea)
    answer = _asked(idea, shots, writer)
    proposed, faults = _read(answer, idea)
    if faults:
        again, left = _read(_asked(idea, shots, writer, answer=answer, faults=faults), idea)
        if again is not None and (proposed is None or len(left) < len(faults)):
            proposed, faults = again, left
    if proposed is None:
        raise ProviderAnswerUnclear(answer[:2000], provider=writer.name)
    return _proposal(proposed, faults)


def _asked(
    idea: str, shots: int | None, writer: Provider, *, answer: str = "", faults: list[Message] | None = None
) -> str:
    from prompts import fenced, system_prompt
    from providers.base import TextRequest

    wanted = f"The film has about {min(shots, MAX_PROPOSED)} shots." if shots else ""
    schema = json.dumps(_Proposed.model_json_schema(), ensure_ascii=False)
    material = fenced("idea", idea)
    if faults:
        listed = "\n".join(f"- {fault}" for fault in faults)
        material += f"\n\n{fenced('your_answer', answer)}\n\n{fenced('faults', listed)}"
    system = system_prompt("film", shots=wanted, schema=schema)
    return writer.text(TextRequest(task="film", system=system, user=material)).text


def _read(answer: str, idea: str) -> tuple[_Proposed | None, list[Message]]:
    """The answer as a film, and what is wrong with it."""
    try:
        proposed = _Proposed.model_validate_json(bare_answer(answer))
    except ValidationError as problem:
        reason = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in problem.errors()[:5])
        return None, [message(gettext_noop("The answer is no film: {reason}."), reason=reason)]
    told = key(" ".join(_words_of(proposed)))
    missing = [one.text for one in quotations(idea) if key(one.text) not in told]
    template = gettext_noop("The quoted words “{quote}” are missing or changed.")
    return proposed, [message(template, quote=collapse(quote)) for quote in missing]


def _words_of(proposed: _Proposed) -> Iterator[str]:
    for scene in proposed.scenes:
        for shot in scene.shots:
            yield shot.action
            yield from (line.text for line in shot.lines)


def _proposal(proposed: _Proposed, faults: list[Message]) -> Proposal:
    builder = Builder()
    for person in proposed.cast:
        known = builder.member(person.name)
        told = {name: collapse(getattr(person, name)) for name in ("look", "clothes", "voice")}
        builder.cast[person.name.strip().casefold()] = known.model_copy(update=told)
    looks = {one.name.strip().casefold(): collapse(one.look) for one in proposed.places}
    for scene in proposed.scenes:
        builder.scene(place=scene.place, time=collapse(scene.time), light=collapse(scene.light))
        for shot in scene.shots:
            _add(builder, shot)
    for name, place in builder.places.items():
        builder.places[name] = place.model_copy(update={"look": looks.get(name, "")})
    more = {"style": collapse(proposed.style), "music": collapse(proposed.music)}
    return Proposal(builder.film(title=collapse(proposed.title), **more), (*builder.notes, *faults))


def _add(builder: Builder, proposed: _Shot) -> None:
    follows = builder.has_shots and proposed.join == "continue"
    builder.add(
        Shot(
            id="new",
            size=proposed.size,
            camera=proposed.camera,
            action=collapse(proposed.action),
            cast=tuple(dict.fromkeys(builder.member(one).id for one in proposed.cast if one.strip())),
            sound=collapse(proposed.sound),
            join=Join(kind="continue" if follows else "cut"),
            frame=Frame(source="last" if follows else "made"),
        )
    )
    for line in proposed.lines:
        builder.line(line.speaker, collapse(line.text), collapse(line.manner))
