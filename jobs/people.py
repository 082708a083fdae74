"""Who uses the program: what a job's owner is, and whose jobs a person may see and touch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobs.records import JobRecord

LOCAL = "local"


@dataclass(frozen=True, kw_only=True)
class Person:
    """``name`` is the owner of this person's jobs. An administrator sees and touches the jobs of all."""

    name: str
    is_admin: bool = False

    @property
    def steers(self) -> bool:
        """May stop and start sending for everybody: an administrator, and whoever comes where there is no login."""
        return self.is_admin or self.name == LOCAL

    @property
    def only(self) -> str | None:
        """The one owner whose jobs this person sees; None for all."""
        return None if self.is_admin else self.name

    def may_see(self, job: JobRecord) -> bool:
        return self.is_admin or job.owner == self.name


# Where there is no login everybody is this one; the jobs of the command line are its too. Nobody can log in under it.
SHARED = Person(name=LOCAL)
# The worker and the command line: nothing is hidden from the machine that it runs on.
EVERYBODY = Person(name=LOCAL, is_admin=True)
