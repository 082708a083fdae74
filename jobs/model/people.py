"""Who uses the program: a job's owner, and whose jobs a person may see and change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobs.model.records import JobRecord

LOCAL = "local"


@dataclass(frozen=True, kw_only=True)
class Person:
    """``name`` is the owner of this person's jobs; what they had under the name ``formerly`` comes along.

    An administrator sees and changes everybody's jobs.
    """

    name: str
    is_admin: bool = False
    formerly: str | None = field(default=None, compare=False)

    @property
    def steers(self) -> bool:
        """May pause and resume sending for everybody: an administrator, or anyone if there is no login."""
        return self.is_admin or self.name == LOCAL

    @property
    def only(self) -> str | None:
        """The one owner whose jobs this person sees; None for all."""
        return None if self.is_admin else self.name

    def may_see(self, job: JobRecord) -> bool:
        return self.is_admin or job.owner == self.name


# Without a login everybody is this person, who also owns the command line's jobs. Nobody can log in under this name.
SHARED = Person(name=LOCAL)
# The worker and the command line: they see everybody's jobs.
EVERYBODY = Person(name=LOCAL, is_admin=True)
