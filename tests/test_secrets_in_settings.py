"""A value that may be a secret is never quoted, whatever setting it was written to, and whatever is wrong with it."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from functools import partial

import pytest
from pydantic import ValidationError

import config
from config import Server, Settings
from core.errors import ConfigError

SECRET = "sk-live-0123456789abcdef"
SERVER = {"name": "a", "base_url": "http://h:1", "model": "mova-360p"}
# As it comes out of a clipboard: by itself, in an address, in JSON, cut short, with a line end in it.
SHAPES = [
    SECRET,
    f"http://me:{SECRET}@host",
    f"http://host/?key={SECRET}",
    f"http://host/#{SECRET}",
    f"ftp://{SECRET}",
    f"postgresql://me:{SECRET}@host:port/db",
    f"postgresql://me:a@b:{SECRET}@host/db",
    f"mysql://me:{SECRET}@host/db",
    f'["{SECRET}"]',
    f'[{{"bearer": "{SECRET}"',
    f'{{"key": "{SECRET}"}}',
    f"{SECRET}\n\x07",
    f"é {SECRET}",
]


def said(caught: ConfigError) -> str:
    """All that reaches a person or a log."""
    return "\n".join((str(caught), caught.raw, json.dumps(caught.as_json()), *traceback.format_exception(caught)[1:]))


def of(read: Callable[[], Settings]) -> str:
    try:
        read()
    except ConfigError as problem:
        return said(problem)
    return ""


@pytest.mark.parametrize("name", Settings.model_fields)
def test_no_setting_quotes_what_may_be_a_secret(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    check_shapes(monkeypatch, name, SHAPES[:2])


@pytest.mark.long
@pytest.mark.parametrize("name", Settings.model_fields)
def test_no_setting_quotes_it_in_any_shape(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    check_shapes(monkeypatch, name, SHAPES[2:])


def check_shapes(monkeypatch: pytest.MonkeyPatch, name: str, shapes: list[str]) -> None:
    good = config.fresh()
    for shape in shapes:
        quoted = [of(partial(config.with_overrides, good, {name: shape}))]
        monkeypatch.setenv(name.upper(), shape)
        quoted += [of(config.fresh), of(lambda: config.with_overrides(good, {}))]
        monkeypatch.delenv(name.upper())
        assert SECRET[:12] not in "".join(quoted), shape


@pytest.mark.parametrize("value", [f"{SECRET} ", [SECRET], {"bearer": SECRET}, {SECRET: 1}])
@pytest.mark.parametrize("name", [*sorted(Server.model_fields.keys() - {"token"}), "bearer", "Token", "headers"])
def test_no_field_of_a_server_does(monkeypatch: pytest.MonkeyPatch, name: str, value: object) -> None:
    monkeypatch.setenv("SGLANG_SERVERS", json.dumps([SERVER | {name: value}]))
    with pytest.raises(ConfigError) as caught:
        config.fresh()
    assert f"SGLANG_SERVERS.0.{name.upper()}" in str(caught.value)
    assert SECRET not in said(caught.value)


def test_short_secrets_are_not_shown_where_a_field_is_unknown_or_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for more in ({"bearer": "hunter2"}, {"token": ["hunter2"]}, {"name": "a", "headers": {"hunter2": "x"}}):
        monkeypatch.setenv("SGLANG_SERVERS", json.dumps([SERVER | more]))
        with pytest.raises(ConfigError) as caught:
            config.fresh()
        assert "hunter2" not in said(caught.value)
    monkeypatch.delenv("SGLANG_SERVERS")
    monkeypatch.setenv("DATABASE_URL", "hunter2")
    with pytest.raises(ConfigError) as caught:
        config.fresh()
    assert "hunter2" not in said(caught.value)


def test_a_servers_own_error_does_not_quote_its_values() -> None:
    with pytest.raises(ValidationError) as caught:
        Server.model_validate(SERVER | {"bearer": SECRET})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ann:a@b:c@db/mova",
        "postgresql://ann:secret@db:port/mova",
        "postgresql://ann:secret@db:543210/mova",
        "postgresql:///mova",
    ],
)
def test_an_address_of_a_database_that_would_be_read_in_another_way_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    with pytest.raises(ConfigError, match="DATABASE_URL"):
        config.fresh()


@pytest.mark.parametrize(
    "address",
    [
        "postgres://db/mova",
        "postgresql://ann@db:5432/mova",
        "postgresql+psycopg://ann:a%40b@[::1]:5432/mova?sslmode=require",
    ],
)
def test_the_usual_ones_are_taken(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    assert config.fresh().database_address.endswith(address.split("://")[1])
