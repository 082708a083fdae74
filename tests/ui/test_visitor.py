"""Who a visitor is, from a login's cookie and from a proxy's header; in doubt it is nobody."""

from __future__ import annotations

import json
from typing import Any

import pytest
import streamlit as st
from starlette.requests import Request
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

import config
from config import Settings
from errors import ConfigError
from jobs.people import SHARED, Person
from ui import visitor

HEADER = "X-Forwarded-User"


def asking(*headers: tuple[str, str]) -> Request:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return Request({"type": "http", "headers": raw})


def with_cookie(claims: dict[str, Any], secret: str | None = None) -> Request:
    signed = create_signed_value(secret or get_cookie_secret(), USER_COOKIE_NAME, json.dumps(claims))
    return asking(("cookie", f"{USER_COOKIE_NAME}={signed.decode()}"))


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(visitor, "login_is_set_up", lambda: True)
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
        {"is_logged_in": True, "email": "ann@example.org", "email_verified": False},
        {"is_logged_in": True, "sub": "1"},
        {"is_logged_in": True, "email": "local"},
        {"is_logged_in": True, "email": " LOCAL "},
        {"is_logged_in": True, "email": "ann\u202e@example.org"},
        {"is_logged_in": True, "email": "a" * 201},
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


def test_another_claim_can_name_the_person(login: Settings) -> None:
    by_sub = config.with_overrides(login, {"login_claim": "sub"})
    claims = {"is_logged_in": True, "email": "ann@example.org", "email_verified": False, "sub": "248289761001"}
    assert visitor.person_asking(by_sub, with_cookie(claims)) == Person(name="248289761001")


def test_a_proxy_names_the_person(proxy: Settings) -> None:
    assert visitor.person_asking(proxy, asking((HEADER, "ann"))) == Person(name="ann")
    assert visitor.person_asking(proxy, asking((HEADER.lower(), "root"))) == Person(name="root", is_admin=True)


@pytest.mark.parametrize("values", [(), ("",), ("  ",), ("ann", "root"), ("local",), ("ann\x7f",)])
def test_a_missing_or_doubled_header_is_nobody(proxy: Settings, values: tuple[str, ...]) -> None:
    assert visitor.person_asking(proxy, asking(*((HEADER, value) for value in values))) is None


def test_a_login_that_cannot_be_read_does_not_open_the_door(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "secrets.toml"
    broken.write_text("[auth\n")
    monkeypatch.setattr(st, "get_option", lambda name: [str(broken)] if name == "secrets.files" else None)
    monkeypatch.setattr(st.secrets, "load_if_toml_exists", lambda: False)
    with pytest.raises(ConfigError, match="secrets"):
        visitor.check_login()
    broken.unlink()
    visitor.check_login()
