"""Who a visitor is: by Streamlit's login, by the header of a proxy, or, where there is neither, everybody as one.

Pages ask by the session's connection, our own routes by their request: both come to the same answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

import streamlit as st

from config import SECRET_HEADER, Settings
from jobs.model.people import LOCAL, SHARED, Person
from ui.server.login_setup import login_is_readable, login_is_set_up, providers

if TYPE_CHECKING:
    from starlette.requests import Request

_LONGEST_NAME = 255  # a subject of OpenID Connect may be as long
_ONLY_PROVIDER = "default"  # Streamlit's name for the one without a name


def has_login(settings: Settings) -> bool:
    """Whether people are told apart at all."""
    return bool(settings.trusted_user_header) or login_is_set_up()


def person_here(settings: Settings) -> Person | None:
    """Who looks at this page; None for somebody who has to log in first."""
    if settings.trusted_user_header:
        return _by_header(settings, st.context.headers.get_all)
    if not login_is_set_up():
        return SHARED
    # A session keeps what its connection brought: the cookie must be good under the secret of now, too.
    known = login_is_readable() and st.user.get("is_logged_in")
    return _by_login(settings, st.context.cookies) if known else None


def person_asking(settings: Settings, request: Request) -> Person | None:
    """Who sends a request to a route of ours; None as above."""
    if settings.trusted_user_header:
        return _by_header(settings, request.headers.getlist)
    return _by_login(settings, request.cookies) if login_is_set_up() else SHARED


def _by_header(settings: Settings, header: Callable[[str], list[str]]) -> Person | None:
    """A header that is there twice was not replaced by the proxy: part of it is the visitor's own."""
    values = header(settings.trusted_user_header)
    if len(values) != 1 or not _came_by_the_proxy(settings, header(SECRET_HEADER)):
        return None
    name = _name_in(values[0])
    return Person(name=name, is_admin=name in settings.admins) if name else None


def _came_by_the_proxy(settings: Settings, values: list[str]) -> bool:
    """Whether the secret that only the proxy shares is there; true where none was agreed on."""
    if settings.trusted_user_secret is None:
        return True
    secret = settings.trusted_user_secret.get_secret_value().encode()
    return len(values) == 1 and compare_digest(values[0].encode(), secret)


def _by_login(settings: Settings, cookies: Mapping[str, str]) -> Person | None:
    return _by_claims(settings, _claims(cookies)) if login_is_readable() else None


def _by_claims(settings: Settings, claims: Mapping[str, Any]) -> Person | None:
    """An e-mail address is one everywhere; any other claim is its issuer's own, as two may give the same one."""
    ways = providers() or (_ONLY_PROVIDER,)
    if claims.get("is_logged_in") is not True or claims.get("provider") not in ways:
        return None
    name = _name_in(claims.get(settings.login_claim))
    if not name:
        return None
    if settings.login_claim == "email":
        return Person(name=name, is_admin=name in settings.admins) if _is_verified(claims) else None
    issuer = _name_in(claims.get("iss"))
    if not issuer or " " in issuer:
        return None
    # Before issuers counted, owners and administrators were the claim alone: clear where only one issuer can be meant.
    former = name if len(ways) == 1 else None
    full = f"{issuer} {name}"
    return Person(name=full, is_admin=bool({full, former} & set(settings.admins)), formerly=former)


def _is_verified(claims: Mapping[str, Any]) -> bool:
    """Some providers say nothing about it, some say it as text; whatever is not clearly true is false."""
    said = claims.get("email_verified", True)
    return said is True or said == "true"


def _name_in(value: object) -> str | None:
    """A name that can be an owner's; numbers count as their digits."""
    name = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not name or len(name) > _LONGEST_NAME or not name.isprintable() or name.casefold() == LOCAL:
        return None
    return name


def _claims(cookies: Mapping[str, str]) -> dict[str, Any]:
    """The claims in Streamlit's signed cookie; empty where it is missing, forged or too old."""
    from streamlit.auth_util import get_cookie_with_chunks
    from streamlit.web.server.server_util import get_cookie_secret
    from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
    from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

    def one(name: str) -> bytes | None:
        return decode_signed_value(get_cookie_secret(), name, cookies.get(name, ""))

    signed = get_cookie_with_chunks(one, USER_COOKIE_NAME)
    claims = json.loads(signed) if signed else {}
    return claims if isinstance(claims, dict) else {}
