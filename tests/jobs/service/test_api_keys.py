"""Whose key a program brings along, what it may do, and that nothing stored opens anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest

from core.errors import ApiKeyExists, EmptyText, InputError, NotAllowed, RequestDiffers, UnknownApiKey
from jobs.model.people import LOCAL, SHARED, Person
from jobs.service.service import JobService
from tests.jobs.load.workers import service_at, settings_of

ANN, BOB = Person(name="ann@example.org"), Person(name="bob@example.org")
ADMIN = Person(name="root@example.org", is_admin=True)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[JobService]:
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path), "ADMINS": ADMIN.name})) as (service, _store):
        yield service


def test_a_key_acts_for_its_owner(service: JobService) -> None:
    made, key = service.of(ANN).api_keys.create(" render \n script ")
    assert (made.name, made.owner, made.scopes) == ("render script", ANN.name, ("read", "create", "spend"))
    found = service.api_keys.of_program(key)
    assert found
    assert found.person(service.of(ANN)._context.settings) == ANN


def test_what_is_no_key_opens_nothing(service: JobService) -> None:
    _, key = service.of(ANN).api_keys.create("script")
    _, other = service.of(ANN).api_keys.create("other")
    mixed = "_".join([*key.split("_", 2)[:2], other.split("_", 2)[2]])
    for wrong in ("", "mova", "mova__", key[:-1], key + "x", key.upper(), mixed, f" {key}", "\ud800", "mova_é_x"):
        assert service.api_keys.of_program(wrong) is None
    service.of(ANN).api_keys.revoke("script")
    assert service.api_keys.of_program(key) is None
    assert service.api_keys.of_program(other)


def test_the_key_itself_is_stored_nowhere(service: JobService, tmp_path: Path) -> None:
    _, key = service.of(ANN).api_keys.create("script")
    with closing(connect(tmp_path / "jobs.db")) as database:
        told = "\n".join(database.iterdump())
    assert "script" in told
    assert key.split("_", 2)[2] not in told


def test_only_who_steers_makes_a_key_for_everybody(service: JobService) -> None:
    settings = service._context.settings
    with pytest.raises(NotAllowed):
        service.of(BOB).api_keys.create("all", ("admin",))
    for person in (ADMIN, SHARED):
        made, _ = service.of(person).api_keys.create("all", ("read", "admin"))
        assert made.person(settings).is_admin
    assert not service.of(ADMIN).api_keys.create("mine")[0].person(settings).is_admin
    given, _ = service.of(ADMIN).api_keys.create("theirs", ("admin",), owner=BOB.name)
    assert given.person(settings) == BOB  # who is no administrator becomes none by a key
    assert service.of(BOB).api_keys.create("mine", owner=ANN.name)[0].owner == BOB.name
    assert service.api_keys.create("mine")[0].owner == LOCAL


def test_one_sees_and_revokes_ones_own(service: JobService) -> None:
    made, _ = service.of(ANN).api_keys.create("script")
    with pytest.raises(ApiKeyExists):
        service.of(ANN).api_keys.create("script")
    assert service.of(BOB).api_keys.all() == ()
    for name in ("script", made.id, ""):
        with pytest.raises(UnknownApiKey):
            service.of(BOB).api_keys.revoke(name)
    service.of(BOB).api_keys.create("script")
    with pytest.raises(UnknownApiKey):  # two have the name
        service.of(ADMIN).api_keys.revoke("script")
    assert service.of(ADMIN).api_keys.revoke(made.id).owner == ANN.name


def test_a_name_and_scopes_are_needed(service: JobService) -> None:
    with pytest.raises(EmptyText):
        service.api_keys.create("  ")
    for scopes in ((), ("everything",)):
        with pytest.raises(InputError):
            service.api_keys.create("script", scopes)  # type: ignore[arg-type]


def test_a_repeated_request_makes_the_same(service: JobService) -> None:
    keys = service.of(ANN).api_keys
    assert keys.made_by("k", "digest", "job-1") == "job-1"
    assert keys.made_by("k", "digest", "job-2") == "job-1"
    with pytest.raises(RequestDiffers):
        keys.made_by("k", "another", "job-3")
    assert service.of(BOB).api_keys.made_by("k", "another", "job-3") == "job-3"
