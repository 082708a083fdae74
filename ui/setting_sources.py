"""Where the value of a setting comes from, for showing; never the value of a key."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Literal

from config import Settings

Source = Literal["environment", ".env", "config.py"]


def source_of(name: str) -> Source:
    """The environment wins over ``.env``, which wins over ``config.py``; an empty variable counts as not set."""
    if any(value for key, value in os.environ.items() if key.lower() == name):
        return "environment"
    return ".env" if name in _in_file(str(Settings.model_config.get("env_file") or "")) else "config.py"


@lru_cache(maxsize=4)
def _in_file(path: str) -> frozenset[str]:
    """The names that the file sets; it is read at the start only, as the settings are."""
    from dotenv import dotenv_values

    return frozenset(key.lower() for key, value in dotenv_values(path).items() if value) if path else frozenset()
