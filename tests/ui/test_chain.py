"""Extending on the pages: Create filled in with the last frame, the chain on the Job page, the film, the label."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from jobs.records import JobRecord
from jobs.wish import Wish, render_of
from tests.jobs.shots_at_rest import shot
from tests.ui.jobs_at_rest import job_page, labels, press
from tests.ui.seen_servers import see
from tests.ui.still_office import drawn, primaries, still_office, words
from ui.office import Office

BIG = (640, 352)


@pytest.fixture
def office() -> Iterator[Office]:
    with still_office() as opened:
        see(opened)
        yield opened


def finished(office: Office, after: JobRecord | None = None, **how: object) -> JobRecord:
    order = {"owner": "local"}
    return shot(office.desk, office.worker.store, after=after, order=order, size=BIG, num_frames=5, **how)  # type: ignore[arg-type]


def extended(job: JobRecord) -> AppTest:
    """Create as it is after ``Extend`` was pressed."""
    test = press(job_page(job), "Extend")
    return drawn(test.switch_page("create.py"))


def test_extend_opens_create_with_the_last_frame_and_everything_as_it_was(office: Office) -> None:
    job = finished(office)
    test = extended(job)
    assert "its last frame is the first one" in words(test)
    assert "drift" in words(test)
    assert test.text_area(key="create-text").value == Wish.of(job).text
    frame = office.desk.last_frame(job.id)
    assert test.session_state["create-picture"] == frame
    test.text_area(key="create-text").set_value("The cat walks on.")
    press(drawn(test), primaries(test)[0])
    made = next(one for one in office.desk.newest(5) if one.id != job.id)
    assert (made.parent, made.extends, made.state) == (job.id, job.id, "queued")
    assert (render_of(made).num_frames, render_of(made).size) == (17, "640x352")
    original = next(office.desk.folder(made.id).glob("first_frame_original*"))
    assert hashlib.sha256(original.read_bytes()).digest() == hashlib.sha256(frame).digest()


def test_an_extended_video_that_is_edited_and_run_goes_on_from_the_same_one(office: Office) -> None:
    one = finished(office)
    press(drawn(extended(one)), "Send to GPU")
    two = next(job for job in office.desk.newest(5) if job.id != one.id)
    store = office.worker.store
    assert store.line.claim("gpu", two.model, 1) == two.id
    for state in ("rendering", "saving", "completed"):
        store.jobs.move_to(two.id, state)
    test = drawn(press(job_page(two), "Edit and run").switch_page("create.py"))
    assert "its last frame is the first one" in words(test)
    press(test, "Send to GPU")
    take = next(job for job in office.desk.newest(5) if job.id not in (one.id, two.id))
    assert take.extends == one.id


def test_another_picture_on_create_is_no_continuation(office: Office) -> None:
    test = press(extended(finished(office)), "Remove the picture")
    assert "its last frame is the first one" not in words(test)


def test_what_would_keep_them_from_being_joined_is_said(office: Office) -> None:
    test = extended(finished(office))
    assert "cannot be joined" not in words(test)
    test.number_input(key="create-fps").set_value(12)
    assert "cannot be joined" in words(drawn(test))


def test_a_video_whose_file_is_gone_cannot_be_extended(office: Office) -> None:
    job = finished(office)
    (office.desk.folder(job.id) / "video.mp4").unlink()
    assert "has no finished video to go on from" in words(press(job_page(job), "Extend"))


def test_the_chain_is_shown_from_each_shot_and_not_for_a_single_video(office: Office) -> None:
    one = finished(office)
    assert "Chain" not in words(job_page(one))
    two = finished(office, after=one)
    take = shot(office.desk, office.worker.store, after=one, state="draft", order={"owner": "local"})
    for job in (one, two):
        test = job_page(job)
        assert "Chain" in words(test)
        assert "Other takes that go on from here:" in words(test)
        assert "Join 2 shots to one film" in labels(test)
    test = job_page(take)
    assert "Join 2 shots to one film" not in labels(test)


def made(test: AppTest, office: Office, name: str) -> AppTest:
    """The page once the work beside it is done."""
    ends = time.monotonic() + 60
    work = next(work for key, work in office.beside._works.items() if key.startswith(name))
    while not work.done:
        assert time.monotonic() < ends
        time.sleep(0.02)
    return drawn(test)


def test_the_film_is_made_beside_the_page_and_offered(office: Office) -> None:
    one = finished(office)
    two = finished(office, after=one)
    test = made(press(job_page(two), "Join 2 shots to one film"), office, "film-")
    assert "Join 2 shots to one film" not in labels(test)
    assert len(test.get("video")) == 2
    assert "Download the film" in [link.proto.label for link in test.get("link_button")]
    assert len(list(office.desk.folder(two.id).glob("joined-*.mp4"))) == 1
    assert len(primaries(test)) <= 1


def test_why_shots_cannot_be_joined_is_said(office: Office) -> None:
    one = finished(office)
    two = shot(office.desk, office.worker.store, after=one, order={"owner": "local"}, size=(320, 176))
    test = made(press(job_page(two), "Join 2 shots to one film"), office, "film-")
    assert "shot 2 is 320x176, shot 1 is 640x352" in words(test)
    assert "Join 2 shots to one film" in labels(test)


def test_the_labelled_copy_is_made_when_asked_for(office: Office) -> None:
    job = finished(office)
    test = made(press(job_page(job), "Make the copy"), office, "label-")
    assert "Download the labelled copy" in [link.proto.label for link in test.get("link_button")]
    assert (office.desk.folder(job.id) / "video-labelled.mp4").is_file()


def test_in_chinese(office: Office) -> None:
    one = finished(office)
    said = words(job_page(finished(office, after=one), "zh_CN"))
    assert "镜头链" in said
    assert "Chain" not in said
