"""Where the store is: read from the settings, refused when wrong, its password never shown."""

from __future__ import annotations

import pytest

import config
from core.errors import ConfigError
from jobs.database.database import database_at


def test_without_a_setting_it_is_a_file_in_the_output_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTPUT_DIR", "/data/videos")
    assert config.fresh().database_address == "sqlite:////data/videos/jobs.db"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgres_is_reached_through_its_driver(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://ann:secret@db:5433/mova")
    database = database_at(config.fresh().database_address)
    assert database.engine.url.drivername == "postgresql+psycopg"
    assert (database.engine.url.host, database.engine.url.port) == ("db", 5433)


@pytest.mark.parametrize("wrong", ["mysql://ann:secret@db/mova", "sqlite://", "postgresql://ann:secret@db", "jobs.db"])
def test_a_wrong_address_is_refused_without_its_password(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("DATABASE_URL", wrong)
    with pytest.raises(ConfigError) as caught:
        config.fresh()
    assert "DATABASE_URL" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_password_shows_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ann:pa55phrase@db/mova")
    settings = config.fresh()
    database = database_at(settings.database_address)
    assert "pa55phrase" not in repr(settings) + database.name + repr(database.engine)


@pytest.mark.parametrize("port", ["0", "99999", "abc", "5432,h2:5433"])
def test_a_wrong_port_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://ann:secret@db:{port}/mova")
    with pytest.raises(ConfigError, match="a number from 1 to 65535"):
        config.fresh()


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("postgresql:///mova?host=/var/run/postgresql", {"host": "/var/run/postgresql"}),
        ("postgresql://ann:se#c?ret@/mova?host=/run/pg&port=5433", {"host": "/run/pg", "port": "5433"}),
        (
            "postgresql://ann@db/mova?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem",
            {"sslrootcert": "/etc/ssl/ca.pem"},
        ),
    ],
)
def test_an_address_with_paths_in_it_is_a_good_one(
    monkeypatch: pytest.MonkeyPatch, address: str, query: dict[str, str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    url = database_at(config.fresh().database_address).engine.url
    assert url.database == "mova"
    assert query.items() <= url.query.items()


@pytest.mark.parametrize("name", ["My%20Videos", "what?x", "a#b", "猫 与 球", "100%", "a&b=c:d@e"])
def test_a_path_is_no_address(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("OUTPUT_DIR", f"/data/{name}")
    assert database_at(config.fresh().database_address).engine.url.database == f"/data/{name}/jobs.db"


def test_a_file_s_address_with_a_question_mark_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////data/what?x/jobs.db")
    with pytest.raises(ConfigError):
        config.fresh()
