"""Chains: what goes on from what, the frame that is handed on, and the film of all shots."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from errors import NothingToExtend, ShotsDiffer, UnknownJob, VideoUnplayable
from jobs.beside import Beside
from jobs.desk import Desk
from jobs.people import Person
from jobs.store import Store
from jobs.tables import JobRow
from media.tags import read_tags
from record.folder import VIDEO
from tests.jobs.load.workers import desk_at, settings_of, white_order
from tests.jobs.shots_at_rest import shot
from tests.media.films import frames_of, shade


@dataclass
class Studio:
    desk: Desk
    store: Store


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with desk_at(settings_of({"OUTPUT_DIR": str(tmp_path / "outputs")})) as (desk, store):
        yield Studio(desk, store)


def test_a_chain_is_the_same_from_each_of_its_shots(studio: Studio) -> None:
    desk, store = studio.desk, studio.store
    one = shot(desk, store)
    two = shot(desk, store, after=one)
    three = shot(desk, store, after=two)
    for job in (one, two, three):
        assert [found.id for found in desk.chain(job.id).shots] == [one.id, two.id, three.id]
    assert desk.chain(one.id).takes == {}
    alone = shot(desk, store)
    assert [found.id for found in desk.chain(alone.id).shots] == [alone.id]


def test_a_copy_is_no_continuation_and_a_copy_of_one_goes_on_from_the_same_shot(studio: Studio) -> None:
    desk, store = studio.desk, studio.store
    one = shot(desk, store)
    copy = desk.duplicate(one.id, seed=9)
    assert (copy.parent, copy.extends) == (one.id, None)
    assert [found.id for found in desk.chain(one.id).shots] == [one.id]
    two = shot(desk, store, after=one)
    take = desk.duplicate(two.id, seed=9)
    assert (two.parent, two.extends, take.parent, take.extends) == (one.id, one.id, two.id, one.id)
    record = json.loads((desk.folder(take.id) / "job.json").read_text())
    assert (record["parent"], record["extends"]) == (two.id, one.id)


def test_of_several_takes_the_finished_one_leads_and_the_others_are_told(studio: Studio) -> None:
    desk, store = studio.desk, studio.store
    one = shot(desk, store)
    good = shot(desk, store, after=one)
    failed = shot(desk, store, after=one, state="failed")
    draft = shot(desk, store, after=one, state="draft")
    chain = desk.chain(one.id)
    assert [found.id for found in chain.shots] == [one.id, good.id]
    assert {found.id for found in chain.takes[one.id]} == {failed.id, draft.id}
    assert [found.id for found in desk.chain(draft.id).shots] == [one.id, draft.id]
    assert [found.id for found in desk.chain(draft.id).finished] == [one.id]


def test_another_first_frame_leaves_the_chain(studio: Studio) -> None:
    desk, store = studio.desk, studio.store
    one = shot(desk, store, size=(128, 96))
    draft = shot(desk, store, after=one, state="draft")
    desk.swap_frame(draft.id, desk.last_frame(one.id))
    assert desk.get(draft.id).extends is None


def test_a_circle_in_the_records_ends(studio: Studio) -> None:
    desk, store = studio.desk, studio.store
    one = shot(desk, store)
    two = shot(desk, store, after=one)
    with store.database.write() as session:
        session.get_one(JobRow, one.id).extends = two.id
    assert len(desk.chain(one.id).shots) == 2


def test_others_shots_are_in_nobodys_chain(studio: Studio) -> None:
    ann, bob = (studio.desk.of(Person(name=name)) for name in ("ann", "bob"))
    one = shot(studio.desk, studio.store, order={"owner": "ann"})
    mine = shot(studio.desk, studio.store, after=one, order={"owner": "bob"})
    assert [found.id for found in ann.chain(one.id).shots] == [one.id]
    assert [found.id for found in bob.chain(mine.id).shots] == [mine.id]
    with pytest.raises(UnknownJob):
        bob.film((one, mine), lambda *_: None)
    with pytest.raises(UnknownJob):
        bob.create(white_order("bob", extends=one.id))


def test_the_last_frame_is_handed_on(studio: Studio) -> None:
    one = shot(studio.desk, studio.store, num_frames=13)
    png = studio.desk.last_frame(one.id)
    with Image.open(io.BytesIO(png)) as picture:
        assert (picture.format, picture.size) == ("PNG", (64, 48))
        assert float(np.asarray(picture).mean()) == pytest.approx(shade(12), abs=3)
    draft = shot(studio.desk, studio.store, state="draft")
    with pytest.raises(NothingToExtend):
        studio.desk.last_frame(draft.id)
    (studio.desk.folder(one.id) / VIDEO).write_bytes(b"damaged")
    with pytest.raises(VideoUnplayable):
        studio.desk.last_frame(one.id)


def test_the_film_is_made_once_and_says_what_it_is(studio: Studio) -> None:
    desk, store = studio.desk, studio.store
    one = shot(desk, store, num_frames=9)
    two = shot(desk, store, after=one, num_frames=9, first=8)
    three = shot(desk, store, after=two, num_frames=9, first=16)
    shots, steps = desk.chain(one.id).finished, []
    path = desk.film(shots, lambda done, whole: steps.append((done, whole)))
    assert path.parent == desk.folder(three.id)
    assert frames_of(path) == pytest.approx([shade(number) for number in range(25)], abs=4)
    assert steps[-1] == (25, 25)
    with av.open(str(path)) as container:
        comment = json.loads(container.metadata["comment"])
    assert (comment["ai_generated"], comment["shots"]) == (True, [one.id, two.id, three.id])
    assert "trainedAlgorithmicMedia" in read_tags(path).xmp
    written = path.stat().st_mtime_ns
    assert desk.film(shots, lambda *_: None).stat().st_mtime_ns == written
    shorter = desk.film(shots[:2], lambda *_: None)
    assert shorter.parent == desk.folder(two.id)
    assert [file.name for file in path.parent.glob(".*")] == []


def test_a_film_that_cannot_be_joined_leaves_nothing(studio: Studio) -> None:
    desk, store = studio.desk, studio.store
    one = shot(desk, store)
    odd = shot(desk, store, after=one, size=(48, 64))
    with pytest.raises(ShotsDiffer, match="shot 2 is 48x64, shot 1 is 64x48"):
        desk.film((one, odd), lambda *_: None)
    assert list(desk.folder(odd.id).glob("*joined*")) == []


def test_the_labelled_copy_leaves_the_video_as_it_is(studio: Studio) -> None:
    job = shot(studio.desk, studio.store, size=(320, 176))
    video = studio.desk.folder(job.id) / VIDEO
    before = video.read_bytes()
    copy = studio.desk.labelled(job.id, lambda *_: None)
    assert video.read_bytes() == before != copy.read_bytes()
    assert sorted(path.name for path in copy.parent.glob("*.mp4")) == ["video-labelled.mp4", "video.mp4"]
    assert list(copy.parent.glob(".*")) == []


def test_work_beside_the_pages_is_done_once_and_its_trouble_is_kept() -> None:
    import threading

    beside, go, calls = Beside(), threading.Event(), []

    def work(on_step: object) -> None:
        calls.append(on_step)
        go.wait(10)
        raise NothingToExtend(job="x")

    first = beside.begin("a", work)
    assert beside.begin("a", work) is first is beside.of("a")
    go.set()
    while not first.done:
        pass
    assert len(calls) == 1
    assert isinstance(first.trouble, NothingToExtend)
    assert beside.of("b") is None
