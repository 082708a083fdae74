"""A login that was once required stays required, whatever becomes of its file while the app runs."""

from __future__ import annotations

import json

import pytest
import streamlit as st
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

import config
from core.errors import ConfigError
from jobs.model.people import Person
from tests.ui.jobs_in_states import labels
from tests.ui.secrets_file import CLIENT, SHARED, WHOLE, SecretsFile, secrets_file
from tests.ui.server.test_visitor import asking, with_cookie
from tests.ui.still_app import drawn, page, still_app, words
from ui.server import login_setup, visitor

__all__ = ["secrets_file"]

ANN = {"is_logged_in": True, "email": "ann@example.org", "email_verified": True, "provider": "default"}
SPOILT: dict[str, str | bytes] = {
    "cut off": WHOLE[:-20],
    "empty": "",
    "the section's name only": "[auth]\n",
    "no client": SHARED,
    "a section without its secret": WHOLE.replace("c" * 40, ""),
    "no section": 'other = "x"\n',
    "no table": 'auth = "x"\n',
    "no text": b"\xff\xfe[auth]",
}


@pytest.mark.parametrize("text", SPOILT.values(), ids=SPOILT.keys())
def test_a_file_that_is_spoilt_while_the_app_runs_closes_the_door(secrets_file: SecretsFile, text: str | bytes) -> None:
    secrets_file.write(WHOLE)
    with still_app():
        test = page("create/create.py")
        assert labels(test) == ["Log in"]
        secrets_file.write(text)
        drawn(test)
        assert labels(test) == []
        assert "Nobody can log in at the moment" in words(test)
        assert "secrets.toml" in words(test)
        assert visitor.person_asking(config.load(), asking()) is None
        assert visitor.has_login(config.load())
        secrets_file.write(WHOLE)
        assert labels(drawn(test)) == ["Log in"]


def test_a_file_that_is_gone_closes_the_door_too(secrets_file: SecretsFile) -> None:
    secrets_file.write(WHOLE)
    assert visitor.person_asking(config.load(), with_cookie(ANN)) == Person(name="ann@example.org")
    secrets_file.remove()
    assert visitor.person_asking(config.load(), asking()) is None
    assert visitor.person_asking(config.load(), with_cookie(ANN)) is None


def test_an_open_page_is_asked_again_for_a_cookie_that_is_good_now(
    secrets_file: SecretsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets_file.write(WHOLE)
    cookies = {USER_COOKIE_NAME: create_signed_value(get_cookie_secret(), USER_COOKIE_NAME, json.dumps(ANN)).decode()}
    monkeypatch.setattr(st, "user", ANN)
    monkeypatch.setattr(st, "context", type("Context", (), {"cookies": cookies}))
    assert visitor.person_here(config.load()) == Person(name="ann@example.org")
    secrets_file.write(WHOLE.replace("c" * 40, "d" * 40))
    assert visitor.person_here(config.load()) is None


@pytest.mark.parametrize("name", ["cut off", "empty", "the section's name only", "no client", "no table", "no text"])
def test_a_login_that_cannot_be_read_stops_the_start(secrets_file: SecretsFile, name: str) -> None:
    secrets_file.write(SPOILT[name])
    with pytest.raises(ConfigError, match=r"secrets\.toml"):
        login_setup.check_login()


def test_a_whole_login_or_none_at_all_starts(secrets_file: SecretsFile) -> None:
    login_setup.check_login()
    assert not login_setup.login_is_set_up()
    secrets_file.write('other = "x"\n')
    login_setup.check_login()
    assert not login_setup.login_is_set_up()
    secrets_file.write(SHARED + f"[auth.one]\n{CLIENT}[auth.two]\n{CLIENT}")
    login_setup.check_login()
    assert login_setup.login_is_set_up()
    assert login_setup.providers() == ("one", "two")
