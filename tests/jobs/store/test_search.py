"""Search: what people type is words, never a query language, and both databases find the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.model.records import Bookkeeping, JobFilter
from jobs.store.store import Store
from tests.jobs.samples import done_step, new_job

TEXTS = {
    "cat": "A ginger cat sleeps on the quay; it's raining.",
    "chinese": "一只橘猫在雨中的港口睡觉，镜头缓缓推近。",
    "mixed": "4K橘猫video, 24 fps",
    "katakana": "ガラスの猫",
    "accents": "Café Ｐａｒｉｓ, naïve",
}


@pytest.fixture
def texts(store: Store) -> Store:
    for name, words in TEXTS.items():
        store.jobs.create(new_job(id=name, text=words))
    return store


def hits(store: Store, text: str) -> set[str]:
    page = store.pages.page(JobFilter(text=text))
    assert store.pages.count(JobFilter(text=text)) == len(page.jobs)
    return {job.id for job in page.jobs}


FOUND: dict[str, set[str]] = {
    "cat": {"cat"},
    "CAT quay": {"cat"},
    "cat harbour": set(),
    "rain": {"cat"},
    "ain": set(),
    "橘猫": {"chinese", "mixed"},
    "猫": {"chinese", "mixed", "katakana"},
    "猫橘": set(),
    "橘猫在雨中的港口": {"chinese"},
    "港口 睡觉": {"chinese"},
    "橘猫 video": {"mixed"},
    "4k": {"mixed"},
    "ガラス": {"katakana"},
    "cafe paris": {"accents"},
    "CAFÉ": {"accents"},
    "   ": set(TEXTS),
    "!?": set(),
}
OPERATORS = (
    '"cat"',
    "cat*",
    "terms:cat",
    "(cat)",
    "cat & quay",
    "cat'",
    "'cat':*",
    "^cat",
    "-cat",
    "cat; DROP TABLE jobs; --",
    "cat\\",
    "%cat%",
    "{cat}",
    "cat\0",
)


def test_what_is_found(texts: Store) -> None:
    assert {query: hits(texts, query) for query in FOUND} == FOUND


def test_operators_and_quotes_are_plain_text(texts: Store) -> None:
    assert [query for query in OPERATORS if not hits(texts, query) <= {"cat"}] == []
    assert texts.pages.count() == len(TEXTS)


@pytest.mark.parametrize("word", ["NOT", "AND", "OR", "NEAR"])
def test_words_of_query_languages_are_words(texts: Store, word: str) -> None:
    assert hits(texts, f"cat {word} dog") == set()
    texts.jobs.create(new_job(id="words", text=f"cat {word} dog"))
    assert hits(texts, f"cat {word} dog") == {"words"}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(st.characters(codec="utf-8") | st.sampled_from("\"'*:&|!()<>\\-^橘猫cat "), max_size=20))
def test_nothing_that_is_typed_breaks_the_search(texts: Store, query: str) -> None:
    hits(texts, query)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(description=st.text(min_size=1, max_size=60))
def test_whatever_is_written_can_be_stored_and_found(store: Store, description: str) -> None:
    job = store.jobs.create(new_job(text=description))
    found = hits(store, f"{description} ") if any(each.isalnum() for each in description) else {job.id}
    assert job.id in found or len(found) >= 12


def test_a_changed_text_is_found_and_the_old_one_is_not(store: Store) -> None:
    job = store.jobs.create(new_job(text="walrus"))
    assert store.jobs.update(job.id, request={"text": "puffin"})
    assert (hits(store, "walrus"), hits(store, "puffin")) == (set(), {job.id})
    assert store.jobs.move_to(job.id, "waiting", request={"text": "gannet"})
    assert (hits(store, "puffin"), hits(store, "gannet")) == (set(), {job.id})


def test_words_may_stand_in_different_texts_of_a_job(store: Store) -> None:
    job = store.jobs.create(new_job(text="walrus"))
    store.steps.save(done_step(job.id, "video_description", "在港口"))
    assert hits(store, "walrus 港口") == {job.id}


def test_other_inputs_are_not_searched(store: Store) -> None:
    store.jobs.create(new_job(text="walrus", source_picture="secretname"))
    assert hits(store, "secretname") == set()


FOUND_BY_FIELD: dict[str, set[str]] = {
    "seed:4711": {"20261129-101530-4f9c2a"},
    "seed:471": set(),
    "4711": {"20261129-101530-4f9c2a"},
    "20261129-101530-4f9c2a": {"20261129-101530-4f9c2a"},
    "id:4f9c2a": {"20261129-101530-4f9c2a"},
    "4f9c2a": {"20261129-101530-4f9c2a"},
    "id:20261129": {"20261129-101530-4f9c2a", "20261129-101530-aaaaaa"},
    "20261129": set(),
    'name:"shot 3"': {"20261129-101530-4f9c2a"},
    "name:镜头": {"20261129-101530-aaaaaa"},
    "name：镜头一": {"20261129-101530-aaaaaa"},
    "shot": {"20261129-101530-4f9c2a"},
    "name:quay": set(),
    "boat seed:4711": {"20261129-101530-4f9c2a"},
    "cat seed:4711": set(),
    "SEED:4711 NAME:shot": {"20261129-101530-4f9c2a"},
    "server:box-a": {"20261129-101530-aaaaaa"},
    "boat server:box-a": {"20261129-101530-aaaaaa"},
    'name:镜头 server:"box-a"': {"20261129-101530-aaaaaa"},
    "seed:!?": set(),
}


def test_seed_name_id_and_server(store: Store) -> None:
    one = new_job(id="20261129-101530-4f9c2a", text="A boat at the quay.", seed=4711)
    two = new_job(id="20261129-101530-aaaaaa", text="Another boat.", seed=8)
    store.jobs.create(replace(one, bookkeeping=Bookkeeping(name="Shot 3")))
    store.jobs.create(replace(two, bookkeeping=Bookkeeping(name="镜头一")))
    store.jobs.update("20261129-101530-aaaaaa", server="box-a")
    assert {query: hits(store, query) for query in FOUND_BY_FIELD} == FOUND_BY_FIELD
