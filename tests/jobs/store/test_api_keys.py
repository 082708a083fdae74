"""Keys of programs and repeatable requests, over SQLite and PostgreSQL alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import text, update

from jobs.database.tables import RepeatableRow
from jobs.model.api_keys import ApiKey
from jobs.store.repeatable import KEPT
from jobs.store.store import Store
from jobs.store.writes import now


def key(key_id: str, owner: str = "ann", name: str = "script") -> ApiKey:
    return ApiKey(id=key_id, owner=owner, name=name, scopes=("read", "spend"), created=now())


def test_a_key_is_found_until_it_is_revoked(store: Store) -> None:
    assert store.keys.add(key("a1"), "hash")
    found = store.keys.find("a1")
    assert found
    assert (found[0].name, found[0].scopes, found[0].used, found[1]) == ("script", ("read", "spend"), None, "hash")
    assert store.keys.revoke("a1")
    assert not store.keys.revoke("a1")
    assert store.keys.find("a1") is None
    assert store.keys.all() == ()


def test_a_name_is_one_living_key_of_its_owner(store: Store) -> None:
    assert store.keys.add(key("a1"), "1")
    assert not store.keys.add(key("a2"), "2")
    assert store.keys.add(key("b1", owner="bob"), "3")
    store.keys.revoke("a1")
    assert store.keys.add(key("a2"), "2")
    assert [one.id for one in store.keys.all("ann")] == ["a2"]
    assert {one.id for one in store.keys.all()} == {"a2", "b1"}


def test_the_last_use_is_noted_to_the_minute(store: Store) -> None:
    store.keys.add(key("a1"), "1")
    store.keys.used(store.keys.all()[0])
    (used,) = store.keys.all()
    assert used.used
    store.keys.used(used)
    assert store.keys.all() == (used,)


def test_of_requests_with_one_key_the_first_decides(store: Store) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(lambda n: store.repeatable.claim("ann", "k", "digest", f"job-{n}"), range(8)))
    assert len(made) == 1
    assert store.repeatable.claim("ann", "k", "another", "job-9") == made.pop()
    assert store.repeatable.claim("bob", "k", "another", "job-9") == ("another", "job-9")


def test_after_a_day_a_key_is_free_again(store: Store) -> None:
    store.repeatable.claim("ann", "k", "digest", "job-1")
    with store.database.write() as session:
        session.execute(update(RepeatableRow).values(created=now() - KEPT - timedelta(seconds=1)))
    assert store.repeatable.claim("ann", "k", "another", "job-2") == ("another", "job-2")


def test_a_new_name_takes_them_along(store: Store) -> None:
    store.keys.add(key("a1"), "1")
    store.repeatable.claim("ann", "k", "digest", "job-1")
    store.owners.take_over("ann", "https://login.example.org ann")
    assert [one.id for one in store.keys.all("https://login.example.org ann")] == ["a1"]
    with store.database.read() as session:
        owners = session.scalars(text("SELECT owner FROM repeatable_requests")).all()
    assert owners == ["https://login.example.org ann"]
