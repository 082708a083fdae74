"""Frames and takes of a film, made in their order: ordered by one act, and gone on with by whoever works.

What is ordered is on record before the first job is made. A shot that begins with the shot before waits for it here;
the workers order it once that one is there. An order ends without a job where its shot was changed or held back
meanwhile, or where the shot before ended without what it was to give: its person then decides anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from core.errors import MovaError, QuotaReached, StorageError, StoreError, UnknownFilm
from film.document import shot_hash
from jobs.model.states import PREPARING
from jobs.service.film_sheet import is_missing, is_to_render
from jobs.store.films import ShotAct, ShotOrder

if TYPE_CHECKING:
    from film.document import Film
    from jobs.service.context import ServiceContext
    from jobs.service.films import FilmService
    from jobs.service.shot_states import ShotState
    from jobs.service.shots import ShotService

_Next = Literal["order", "wait", "end"]


class FilmOrders:
    """One person's."""

    def __init__(self, context: ServiceContext, films: FilmService, shots: ShotService) -> None:
        self._store, self._films, self._shots, self._owner = context.store.films, films, shots, context.person.name
        self._keys = bool(context.keys and context.keys.names)

    @property
    def go_on_alone(self) -> bool:
        """Whether a worker can go on with what waits: it has no keys that were entered in a session."""
        return not self._keys

    def make_frames(self, film: Film) -> None:
        """Order all first frames that are missing; those that failed before, too."""
        self._record(film, "frame", [one for one in self._films.shots(film) if is_missing(one)])
        self._shots.make_frames(film, again=True)
        self.go_on()

    def render(self, film: Film) -> None:
        """Order a take of every shot that is not held back and has none; those that failed before, too."""
        self._record(film, "take", [one for one in self._films.shots(film) if is_to_render(one)])
        self._shots.render(film, again=True)
        self.go_on()

    def waiting(self, film: Film) -> frozenset[str]:
        """The ids of the shots of which something is ordered and not begun yet."""
        return frozenset(one.shot for one in self._store.orders(self._owner) if one.film == film.id)

    def go_on(self) -> None:
        """Order what has waited long enough, and forget what is not to be waited for any more.

        Done twice at once, or after a kill in the middle, it makes the same jobs, once.

        Raises:
            StoreError, StorageError.
        """
        for film_id, orders in groupby(self._store.orders(self._owner), key=lambda one: one.film):
            self._go_on_with(film_id, list(orders))

    def _record(self, film: Film, act: ShotAct, states: Sequence[ShotState]) -> None:
        if self.go_on_alone:
            told = [ShotOrder(film.id, one.shot.id, act, shot_hash(film, one.scene, one.shot)) for one in states]
            self._store.order(self._owner, told)

    def _go_on_with(self, film_id: str, orders: Sequence[ShotOrder]) -> None:
        try:
            film, _ = self._films.get(film_id)
        except UnknownFilm:
            film = None
        waiting = {one.shot: one for one in orders}
        before: ShotState | None = None
        comes = False  # whether the shot before is still to be made, or being made
        for state in self._films.shots(film) if film is not None else ():
            order = waiting.get(state.shot.id)
            following: _Next = "end"
            if order is not None and film is not None:
                following = self._carried_out(film, order, state, before, comes)
                if following != "wait":
                    self._store.begun(self._owner, waiting.pop(order.shot))
            before, comes = state, state.is_moving or following != "end"
        shots = {one.id for one in film.shots} if film is not None else set()
        for order in waiting.values():
            if order.shot not in shots:
                self._store.begun(self._owner, order)

    def _carried_out(
        self, film: Film, order: ShotOrder, state: ShotState, before: ShotState | None, comes: bool
    ) -> _Next:
        """Make what is ordered if it can be made now; returns what was to be done about it."""
        if order.inputs != shot_hash(film, state.scene, state.shot):
            return "end"
        following = (_after_frame if order.act == "frame" else _after_take)(state, before, comes)
        if following != "order":
            return following
        try:
            if order.act == "frame":
                self._shots.make_frames(film, {state.shot.id})
            else:
                self._shots.render(film, {state.shot.id})
        except QuotaReached:
            return "wait"
        except (StoreError, StorageError):
            raise
        except MovaError:  # said on the page, where its person asks for it again
            return "end" if self._is_as_it_was(film, state) else "wait"
        return "order"

    def _is_as_it_was(self, film: Film, state: ShotState) -> bool:
        """Whether the jobs of a shot are those that were read: another process may have begun the same order."""
        now = next((one for one in self._films.shots(film) if one.shot.id == state.shot.id), state)
        return now.jobs == state.jobs


def _after_frame(state: ShotState, before: ShotState | None, comes: bool) -> _Next:
    """What is next of a first frame that was ordered."""
    if state.shot.held or state.has_frame or (state.job is not None and state.job.state != "draft"):
        return "end"
    if state.inputs is None:
        return "wait" if comes else "end"
    if state.drawn_after is not None and before is not None and before.job and before.job.state in PREPARING:
        return "wait"
    return "order"


def _after_take(state: ShotState, before: ShotState | None, comes: bool) -> _Next:
    """What is next of a take that was ordered."""
    if state.shot.held:
        return "end"
    if state.inputs is None or state.awaits:
        return "wait" if comes else "end"
    job = state.job
    if job is None or job.state == "draft":
        return "order"
    is_approved = job.state == "waiting" and job.error is None and job.request.until == "first_frame"
    return "order" if is_approved else "end"
