"""Keys that a person entered in their session: kept in memory only, for that session's acts, until the session ends.

A job records which services it is to ask with such keys, never the keys. Only what the session asked for itself is paid
with them. Where another session lets the job go on, or the keys are gone, because the session has ended or the program
was restarted, its next step waits for the person instead of asking another service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from pydantic import SecretStr

from config import with_overrides
from core.errors import KeyGone

if TYPE_CHECKING:
    from config import Settings
    from jobs.model.records import JobRecord

SERVICE_NAMES = {"gemini": "Gemini", "dashscope": "DashScope", "openai": "OpenAI"}
_PROVIDERS = {f"{service}_api_key": name for service, name in SERVICE_NAMES.items()}


class SessionKeys:
    """One session's keys, by the name of the setting that each takes the place of."""

    def __init__(self) -> None:
        self._keys: dict[str, SecretStr] = {}

    @property
    def names(self) -> list[str]:
        return sorted(self._keys)

    def put(self, settings: Settings, name: str, key: str) -> None:
        """Store a key.

        Raises:
            ConfigError: it cannot be a key; the message does not contain it.
        """
        taken: SecretStr | None = getattr(with_overrides(settings, {name: key}), name)
        if taken:
            self._keys[name] = taken

    def drop(self, name: str) -> None:
        self._keys.pop(name, None)

    def overrides(self) -> dict[str, str | None]:
        """The keys by setting, to be used for one call of a service."""
        return {name: key.get_secret_value() for name, key in self._keys.items()}


class LentKeys:
    """Which session's keys are used for which job, in this process. Keys are not kept longer than their session.

    ``worker`` is this process's name, where it works itself.
    """

    def __init__(self) -> None:
        self.worker: str | None = None
        self._lent: WeakValueDictionary[str, SessionKeys] = WeakValueDictionary()

    def lend(self, job_id: str, keys: SessionKeys) -> None:
        self._lent[job_id] = keys

    def take_back(self, job_id: str) -> None:
        """Use no session's keys any more for a job."""
        self._lent.pop(job_id, None)

    def lends(self, job_id: str, keys: SessionKeys | None) -> bool:
        """Whether a job is made with the keys of this session."""
        return keys is not None and self._lent.get(job_id) is keys

    def overrides(self, job: JobRecord) -> Mapping[str, str | None]:
        """The keys with which a job's next step is to be made; empty where it asks with the server's.

        Raises:
            KeyGone
        """
        wanted, of = job.bookkeeping.session_keys, job.bookkeeping.session_of
        # Another process may have recorded that a session there let the job go on.
        keys = self._lent.get(job.id) if of == self.worker else None
        held = keys.overrides() if keys else {}
        for name in wanted:
            if name not in held:
                raise key_gone(name)
        return {name: held[name] for name in wanted}


def key_gone(name: str) -> KeyGone:
    """The error for the key of a setting such as ``gemini_api_key``."""
    return KeyGone(provider=_PROVIDERS.get(name, name))
