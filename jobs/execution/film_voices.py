"""Who speaks in a film's shot, and how they sound in the shots of the film that have a take by now."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from film.document import Film
from jobs.model.takes import chosen_take
from listening.units import units_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from film.document import Shot
    from jobs.model.records import JobRecord
    from jobs.store.store import Store
    from listening.voices import Speaker


def speakers_of(store: Store, job: JobRecord, lines: Sequence[str]) -> tuple[Speaker, ...]:
    """Who says these lines of a job; none for a job of no film, or where its shot does not say them any more."""
    ordered_for = store.films.of_job(job.owner, job.id)
    record = store.films.get(job.owner, ordered_for[0]) if ordered_for else None
    if ordered_for is None or record is None:
        return ()
    try:
        film = Film.model_validate(record.document)
    except ValueError:  # of a newer version
        return ()
    shot = next((one for one in film.shots if one.id == ordered_for[1]), None)
    said = _by_speaker(shot, lines) if shot else {}
    names = {one.id: one.name for one in film.cast}
    others = _others(store, job, film, ordered_for[1], said) if said else {}
    from listening.voices import Speaker  # brings NumPy, which what does not listen does without

    return tuple(
        Speaker(id=speaker, name=names.get(speaker, speaker), lines=tuple(theirs), others=others.get(speaker, {}))
        for speaker, theirs in said.items()
    )


def _by_speaker(shot: Shot, lines: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        if not (words := _words(line)):
            continue
        speakers = {one.speaker for one in shot.utterances if _words(one.text) == words}
        if not speakers:
            return {}
        for speaker in speakers:
            found[speaker].append(line)
    return found


def _others(
    store: Store, job: JobRecord, film: Film, own: str, speakers: dict[str, list[str]]
) -> dict[str, dict[str, str]]:
    """By speaker and job: their voice in the chosen take of each other shot."""
    rows = store.films.jobs(job.owner, [film.id])
    jobs = store.jobs.several([one.job_id for _, one in rows if one.shot != own])
    takes: dict[str, list[JobRecord]] = defaultdict(list)
    for _, one in rows:
        take = jobs.get(one.job_id)
        if take is not None and take.state == "completed" and not take.deleted:
            takes[one.shot].append(take)
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for shot in film.shots:
        chosen = chosen_take(shot.take, takes[shot.id])
        for voice in (chosen.report or {}).get("voices") or () if chosen else ():
            if chosen and voice.get("speaker") in speakers:
                found[voice["speaker"]][chosen.id] = str(voice.get("vector"))
    return found


def _words(text: str) -> list[str]:
    return [one.text for one in units_of(text)]
