"""The last look at each server, for everybody: taken beside us, so that nobody who asks ever waits for a server."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import TYPE_CHECKING

from errors import ServerError
from jobs.server_look import ServerLook, look_at
from jobs.sight import Sight, refuses

if TYPE_CHECKING:
    from config import Server
    from jobs.roster import Roster

HOLDS = 10.0  # seconds for which a look is good enough where no job waits for it
_WELL_FOR, _ILL_FOR = 5.0, 3.0  # the same where one does
_STILL_WELL_FOR = 15.0  # a server that was well is sent to while the next look is on its way


@dataclass
class ServerWatch:
    """Thread-safe. A look runs in a thread of its own, at most one a server; ``looked`` is called after each."""

    roster: Roster
    looked: Callable[[], None] = lambda: None
    _looks: dict[Server, ServerLook] = field(default_factory=dict)
    _looking: set[Server] = field(default_factory=set)
    _changed: Condition = field(default_factory=Condition)

    def ask(self, *, older_than: float = 0.0, name: str | None = None) -> None:
        """Have the configured servers, or the one of this name, looked at where the last look is older (seconds)."""
        for server in self.roster.servers:
            if name in (None, server.name):
                self._ask(server, older_than)

    def last(self, server: Server) -> ServerLook | None:
        """The last finished look."""
        return self._looks.get(server)

    def is_looking(self, server: Server | None = None) -> bool:
        """Whether a look at this server, or at any, is under way."""
        return bool(self._looking) if server is None else server in self._looking

    def seems_well(self, server: Server) -> bool:
        """Whether a job can be sent to a server, as it was seen last; an old look is renewed beside us."""
        look = self._looks.get(server)
        self._ask(server, _ILL_FOR if look and look.trouble else _WELL_FOR)
        return look is not None and look.trouble is None and look.age < _STILL_WELL_FOR

    def note(self, server: Server, trouble: ServerError) -> None:
        """What was met while working with a server counts as a look, where the last one knew nothing of it."""
        last = self._looks.get(server)
        if last is None or type(last.trouble) is not type(trouble):
            self._looks[server] = ServerLook(trouble=trouble, at=time.monotonic())

    def sight(self, *, patience: float = 0.0) -> Sight | None:
        """All configured servers at once; None before each was looked at, which ``patience`` waits for (seconds)."""
        self.ask(older_than=HOLDS)
        settings = self.roster.settings
        with self._changed:
            self._changed.wait_for(lambda: all(one in self._looks for one in settings.sglang_servers), patience)
        looks = {one.name: self._looks.get(one) for one in settings.sglang_servers}
        if any(look is None for look in looks.values()):
            return None
        troubles = {name: look.trouble for name, look in looks.items() if look}
        preview = settings.servers_are_defaults and all(map(refuses, troubles.values()))
        return Sight(settings.sglang_servers, troubles, preview)

    def _ask(self, server: Server, older_than: float) -> None:
        if self._begin(server, older_than):
            Thread(target=self._look, args=(server,), daemon=True, name="server-look").start()

    def _begin(self, server: Server, older_than: float) -> bool:
        with self._changed:
            last = self._looks.get(server)
            if server in self._looking or (last and last.age < older_than):
                return False
            self._looking.add(server)
            return True

    def _look(self, server: Server) -> None:
        try:
            self._looks[server] = look_at(server)
        finally:
            with self._changed:
                self._looking.discard(server)
                self._changed.notify_all()
            self.looked()
