"""The desk: everything that pages and scripts may ask of jobs. They call only this.

Each act is a compare-and-set on the store, so a double click, a second tab or another process does it once. The desk
needs no worker in its own process: ``wake`` only tells one that is there not to wait.

A desk belongs to a person (``Desk.of``), and every act begins by looking the job up as that person may see it. An act
that is added here does so too; a test walks them all with the id of somebody else's job.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Event
from typing import TYPE_CHECKING

from errors import KeyGone, NotAllowed, QuotaReached, StorageError, UnknownJob
from jobs.fair_order import Direction
from jobs.folders import Folders
from jobs.housekeeping import Housekeeping
from jobs.own_frame import own_frame
from jobs.people import EVERYBODY, Person
from jobs.reading import ON_SERVER
from jobs.records import JobRecord, Mode, NewJob, StepRecord
from jobs.session_keys import LENT, LentKeys, SessionKeys
from jobs.states import JobState
from jobs.step_acts import RETRIED, StepActs, stale_after
from jobs.store import Store
from jobs.wish import Wish, model_of, render_of
from notes import Note
from pipeline import PREPARATION
from record.folder import new_job_id
from render.servers import PREVIEW
from step_result import Step

if TYPE_CHECKING:
    from config import Settings
    from render_settings import RenderSettings

_BEFORE_SENDING: tuple[JobState, ...] = ("draft", "waiting", "preparing", "queued")
_PREPARING: tuple[JobState, ...] = ("preparing",)
_IN_LINE: tuple[JobState, ...] = ("queued",)


@dataclass(frozen=True, kw_only=True)
class Order:
    """A new job: ``line`` is a model, or ``model@server`` for one server only; ``picture`` is the person's own file.

    ``ask`` waits for the person before every step; without it the job runs to its end, or to ``wish.until``.
    ``owner`` is asked for by the program and by administrators; a job is the person's own otherwise.
    Created twice under one ``id`` it is one job. ``extends`` is the job whose last frame is its first one.
    """

    mode: Mode
    wish: Wish
    render: RenderSettings
    line: str
    picture: bytes | None = None
    ask: bool = False
    owner: str | None = None
    parent: str | None = None
    extends: str | None = None
    warnings: tuple[Note, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    id: str | None = None


class Desk(StepActs):
    """One person's desk. Raises BadId or UnknownJob for an id that is not theirs, StoreError for the database."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        folders: Folders,
        wake: Event,
        person: Person = EVERYBODY,
        *,
        lent: LentKeys | None = None,
        keys: SessionKeys | None = None,
    ) -> None:
        super().__init__(settings, store, folders, person)
        self._wake, self._lent, self._keys = wake, lent, keys

    def of(self, person: Person, keys: SessionKeys | None = None) -> Desk:
        """The desk as this person may use it: with their own jobs only, unless they are an administrator.

        Args:
            keys: what they typed into their session; it serves the steps that are asked for at this desk.
        """
        return Desk(self._settings, self._store, self._folders, self._wake, person, lent=self._lent, keys=keys)

    # ---- a job's life ------------------------------------------------------------------------------------------

    def create(self, order: Order) -> JobRecord:
        """Record a job with its picture; nothing runs yet.

        Raises:
            PictureError, StorageError, QuotaReached: nothing was recorded.
        """
        job_id, wish, own = order.id or new_job_id(), order.wish, None
        self._check_order(order)
        steps = [dataclasses.replace(step, job_id=job_id) for step in order.steps]
        if order.picture is not None:
            own = own_frame(
                self._folders, self._settings, order.picture, job_id=job_id, mode=order.mode, wish=wish, before=steps
            )
            wish, steps = own.wish, [*stale_after("first_frame", steps), *own.steps]
        before = self._folders.path(order.parent or job_id)  # a copy's originals are stored once for both
        files = [
            self._folders.put(job_id, "original", name, data, like=before / name) for name, data in order.files.items()
        ]
        new = NewJob(
            id=job_id,
            owner=self._owner_of(order),
            mode=order.mode,
            model=order.line,
            inputs=wish.as_json(),
            settings=dataclasses.asdict(order.render),
            ask=order.ask,
            seed=order.render.seed,
            parent=order.parent,
            extends=order.extends,
            warnings=order.warnings,
        )
        try:
            job = self._store.jobs.create(
                new, steps=steps, files=[*files, own.file] if own else files, quota=self._quota
            )
        except QuotaReached:
            self._folders.discard(job_id)
            raise
        if own or wish.white_frame:
            self._folders.first_frame(job, own.steps[-1] if own else None)
        self._folders.write_record(job)
        return job

    def start(self, job_id: str) -> bool:
        """Begin; also go on after a wait. Says whether it happened."""
        return self.approve(job_id)

    def approve(self, job_id: str, *, to_end: bool = False) -> bool:
        """Accept what is there and go on to the next step; ``to_end`` does not ask again."""
        job = self.get(job_id)
        if to_end:
            wish = dataclasses.replace(Wish.of(job), until=None)
            self._store.jobs.update(job_id, ask=False, inputs={**job.inputs, **wish.as_json()})
        return self._woken(self._to_render(job) if self._is_prepared(job) else self._to_preparation(job))

    def send(self, job_id: str) -> bool:
        """Put a new job with all that its render needs straight into the line. Says whether it happened."""
        job = self.get(job_id)
        return self._woken(self._store.line.enqueue(job.id))

    def regenerate_step(self, job_id: str, step: Step) -> bool:
        """Make one step anew as a further version, and go on from there."""
        self._ask_for(self.get(job_id).id, step)
        return self._woken(self._to_preparation(self.get(job_id)))

    def retry_from(self, job_id: str, step: Step = "render") -> bool:
        """Take up a job that failed, was cancelled, abandoned or lost, over the stored results before ``step``."""
        job = self.get(job_id)
        if job.state not in RETRIED:
            return False
        if step == "render" and self._is_prepared(job):
            return self._woken(self._store.line.enqueue(job_id, retry=True, quota=self._quota))
        if step != "render" and step in self._store.steps.chosen(job_id):
            self._ask_for(job_id, step)
        self._lend(job)
        # A render that was sent had passed its gate: it is not asked for once more.
        stage = step if step == "render" and job.sent else None
        return self._woken(self._store.jobs.reopen(job_id, "preparing", stage=stage, quota=self._quota))

    def send_again(self, job_id: str, *, anywhere: bool = False) -> str | None:
        """Have a job rendered with the same seed although its server failed it, or does not answer.

        A server that does not answer may be rendering it still: the job is given up, and a copy goes in its place.

        Args:
            anywhere: by any server of its model, also where it was meant for one only.

        Returns:
            The id of the job that goes; None where there is nothing to be sent again.
        """
        job = self.get(job_id)
        line = model_of(job.model) if anywhere else job.model
        if job.state in (*_IN_LINE, *RETRIED):
            moved = self._store.jobs.update(job_id, only_in=(*_IN_LINE, *RETRIED), model=line)
            if job.state == "queued" or self.retry_from(job_id):
                return job_id if self._woken(moved) else None
        if job.state in ON_SERVER:
            self.stop_waiting(job_id)
        return self._copied(job_id, line) if self.get(job_id).state == "abandoned" else None

    def _copied(self, job_id: str, line: str) -> str:
        """Start the one copy of a given-up job: asked for twice it is the same one."""
        mark = sha256(f"{job_id} again".encode()).hexdigest()[:6]
        copy_id = f"{job_id.rpartition('-')[0]}-{mark}"
        copy = self.known(copy_id) or self.duplicate(job_id, line=line, new_id=copy_id)
        if copy.state == "draft":
            self.approve(copy.id, to_end=True)
        return copy.id

    def retry(self, job_id: str) -> bool:
        """Take up a job where it ended: a video that only could not be fetched is fetched, any other rendered again."""
        job = self.get(job_id)
        if job.video_on_server:
            return self._woken(self._store.jobs.fetch_again(job.id))
        return self.retry_from(job.id)

    def hold(self, job_id: str) -> bool:
        """Take a job out of the line again, to change it before it is sent; a preparation stops at its next gate."""
        if self._store.jobs.update(self.get(job_id).id, only_in=_PREPARING, ask=True):
            return True
        return self._store.jobs.move_to(job_id, "waiting", only_from=_IN_LINE, stage="render")

    def duplicate(
        self, job_id: str, *, seed: int | None = None, line: str | None = None, new_id: str | None = None
    ) -> JobRecord:
        """A new draft with everything that was made and paid for; with another seed or line where one is given."""
        job = self.get(job_id)
        render, steps = render_of(job), self._store.steps.of(job_id)
        kept = tuple(one for one in steps if one.chosen and one.step != "render" and one.output is not None)
        names = {one.output for one in kept if one.step == "first_frame" and one.output}
        order = Order(
            mode=job.mode,
            wish=dataclasses.replace(Wish.of(job), look_try=0, next_try=None),
            render=render if seed is None else dataclasses.replace(render, seed=seed),
            line=line or job.model,
            ask=job.ask,
            owner=job.owner,
            parent=job_id,
            extends=job.extends,
            id=new_id,
            steps=kept,
            files={name: (self.folder(job_id) / name).read_bytes() for name in names},
        )
        return self.create(order)

    def again(self, job_id: str, seeds: Sequence[int]) -> list[JobRecord]:
        """Send the same once more for each of these seeds, over what was made and paid for; the job stays as it is."""
        copies = [self.duplicate(job_id, seed=seed) for seed in seeds]
        for copy in copies:
            self.approve(copy.id, to_end=True)
        return copies

    def favour(self, job_id: str, *, favourite: bool) -> bool:
        """Mark a job as a favourite, or no longer."""
        return self._store.jobs.update(self.get(job_id).id, favourite=favourite)

    def cancel(self, job_id: str) -> bool:
        """Cancel a job of which nothing was sent: free, and what was made is kept. Says whether it happened."""
        job = self.get(job_id)
        return self._over(job.id, self._store.jobs.move_to(job.id, "cancelled", only_from=_BEFORE_SENDING))

    def stop_waiting(self, job_id: str) -> bool:
        """Give up a job that a server has. The GPU goes on with it, and its slot stays taken until that ends."""
        job = self.get(job_id)
        if (job.server or "").startswith(PREVIEW):  # an engine of our own, nobody's GPU
            return self._over(job_id, self._store.jobs.move_to(job_id, "cancelled"))
        return self._over(job_id, self._store.jobs.move_to(job_id, "abandoned"))

    def delete(self, job_id: str) -> int | None:
        """Delete a job that nothing works on, and its files; returns the bytes that came free, None if refused."""
        job = self.get(job_id)
        if not self._store.jobs.delete(job_id):
            return None
        freed = self._folders.remove(job)
        self._store.jobs.purge(job_id)
        return freed

    def housekeeping(self) -> Housekeeping:
        """What lies on the disk, for everybody together; raises as ``pause`` does."""
        self._steer()
        return Housekeeping(self._settings, self._store, self)

    # ---- the line ----------------------------------------------------------------------------------------------

    def move(self, job_id: str, direction: Direction) -> bool:
        """Move a waiting job among its owner's own."""
        return self._store.line.move(self.get(job_id).id, direction)

    def pause(self, model: str = "*") -> None:
        """Send nothing new, of one model or of any; what is on the servers goes on.

        Raises:
            NotAllowed: it concerns everybody's jobs; where there is a login only an administrator may.
        """
        self._steer()
        self._store.line.pause(model)

    def resume(self, model: str = "*") -> None:
        """Send again; raises as ``pause`` does."""
        self._steer()
        self._store.line.resume(model)
        self._wake.set()

    # ---- helpers -----------------------------------------------------------------------------------------------

    def _owner_of(self, order: Order) -> str:
        return (order.owner if self.person.is_admin else None) or self.person.name

    def _check_order(self, order: Order) -> None:
        """Before anything is written: whether there is room, and whether the jobs that it names are the person's."""
        for other in (order.parent, order.extends):
            if other and not self.person.is_admin:
                self.get(other)
        if order.id and (there := self._store.jobs.get(order.id)) and not self.person.may_see(there):
            raise UnknownJob(job=order.id[:80])
        if self._quota:
            incoming = len(order.picture or b"") + sum(map(len, order.files.values()))
            self._store.jobs.check_new(self._owner_of(order), self._quota, incoming)

    def _steer(self) -> None:
        if not self.person.steers:
            raise NotAllowed

    def _is_prepared(self, job: JobRecord) -> bool:
        if job.mode == "simple":
            return True
        chosen = self._store.steps.chosen(job.id)
        asked = any(one.state in ("pending", "running", "failed") for one in self._store.steps.of(job.id))
        made = all(step in chosen and chosen[step].state in ("done", "skipped") for step in PREPARATION)
        return made and not asked and job.state == "waiting" and Wish.of(job).until is None

    def _to_render(self, job: JobRecord) -> bool:
        unclear = job.state == "waiting" and job.server is not None
        if unclear:  # the person has looked at the server, and asks for another submit
            self._store.line.release(str(job.server), job.id)
            self._store.jobs.add_attempt(job.id)
        return self._store.line.enqueue(job.id)

    def _lend(self, job: JobRecord) -> None:
        """Have this session's keys serve the job's next steps; or none, where its person knows that they are gone."""
        names: list[str] = []
        if self._lent is not None and self._keys and self._keys.names:
            self._lent.lend(job.id, self._keys)
            names = self._keys.names
        elif job.error is None or job.error.kind != KeyGone.__name__:
            return
        inputs = self.get(job.id).inputs
        if (inputs.get(LENT) or []) != names:
            self._store.jobs.update(job.id, inputs={**inputs, LENT: names})

    def _to_preparation(self, job: JobRecord) -> bool:
        self._lend(job)
        if job.state in RETRIED:
            return self._store.jobs.reopen(job.id, "preparing", quota=self._quota)
        return self._store.jobs.move_to(job.id, "preparing", only_from=("draft", "waiting", "queued"), error=None)

    def _over(self, job_id: str, happened: bool) -> bool:
        """Say in the record beside the files, too, that a job has ended; a full disk undoes no end."""
        if happened:
            with suppress(StorageError):
                self._folders.settle(job_id)
        return self._woken(happened)

    def _woken(self, happened: bool) -> bool:
        self._wake.set()
        return happened
