"""Who a visitor is, from a login's cookie and from a proxy's header; in doubt it is nobody."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.requests import Request
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

import config
from config import Settings
from jobs.model.people import SHARED, Person
from ui.server import visitor

HEADER = "X-Forwarded-User"
UNVERIFIED: tuple[object, ...] = (False, "false", "False", "0", 0, 1, "1", "", "no", None, [], ["true"], {})


def asking(*headers: tuple[str, str]) -> Request:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return Request({"type": "http", "headers": raw})


def with_cookie(claims: dict[str, Any], secret: str | None = None) -> Request:
    """As Streamlit's login writes it, which names the provider beside the claims."""
    written = json.dumps({"provider": "default"} | claims)
    signed = create_signed_value(secret or get_cookie_secret(), USER_COOKIE_NAME, written)
    return asking(("cookie", f"{USER_COOKIE_NAME}={signed.decode()}"))


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(visitor, "login_is_set_up", lambda: True)
    monkeypatch.setattr(visitor, "login_is_readable", lambda: True)
    monkeypatch.setenv("ADMINS", "root@example.org, ops@example.org")
    return config.fresh()


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TRUSTED_USER_HEADER", HEADER)
    monkeypatch.setenv("ADMINS", "root")
    return config.fresh()


def test_without_a_login_everybody_is_the_same_whatever_they_send() -> None:
    request = asking((HEADER, "root"), ("cookie", "_streamlit_user=x"))
    assert visitor.person_asking(config.fresh(), request) is SHARED
    assert not SHARED.is_admin


def test_a_login_names_the_person(login: Settings) -> None:
    claims = {"is_logged_in": True, "email": "ann@example.org", "email_verified": True, "sub": "1"}
    assert visitor.person_asking(login, with_cookie(claims)) == Person(name="ann@example.org")
    root = visitor.person_asking(login, with_cookie(claims | {"email": "root@example.org"}))
    assert root == Person(name="root@example.org", is_admin=True)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": "ann@example.org"},
        {"is_logged_in": False, "email": "ann@example.org"},
        *({"is_logged_in": yes, "email": "ann@example.org"} for yes in ("true", "false", 1, None)),
        *({"is_logged_in": True, "email": "ann@example.org", "email_verified": said} for said in UNVERIFIED),
        {"is_logged_in": True, "email": "ann@example.org", "provider": "one-that-was-taken-off"},
        {"is_logged_in": True, "email": True},
        {"is_logged_in": True, "email": ["ann@example.org"]},
        {"is_logged_in": True, "sub": "1"},
        {"is_logged_in": True, "email": "local"},
        {"is_logged_in": True, "email": " LOCAL "},
        {"is_logged_in": True, "email": "ann\u202e@example.org"},
        {"is_logged_in": True, "email": "a" * 256},
    ],
)
def test_what_is_no_whole_login_is_nobody(login: Settings, claims: dict[str, Any]) -> None:
    assert visitor.person_asking(login, with_cookie(claims)) is None


def test_a_forged_cookie_is_nobody(login: Settings) -> None:
    claims = {"is_logged_in": True, "email": "ann@example.org"}
    assert visitor.person_asking(login, with_cookie(claims, secret="another secret")) is None
    assert visitor.person_asking(login, asking(("cookie", f"{USER_COOKIE_NAME}={json.dumps(claims)}"))) is None
    assert visitor.person_asking(login, asking()) is None
    assert visitor.person_asking(login, asking((HEADER, "root@example.org"))) is None


@pytest.mark.parametrize("said", [True, "true"])
def test_an_address_is_verified_where_its_provider_says_so_or_says_nothing(login: Settings, said: object) -> None:
    claims = {"is_logged_in": True, "email": "ann@example.org"}
    assert visitor.person_asking(login, with_cookie(claims)) == Person(name="ann@example.org")
    assert visitor.person_asking(login, with_cookie(claims | {"email_verified": said})) == Person(
        name="ann@example.org"
    )


ISSUER, ELSEWHERE = "https://login.example.org", "https://elsewhere.example.org"
BY_SUB = {
    "is_logged_in": True,
    "email": "ann@example.org",
    "email_verified": False,
    "sub": "248289761001",
    "iss": ISSUER,
}


def test_another_claim_can_name_the_person_together_with_its_issuer(login: Settings) -> None:
    by_sub = config.with_overrides(login, {"login_claim": "sub"})
    found = visitor.person_asking(by_sub, with_cookie(BY_SUB))
    assert found == Person(name=f"{ISSUER} 248289761001")
    assert found.formerly == "248289761001"
    for iss in (None, "", "https://a b", 7 * [ISSUER]):
        assert visitor.person_asking(by_sub, with_cookie(BY_SUB | {"iss": iss})) is None


def test_one_subject_of_two_issuers_is_two_people(login: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor, "providers", lambda: ("one", "two"))
    monkeypatch.setenv("ADMINS", f"248289761001,{ELSEWHERE} 248289761001")
    monkeypatch.setenv("LOGIN_CLAIM", "sub")
    settings = config.fresh()
    one = visitor.person_asking(settings, with_cookie(BY_SUB | {"provider": "one"}))
    two = visitor.person_asking(settings, with_cookie(BY_SUB | {"provider": "two", "iss": ELSEWHERE}))
    assert one == Person(name=f"{ISSUER} 248289761001")
    assert two == Person(name=f"{ELSEWHERE} 248289761001", is_admin=True)
    assert (one.formerly, two.formerly) == (None, None)


def test_with_one_provider_administrators_may_be_named_by_their_claim(
    login: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGIN_CLAIM", "sub")
    for name in ("248289761001", f"{ISSUER} 248289761001"):
        monkeypatch.setenv("ADMINS", name)
        found = visitor.person_asking(config.fresh(), with_cookie(BY_SUB))
        assert found is not None
        assert found.is_admin


def test_a_proxy_names_the_person(proxy: Settings) -> None:
    assert visitor.person_asking(proxy, asking((HEADER, "ann"))) == Person(name="ann")
    assert visitor.person_asking(proxy, asking((HEADER.lower(), "root"))) == Person(name="root", is_admin=True)


@pytest.mark.parametrize("values", [(), ("",), ("  ",), ("ann", "root"), ("local",), ("ann\x7f",)])
def test_a_missing_or_doubled_header_is_nobody(proxy: Settings, values: tuple[str, ...]) -> None:
    assert visitor.person_asking(proxy, asking(*((HEADER, value) for value in values))) is None


SECRET = "0123456789abcdef"


@pytest.mark.parametrize(
    ("sent", "known"),
    [
        ((SECRET,), True),
        ((), False),
        (("",), False),
        ((SECRET[:-1],), False),
        ((SECRET, SECRET), False),
        (("é",), False),
    ],
)
def test_with_a_secret_only_the_proxy_names_a_person(
    proxy: Settings, monkeypatch: pytest.MonkeyPatch, sent: tuple[str, ...], known: bool
) -> None:
    monkeypatch.setenv("TRUSTED_USER_SECRET", SECRET)
    request = asking((HEADER, "ann"), *((config.SECRET_HEADER, one) for one in sent))
    assert visitor.person_asking(config.fresh(), request) == (Person(name="ann") if known else None)
