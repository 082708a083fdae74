"""A chain of shots that were extended one from another, as the document of a film: each with the take that it has."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import ValidationError

from core.errors import BadFilm
from core.render_settings import snap_frames
from description.quotations import quotations
from description.text import collapse, sentences
from film.document import MAX_UTTERANCES, CastMember, Film, Frame, Join, Scene, Shot, Utterance, film_from, reason_of

if TYPE_CHECKING:
    from jobs.model.records import JobRecord

_SPEAKER = CastMember(id="voice", name="Voice")
_MOST_WORDS = 2000


def film_of(chain: Sequence[JobRecord]) -> Film:
    """The film of these jobs, under an id that follows from the first of them.

    Raises:
        BadFilm: they are more than a film may have, or of a model that films do not have.
    """
    first, shots = chain[0], tuple(_shot(job, number) for number, job in enumerate(chain, 1))
    try:
        return Film.model_validate(
            {
                "id": f"chain-{hashlib.sha256(first.id.encode()).hexdigest()[:20]}",
                "title": collapse(first.request.text)[:60],
                "model": first.model,
                "orientation": "portrait" if first.render.height > first.render.width else "landscape",
                "shot_frames": snap_frames(first.render.num_frames),
                "cast": (_SPEAKER,),
                "scenes": (Scene(id="chain", shots=shots),),
            }
        )
    except ValidationError as problem:
        raise BadFilm(str(problem), name=first.id, where="film", reason=reason_of(problem)) from None


def with_chain(film: Film, chain: Film) -> Film:
    """A chain's film as it was changed by a person, with the takes of the chain as it is now.

    Raises:
        BadFilm
    """
    now = {shot.id: shot for shot in chain.shots}
    scenes = [
        scene.model_copy(
            update={
                "shots": tuple(
                    one.model_copy(update={"take": now.pop(one.id).take}) for one in scene.shots if one.id in now
                )
            }
        )
        for scene in film.scenes
    ]
    if now:
        scenes[-1] = scenes[-1].model_copy(update={"shots": (*scenes[-1].shots, *now.values())})
    document = film.model_copy(update={"scenes": tuple(scenes)}).model_dump(mode="json", by_alias=True)
    return film_from(json.dumps(document), film.title)


def _shot(job: JobRecord, number: int) -> Shot:
    """Its sentences in which somebody speaks are its lines, the others what is seen."""
    seen = [one for one in sentences(collapse(job.request.text)) if not any(quote.spoken for quote in quotations(one))]
    return Shot(
        id=f"s{number}",
        action=" ".join(seen)[:_MOST_WORDS],
        utterances=tuple(Utterance(speaker=_SPEAKER.id, text=text) for text in _spoken(job)),
        join=Join(kind="continue" if number > 1 else "cut"),
        frame=Frame(source="last" if number > 1 else "made"),
        take=job.id,
    )


def _spoken(job: JobRecord) -> list[str]:
    text = collapse(job.request.text)
    return [one.text for one in quotations(text) if one.spoken and one.text.strip()][:MAX_UTTERANCES]
