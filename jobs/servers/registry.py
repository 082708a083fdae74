"""The configured servers: read again while the program runs, so that one can be added without a restart."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Lock
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

import config
from core.errors import ConfigError
from core.messages import gettext_noop

if TYPE_CHECKING:
    from config import Server, Settings

# What a reading may change; every other setting holds for as long as the process lives.
_SERVERS = ("sglang_servers", "sglang_360p_url", "sglang_720p_url")
_EDITED = "config_as_edited"
_READABLE = gettext_noop("a file that Python can read")


@dataclass
class ServerRegistry:
    """Thread-safe. ``error`` is what is wrong with the configuration; until it is fixed the last good one stays in use.

    A server that was removed stays known for the jobs that it has.
    """

    settings: Settings
    error: ConfigError | None = None
    _former: dict[str, Server] = field(default_factory=dict)  # by name and address
    _read: object = None
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._read = _state_of_files()

    @property
    def servers(self) -> tuple[Server, ...]:
        return self.settings.sglang_servers

    def former(self, name: str, address: str) -> Server | None:
        """A server that has had this name and address since the program started."""
        return self._former.get(f"{name} {address}")

    def keep(self) -> bool:
        """Read the servers again if a file was changed; returns whether they differ now."""
        with self._lock:
            return _state_of_files() != self._read and self._reread()

    def reread(self) -> bool:
        """Read them again in any case."""
        with self._lock:
            return self._reread()

    def _reread(self) -> bool:
        self._read = _state_of_files()
        try:
            read = _as_edited()
        except ConfigError as problem:
            self.error = problem
            return False
        self.error = None
        before = self.settings
        if all(getattr(before, name) == value for name, value in read.items()):
            return False
        self._former |= {f"{one.name} {one.base_url}": one for one in before.sglang_servers}
        self.settings = before.model_copy(update=read)
        return True


def _as_edited() -> dict[str, Any]:
    """What the environment, ``.env`` and ``config.py`` say of servers, as these files are now.

    Raises:
        ConfigError: also where ``config.py`` cannot be run.
    """
    spec = spec_from_file_location(_EDITED, config.__file__)
    if spec is None or spec.loader is None:
        raise ConfigError(setting="config.py", value="…", accepted=_READABLE)
    module = sys.modules[_EDITED] = module_from_spec(spec)  # pydantic looks annotations up there
    try:
        spec.loader.exec_module(module)
        read = module.fresh()
    except ConfigError:
        raise
    except Exception as problem:  # an edited file can raise anything
        words = f"{type(problem).__name__}, line {_line_of(problem)}"  # its own words may quote a value: a key
        raise ConfigError(words, setting="config.py", value="…", accepted=_READABLE) from None
    finally:
        sys.modules.pop(_EDITED, None)
    servers = tuple(config.Server.model_validate(dict(one)) for one in read.sglang_servers)
    return {name: getattr(read, name) for name in _SERVERS} | {"sglang_servers": servers}


def _line_of(problem: Exception) -> int:
    """The line of the edited file where it failed; 0 if unknown."""
    if isinstance(problem, SyntaxError):
        return problem.lineno or 0
    return max(
        (at.lineno or 0 for at in extract_tb(problem.__traceback__) if at.filename == config.__file__), default=0
    )


def _state_of_files() -> tuple[object, object]:
    return _state_of(config.__file__), _state_of(str(config.Settings.model_config.get("env_file") or ""))


def _state_of(file: str) -> tuple[int, int] | None:
    try:
        found = Path(file).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
