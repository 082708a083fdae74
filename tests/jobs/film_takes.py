"""Takes of a film's shots without a server: finished jobs, each with a small film of its own."""

from __future__ import annotations

import hashlib
from typing import Any

from core.messages import as_written
from film.document import Film
from jobs.model.records import JobRecord
from jobs.model.states import JobState
from jobs.service.service import JobService
from jobs.store.films import ShotJob
from jobs.store.store import Store
from tests.jobs.finished_shots import shot as finished_shot

FRAMES = 17  # of each shot that is made here, as of a small render


def take(
    service: JobService, store: Store, film: Film, shot_id: str, *, state: JobState = "completed", **how: Any
) -> JobRecord:
    """One more take of a shot as it is now; ``how`` is what its film is made with."""
    shot = next(one for one in service.films.shots(film) if one.shot.id == shot_id)
    told = f"{service.person.name} {film.id} {shot_id} {shot.inputs} {len(shot.jobs)}"
    job_id = f"film-{hashlib.sha256(told.encode()).hexdigest()[:40]}"
    if shot.jobs:
        job_id = f"{shot.jobs[0].id}-{len(shot.jobs) + 1}"
    store.films.add_job(service.person.name, film.id, ShotJob(shot_id, job_id, str(shot.inputs)))
    order = {"owner": service.person.name, "id": job_id, "text": as_written(shot.shot.action or shot_id)}
    order |= {"parent": shot.jobs[0].id} if shot.jobs else {}
    return finished_shot(service, store, state=state, order=order, num_frames=FRAMES, **how)


def all_takes(service: JobService, store: Store, film: Film, **how: Any) -> list[JobRecord]:
    """A take of every shot, in their order."""
    return [take(service, store, film, shot.id, **how) for shot in film.shots]
