"""Where the store is: read from the settings, refused when wrong, its password never shown."""

from __future__ import annotations

import pytest

import config
from errors import ConfigError
from jobs.database import database_at


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
    monkeypatch.setenv("DATABASE_URL", "postgresql://ann:secret@db/mova")
    settings = config.fresh()
    database = database_at(settings.database_address)
    assert "secret" not in repr(settings) + database.name + repr(database.engine)
