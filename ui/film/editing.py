"""Acts on a film: each is made to the revision that the person has seen, and says why where it is not made."""

from __future__ import annotations

from collections.abc import Callable

from film.document import Film
from ui.session import job_service
from ui.session import translate as _
from ui.shared.notices import acting, leave


@acting
def change(film_id: str, revision: int, edit: Callable[[Film], Film]) -> None:
    """Change a film; where it was changed elsewhere meanwhile, or may not be changed so, that is said instead."""
    job_service().cuts.change(film_id, edit, after=revision)


@acting
def choose(film_id: str, revision: int, shot_id: str, job_id: str | None) -> None:
    """Choose a take of a shot; None stands for the newest good one."""
    job_service().cuts.choose_take(film_id, shot_id, job_id, after=revision)


@acting
def added(film_id: str, shot_id: str, *, latest: str, count: int) -> None:
    """Send further takes of a shot, once."""
    if made := job_service().cuts.more_takes(film_id, shot_id, latest=latest, count=count):
        leave(_("Sent with other seeds: {n}. Nothing else was made or paid for again.").format(n=len(made)))
