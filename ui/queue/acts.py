"""What people do to the queue and the jobs in it. Each act happens once and says what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from core.render_settings import draw_seed
from jobs.store.fair_order import Direction
from ui.job.server_acts import send_again
from ui.session import job_service
from ui.session import translate as _
from ui.shared.notices import acting, leave

Act = Callable[[Sequence[str], str | None], str]


@acting
def pause() -> None:
    """Send nothing new."""
    job_service().queue.pause()
    leave(_("Sending is paused. Running jobs finish; no new ones start."))


@acting
def resume() -> None:
    """Send again."""
    job_service().queue.resume()
    leave(_("Sending has resumed."))


def _duplicate(job_ids: Sequence[str], _before: str | None) -> str:
    """Put copies into the queue, with seeds of their own and the same results."""
    service = job_service()
    for job_id in job_ids:
        copy = service.copies.duplicate(job_id, seed=draw_seed())
        service.approve(copy.id, to_end=True)
    if len(job_ids) > 1:
        return _("Copies with other seeds are in the queue: {n}.").format(n=len(job_ids))
    return _("A copy with another seed is in the queue. Nothing was made or paid for twice.")


def _remove(job_ids: Sequence[str], _before: str | None) -> str:
    """Take jobs out of the queue; costs nothing."""
    gone = sum(job_service().cancel(job_id) for job_id in job_ids)
    if gone == len(job_ids):
        return _("Removed. Nothing was sent, and the job is kept.")
    return _("Too late: it has already been sent to the server.")


def _move(direction: Direction) -> Act:
    """One place, or to an end; several keep their order among themselves."""

    def act(job_ids: Sequence[str], _before: str | None) -> str:
        for job_id in job_ids if direction in ("up", "bottom") else reversed(job_ids):
            job_service().queue.move(job_id, direction)
        return ""

    return act


def _place(job_ids: Sequence[str], before: str | None) -> str:
    job_service().queue.place(job_ids, before)
    return ""


def _elsewhere(job_ids: Sequence[str], _before: str | None) -> str:
    for job_id in job_ids:
        send_again(job_id)
    return ""


# By the names under which a browser asks for them; what they return is said.
ACTS: Mapping[str, Act] = {
    "top": _move("top"),
    "up": _move("up"),
    "down": _move("down"),
    "bottom": _move("bottom"),
    "place": _place,
    "duplicate": _duplicate,
    "remove": _remove,
    "elsewhere": _elsewhere,
}
