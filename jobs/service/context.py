"""What all parts of the service share: whose service it is, and look-ups limited to what that person may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from core.errors import KeyGone, MovaError, NotAllowed, ServiceMissing, UnknownJob
from core.limits import is_plain_id, plain_id
from jobs.model.makers import makers
from jobs.model.people import EVERYBODY, Person
from jobs.model.session_keys import key_gone
from jobs.model.states import PREPARING
from jobs.store.quotas import Quota
from providers import choose
from providers.offline import NAME as OFFLINE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from config import Settings
    from core.steps import Step
    from jobs.database.wake_up import WakeUp
    from jobs.model.makers import MakerOf
    from jobs.model.own_jobs import OwnJobs
    from jobs.model.records import JobRecord
    from jobs.model.request import JobRequest, QueueKey
    from jobs.model.session_keys import LentKeys, SessionKeys
    from jobs.servers.status import ServerStatus
    from jobs.store.folders import Folders
    from jobs.store.orders import Order
    from jobs.store.store import Store
    from providers.base import Provider


class JobActs(Protocol):
    """What the parts of a ``JobService`` ask of itself."""

    def create(self, order: Order) -> JobRecord: ...

    def approve(self, job_id: str, *, to_end: bool = False) -> bool: ...

    def start(self, job_id: str) -> bool: ...

    def hold(self, job_id: str) -> bool: ...

    def regenerate_step(self, job_id: str, step: Step) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class ServiceContext:
    """``wake`` tells the workers not to wait; ``own`` are its own jobs where it works on such alone.

    ``keys`` are what the person entered in their session. ``servers`` are the servers by their last health check, None
    before the first; ``previews`` says whether the preview engine takes their place, and may wait for that check;
    ``holds_up`` why nothing of a queue can be sent, also of a server that is not configured.

    Somebody else's job is treated as if it did not exist: every method begins with ``get`` or ``known``.
    """

    settings: Settings
    store: Store
    folders: Folders
    wake: WakeUp
    person: Person = EVERYBODY
    lent: LentKeys | None = None
    keys: SessionKeys | None = None
    own: OwnJobs | None = None
    servers: Callable[[], ServerStatus | None] = lambda: None
    previews: Callable[[], bool] = lambda: False
    holds_up: Callable[[QueueKey], MovaError | None] = lambda _key: None

    def get(self, job_id: str) -> JobRecord:
        """A job of this person; raises BadId or UnknownJob."""
        if job := self.known(plain_id(job_id)):
            return job
        raise UnknownJob(job=job_id)

    def known(self, job_id: str) -> JobRecord | None:
        """The job, None where there is none for this person."""
        job = self.store.jobs.get(job_id) if is_plain_id(job_id) else None
        return None if job is None or job.deleted or not self.person.may_see(job) else job

    def several(self, job_ids: Collection[str]) -> dict[str, JobRecord]:
        """Those of these jobs that there are for this person, by their ids, in their order."""
        found = self.store.jobs.several([one for one in job_ids if is_plain_id(one)])
        return {one: job for one, job in found.items() if not job.deleted and self.person.may_see(job)}

    def check_sees(self, job: JobRecord) -> None:
        """Make sure that a job that was read before is this person's; raises UnknownJob."""
        if not self.person.may_see(job):
            raise UnknownJob(job=job.id[:80])

    @property
    def quota(self) -> Quota | None:
        """None for the program and for administrators."""
        return None if self.person.is_admin else Quota.of(self.settings)

    def check_steers(self) -> None:
        """Make sure that the person may act for everybody; raises NotAllowed."""
        if not self.person.steers:
            raise NotAllowed

    def woken(self, happened: bool) -> bool:
        """Wake the worker; returns ``happened``."""
        self.wake.set()
        return happened

    def overrides(self, job: JobRecord) -> Mapping[str, str | None]:
        """The keys with which a job would go on for this person; never those of another session.

        Raises:
            KeyGone: it needs such a key, and its person was not told yet.
        """
        if self.keys and self.keys.names:
            return self.keys.overrides()
        needed, told = job.bookkeeping.session_keys, job.error and job.error.kind == KeyGone.__name__
        if needed and not told:
            raise key_gone(needed[0])
        return {}

    def makers_now(self, request: JobRequest) -> MakerOf:
        """Who would make the steps of a new job of this person."""
        overrides = self.keys.overrides() if self.keys else {}
        return makers(self.settings, overrides, after_pictures=bool(request.references))

    def artist(self) -> Provider:
        """The service that would draw first frames for this person."""
        return choose(self.settings, "image", self.keys.overrides() if self.keys else {})

    def makers_for(self, job: JobRecord) -> MakerOf | None:
        """Who would make a job's steps for this person; None where a session's key is gone."""
        try:
            return makers(self.settings, self.overrides(job), after_pictures=bool(job.request.references))
        except KeyGone:
            return None

    def makers_if_approved(self, job: JobRecord) -> MakerOf | None:
        """Who would make the steps of a job that this person lets go on; None where a session's key is gone.

        Drafts without a model replace no service that was ordered.
        """
        wanted, ordered = self.makers_for(job), job.bookkeeping.makers or {}
        if wanted is None:
            return None
        return lambda step: ordered[step] if step in ordered and wanted(step).provider == OFFLINE else wanted(step)

    def forget_missing(self, job: JobRecord) -> None:
        """Clear the error that no process has the key for a job, so that it is checked again."""
        if job.error and job.error.kind == ServiceMissing.__name__:
            self.store.jobs.update(job.id, only_in=PREPARING, error=None)
