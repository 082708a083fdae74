"""Forms that were not sent: one a person, over SQLite and PostgreSQL alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from jobs.store.store import Store


def test_one_form_a_person_and_the_last_one_wins(store: Store) -> None:
    assert store.forms.get("ann") is None
    assert store.forms.keep("ann", {"text": "猫\ud800\0 A cat."}, None, None, after=None)
    assert store.forms.keep("ann", {"text": "A dog.", "fps": 24}, "a/1", "digest", after=None)
    found = store.forms.get("ann")
    assert found
    assert (found.fields, found.picture, found.sha256) == ({"text": "A dog.", "fps": 24}, "a/1", "digest")
    assert store.forms.get("bob") is None
    assert store.forms.pictures() == {"a/1"}
    assert store.forms.clear("bob") is None
    assert store.forms.clear("ann") == "a/1"
    assert store.forms.get("ann") is None


def test_a_picture_is_replaced_by_whoever_knows_it(store: Store) -> None:
    assert store.forms.keep("ann", {}, "a/1", "1", after=None)
    assert not store.forms.keep("ann", {}, "a/2", "2", after=None)
    assert not store.forms.keep("ann", {}, "a/2", "2", after="a/0")
    assert store.forms.keep("ann", {}, "a/2", "2", after="a/1")
    assert store.forms.pictures() == {"a/2"}


def test_of_several_that_replace_the_same_picture_one_does(store: Store) -> None:
    assert store.forms.keep("ann", {}, "a/0", "0", after=None)
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(lambda n: store.forms.keep("ann", {}, f"a/{n}", str(n), after="a/0"), range(1, 9)))
    assert sorted(done) == [False] * 7 + [True]


def test_what_nobody_has_touched_is_forgotten(store: Store) -> None:
    store.forms.keep("ann", {}, None, None, after=None)
    now = datetime.now(UTC)
    assert store.forms.forget(now - timedelta(days=1)) == 0
    assert store.forms.forget(now + timedelta(days=1)) == 1
    assert store.forms.get("ann") is None


def test_a_new_name_takes_it_along(store: Store) -> None:
    store.forms.keep("ann", {"text": "A cat."}, "a/1", "1", after=None)
    store.owners.take_over("ann", "https://login.example.org ann")
    found = store.forms.get("https://login.example.org ann")
    assert found
    assert (found.picture, store.forms.get("ann")) == ("a/1", None)
