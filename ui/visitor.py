"""Who a visitor is: by Streamlit's login, by the header of a proxy, or, where there is neither, everybody as one.

Pages ask by the session's connection, our own routes by their request: both come to the same answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from config import Settings
from errors import ConfigError
from jobs.people import LOCAL, SHARED, Person
from notes import N_

if TYPE_CHECKING:
    from starlette.requests import Request

_LONGEST_NAME = 200
_SECTION = "auth"  # of .streamlit/secrets.toml, as Streamlit wants it
_SHARED_KEYS = frozenset(("redirect_uri", "cookie_secret", "expose_tokens", "client_id", "client_secret"))


def has_login(settings: Settings) -> bool:
    """Whether people are told apart at all."""
    return bool(settings.trusted_user_header) or login_is_set_up()


def login_is_set_up() -> bool:
    """Whether Streamlit's own login (OpenID Connect) is configured."""
    return st.secrets.load_if_toml_exists() and _SECTION in st.secrets


def providers() -> tuple[str, ...]:
    """The names of several providers; empty where there is the one without a name."""
    section = st.secrets[_SECTION]
    if "client_id" in section:
        return ()
    return tuple(name for name in section if name not in _SHARED_KEYS and isinstance(section[name], Mapping))


def check_login() -> None:
    """Look at the login when the app starts: a broken one must not leave the door open.

    Raises:
        ConfigError: there is a secrets.toml that cannot be read.
    """
    files = [path for path in st.get_option("secrets.files") if Path(path).is_file()]
    if files and not st.secrets.load_if_toml_exists():
        raise ConfigError(setting="secrets.toml", value="…", accepted=N_("a TOML file with a section [auth]"))


def person_here(settings: Settings) -> Person | None:
    """Who looks at this page; None for somebody who has to log in first."""
    if settings.trusted_user_header:
        return _by_header(settings, st.context.headers.get_all(settings.trusted_user_header))
    return _by_claims(settings, st.user.to_dict()) if login_is_set_up() else SHARED


def person_asking(settings: Settings, request: Request) -> Person | None:
    """Who sends a request to a route of ours; None as above."""
    if settings.trusted_user_header:
        return _by_header(settings, request.headers.getlist(settings.trusted_user_header))
    return _by_claims(settings, _cookie(request)) if login_is_set_up() else SHARED


def _by_header(settings: Settings, values: list[str]) -> Person | None:
    """A header that is there twice was not replaced by the proxy: part of it is the visitor's own."""
    return _named(settings, values[0]) if len(values) == 1 else None


def _by_claims(settings: Settings, claims: Mapping[str, Any]) -> Person | None:
    unverified = settings.login_claim == "email" and claims.get("email_verified") is False
    if not claims.get("is_logged_in") or unverified:
        return None
    return _named(settings, str(claims.get(settings.login_claim) or ""))


def _named(settings: Settings, name: str) -> Person | None:
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable() or name.casefold() == LOCAL:
        return None
    return Person(name=name, is_admin=name in settings.admins)


def _cookie(request: Request) -> dict[str, Any]:
    """The claims in Streamlit's signed cookie; empty where it is missing, forged or too old."""
    from streamlit.auth_util import get_cookie_with_chunks
    from streamlit.web.server.server_util import get_cookie_secret
    from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
    from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

    def one(name: str) -> bytes | None:
        return decode_signed_value(get_cookie_secret(), name, request.cookies.get(name, ""))

    signed = get_cookie_with_chunks(one, USER_COOKIE_NAME)
    claims: dict[str, Any] = json.loads(signed) if signed else {}
    return claims
