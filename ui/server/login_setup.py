"""Whether people log in by Streamlit's own login (OpenID Connect), a section [auth] of .streamlit/secrets.toml.

A login that was once required stays required for the life of the process: when the file is removed or broken later,
nobody can log in any more, and nobody comes in without.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.auth_util import validate_auth_credentials
from streamlit.errors import StreamlitAuthError

from core.errors import ConfigError
from core.messages import gettext_noop

_SECTION = "auth"
_SHARED_KEYS = frozenset(("redirect_uri", "cookie_secret", "expose_tokens", "client_id", "client_secret"))
_ACCEPTED = gettext_noop("a TOML file with a whole section [auth], as SECURITY.md shows it")

_required: set[str] = set()  # holds _SECTION once a login was seen


def login_is_set_up() -> bool:
    """Whether people have to log in; for good, once they had to."""
    if _section() is not None:
        _required.add(_SECTION)
    return _SECTION in _required


def login_is_readable() -> bool:
    """Whether somebody can log in at this moment; where the section is not whole, nobody can be known."""
    section = _section()
    return bool(section and section.get("cookie_secret")) and any(map(_is_whole, providers() or ("default",)))


def providers() -> tuple[str, ...]:
    """The names of several providers; empty where there is the one without a name."""
    section = _section() or {}
    if "client_id" in section:
        return ()
    return tuple(name for name in section if name not in _SHARED_KEYS and isinstance(section[name], Mapping))


def check_login() -> None:
    """Look at the login when the app starts: with a broken one nobody may come in.

    Raises:
        ConfigError: there is a secrets.toml that is empty or cannot be read, or its section [auth] is not whole.
    """
    files = [path for path in map(Path, st.get_option("secrets.files")) if path.is_file()]
    if not all(map(_has_content, files)) or (login_is_set_up() and not login_is_readable()):
        raise ConfigError(setting="secrets.toml", value="…", accepted=_ACCEPTED)


def _section() -> Mapping[str, Any] | None:
    """The section as it stands; None where there is none, or no file that can be read."""
    try:
        if not st.secrets.load_if_toml_exists() or _SECTION not in st.secrets:
            return None
        section = st.secrets[_SECTION]
    except (OSError, ValueError, KeyError):  # it was changed between two looks, or is no text
        return None
    return section if isinstance(section, Mapping) else {}


def _is_whole(provider: str) -> bool:
    try:
        validate_auth_credentials(provider)
    except (StreamlitAuthError, OSError, ValueError):
        return False
    return True


def _has_content(file: Path) -> bool:
    try:
        text = file.read_text("utf-8")
        tomllib.loads(text)
    except (OSError, ValueError):
        return False
    return bool(text.strip())
