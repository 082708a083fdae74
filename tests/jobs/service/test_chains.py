"""Chains: what goes on from what, and which of several takes counts."""

from __future__ import annotations

import json

import pytest

from core.errors import UnknownJob
from jobs.database.tables import JobRow
from jobs.model.people import Person
from tests.jobs.finished_shots import shot
from tests.jobs.load.workers import white_order
from tests.jobs.service.conftest import OpenService


def test_a_chain_is_the_same_from_each_of_its_shots(opened: OpenService) -> None:
    service, store = opened.service, opened.store
    one = shot(service, store)
    two = shot(service, store, after=one)
    three = shot(service, store, after=two)
    for job in (one, two, three):
        assert [found.id for found in service.videos.chain(job.id).shots] == [one.id, two.id, three.id]
    assert service.videos.chain(one.id).takes == {}
    alone = shot(service, store)
    assert [found.id for found in service.videos.chain(alone.id).shots] == [alone.id]


def test_a_copy_is_no_continuation_and_a_copy_of_one_goes_on_from_the_same_shot(opened: OpenService) -> None:
    service, store = opened.service, opened.store
    one = shot(service, store)
    copy = service.copies.duplicate(one.id, seed=9)
    assert (copy.parent, copy.extends) == (one.id, None)
    assert [found.id for found in service.videos.chain(one.id).shots] == [one.id]
    two = shot(service, store, after=one)
    take = service.copies.duplicate(two.id, seed=9)
    assert (two.parent, two.extends, take.parent, take.extends) == (one.id, one.id, two.id, one.id)
    record = json.loads((service.files.folder(take.id) / "job.json").read_text())
    assert (record["parent"], record["extends"]) == (two.id, one.id)


def test_of_several_takes_the_finished_one_leads_and_the_others_are_told(opened: OpenService) -> None:
    service, store = opened.service, opened.store
    one = shot(service, store)
    good = shot(service, store, after=one)
    failed = shot(service, store, after=one, state="failed")
    draft = shot(service, store, after=one, state="draft")
    chain = service.videos.chain(one.id)
    assert [found.id for found in chain.shots] == [one.id, good.id]
    assert {found.id for found in chain.takes[one.id]} == {failed.id, draft.id}
    assert [found.id for found in service.videos.chain(draft.id).shots] == [one.id, draft.id]
    assert [found.id for found in service.videos.chain(draft.id).finished] == [one.id]


def test_another_first_frame_leaves_the_chain(opened: OpenService) -> None:
    service, store = opened.service, opened.store
    one = shot(service, store, size=(128, 96))
    draft = shot(service, store, after=one, state="draft")
    service.steps.swap_frame(draft.id, service.videos.last_frame(one.id))
    assert service.get(draft.id).extends is None


def test_a_circle_in_the_records_ends(opened: OpenService) -> None:
    service, store = opened.service, opened.store
    one = shot(service, store)
    two = shot(service, store, after=one)
    with store.database.write() as session:
        session.get_one(JobRow, one.id).extends = two.id
    assert len(service.videos.chain(one.id).shots) == 2


def test_others_shots_are_in_nobodys_chain(opened: OpenService) -> None:
    ann, bob = (opened.service.of(Person(name=name)) for name in ("ann", "bob"))
    one = shot(opened.service, opened.store, order={"owner": "ann"})
    mine = shot(opened.service, opened.store, after=one, order={"owner": "bob"})
    assert [found.id for found in ann.videos.chain(one.id).shots] == [one.id]
    assert [found.id for found in bob.videos.chain(mine.id).shots] == [mine.id]
    with pytest.raises(UnknownJob):
        bob.videos.film((one, mine), lambda *_: None)
    with pytest.raises(UnknownJob):
        bob.create(white_order("bob", extends=one.id))
