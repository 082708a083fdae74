"""Keys that a person typed into their session: in memory only, for the steps of that session's jobs, gone with it.

A job records which services it is to ask with such keys, never the keys. Where they are gone, because the session has
ended or the program was started again, its next step waits for the person instead of asking another service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from pydantic import SecretStr

from config import with_overrides
from errors import KeyGone

if TYPE_CHECKING:
    from config import Settings
    from jobs.records import JobRecord

LENT = "session_keys"  # in a job's inputs: the names of the settings
_PROVIDERS = {"gemini_api_key": "Gemini", "dashscope_api_key": "DashScope", "openai_api_key": "OpenAI"}


class SessionKeys:
    """One session's keys, by the name of the setting that each takes the place of."""

    def __init__(self) -> None:
        self._keys: dict[str, SecretStr] = {}

    @property
    def names(self) -> list[str]:
        return sorted(self._keys)

    def put(self, settings: Settings, name: str, key: str) -> None:
        """Take a key.

        Raises:
            ConfigError: it cannot be one; it is not in the message.
        """
        taken: SecretStr | None = getattr(with_overrides(settings, {name: key}), name)
        if taken:
            self._keys[name] = taken

    def drop(self, name: str) -> None:
        self._keys.pop(name, None)

    def overrides(self) -> dict[str, str | None]:
        """For the one call that asks a service."""
        return {name: key.get_secret_value() for name, key in self._keys.items()}


class LentKeys:
    """Whose keys serve which job, in this process. It holds no session's keys beyond the session itself."""

    def __init__(self) -> None:
        self._lent: WeakValueDictionary[str, SessionKeys] = WeakValueDictionary()

    def lend(self, job_id: str, keys: SessionKeys) -> None:
        self._lent[job_id] = keys

    def overrides(self, job: JobRecord) -> Mapping[str, str | None]:
        """The keys with which a job's next step is to be made; empty where it asks with the server's.

        Raises:
            KeyGone
        """
        wanted: list[str] = job.inputs.get(LENT) or []
        keys = self._lent.get(job.id)
        held = keys.overrides() if keys else {}
        for name in wanted:
            if name not in held:
                raise KeyGone(provider=_PROVIDERS.get(name, name))
        return {name: held[name] for name in wanted}
