"""Extending on the pages: Create filled in with the last frame, the chain on the Job page, the film, the label."""

from __future__ import annotations

import hashlib

from streamlit.testing.v1 import AppTest

from jobs.model.records import JobRecord
from jobs.service.videos import film_name
from jobs.store.films import ShotJob
from tests.jobs.finished_shots import shot
from tests.ui.jobs_in_states import job_page, labels, press
from tests.ui.still_app import drawn, primaries, words
from tests.waiting import until
from ui.app_context import AppContext

BIG = (640, 352)


def finished(app_context: AppContext, after: JobRecord | None = None, **how: object) -> JobRecord:
    order = {"owner": "local"}
    return shot(app_context.service, app_context.worker.store, after=after, order=order, size=BIG, num_frames=5, **how)  # type: ignore[arg-type]


def extended(job: JobRecord) -> AppTest:
    """Create as it is after ``Extend`` was pressed."""
    test = press(job_page(job), "Extend")
    return drawn(test.switch_page("create/create.py"))


def test_extend_opens_create_with_the_last_frame_and_everything_as_it_was(app_context: AppContext) -> None:
    job = finished(app_context)
    test = extended(job)
    assert "its last frame is the first frame here" in words(test)
    assert "drift" in words(test)
    assert test.text_area(key="create-text").value == job.request.text
    frame = app_context.service.videos.last_frame(job.id)
    assert test.session_state["create-picture"] == frame
    test.text_area(key="create-text").set_value("The cat walks on.")
    press(drawn(test), primaries(test)[0])
    made = next(one for one in app_context.service.library.page(size=5).jobs if one.id != job.id)
    assert (made.parent, made.extends, made.state) == (job.id, job.id, "queued")
    assert (made.render.num_frames, made.render.size) == (17, "640x352")
    original = next(app_context.service.files.folder(made.id).glob("first_frame_original*"))
    assert hashlib.sha256(original.read_bytes()).digest() == hashlib.sha256(frame).digest()


def test_an_extended_video_that_is_edited_and_run_goes_on_from_the_same_one(app_context: AppContext) -> None:
    one = finished(app_context)
    press(drawn(extended(one)), "Send to GPU")
    two = next(job for job in app_context.service.library.page(size=5).jobs if job.id != one.id)
    store = app_context.worker.store
    assert store.queue.claim("gpu", two.queue_key, 1) == two.id
    for state in ("rendering", "saving", "completed"):
        store.jobs.move_to(two.id, state)
    press(press(job_page(two), "Edit and run"), "Send to GPU")
    take = next(job for job in app_context.service.library.page(size=5).jobs if job.id not in (one.id, two.id))
    assert take.extends == one.id


def test_another_picture_on_create_is_no_continuation(app_context: AppContext) -> None:
    test = press(extended(finished(app_context)), "Remove the picture")
    assert "its last frame is the first frame here" not in words(test)


def test_what_would_keep_them_from_being_joined_is_said(app_context: AppContext) -> None:
    test = extended(finished(app_context))
    assert "cannot be joined" not in words(test)
    test.number_input(key="create-fps").set_value(12)
    assert "cannot be joined" in words(drawn(test))


def test_a_video_whose_file_is_gone_cannot_be_extended(app_context: AppContext) -> None:
    job = finished(app_context)
    (app_context.service.files.folder(job.id) / "video.mp4").unlink()
    assert "has no finished video to continue from" in words(press(job_page(job), "Extend"))


def test_the_chain_is_shown_from_each_shot_and_not_for_a_single_video(app_context: AppContext) -> None:
    one = finished(app_context)
    assert "Chain" not in words(job_page(one))
    two = finished(app_context, after=one)
    take = shot(app_context.service, app_context.worker.store, after=one, state="draft", order={"owner": "local"})
    for job in (one, two):
        test = job_page(job)
        assert "Chain" in words(test)
        assert "Other takes that continue from here:" in words(test)
        assert "Join 2 shots into one film" in labels(test)
    test = job_page(take)
    assert "Join 2 shots into one film" not in labels(test)


def made(test: AppTest, app_context: AppContext, name: str) -> AppTest:
    """The page once the work beside it is done."""
    work = next(work for key, work in app_context.background._tasks.items() if key.startswith(name))
    until(lambda: work.done, every=0.02)
    return drawn(test)


def test_the_film_is_made_beside_the_page_and_offered(app_context: AppContext) -> None:
    one = finished(app_context)
    two = finished(app_context, after=one)
    test = made(press(job_page(two), "Join 2 shots into one film"), app_context, "film-")
    assert "Join 2 shots into one film" not in labels(test)
    assert len(test.get("video")) == 2
    assert "Download the film" in [link.proto.label for link in test.get("link_button")]
    assert len(list(app_context.service.files.folder(two.id).glob("joined-*.mp4"))) == 1
    assert len(primaries(test)) <= 1


def test_the_shots_to_join_can_be_chosen_a_take_among_them(app_context: AppContext) -> None:
    one = finished(app_context)
    take, two = finished(app_context, after=one), finished(app_context, after=one)
    three = finished(app_context, after=two)
    test = job_page(one)  # from any shot the whole film can be had
    ticks = {box.label: box for box in test.checkbox if box.label.startswith("Join")}
    assert {label: box.value for label, box in ticks.items()} == {
        "Join shot 1": True,
        "Join shot 2": True,
        "Join shot 3": True,
        "Join take 1": False,
    }
    assert "Join 3 shots into one film" in labels(test)
    ticks["Join shot 2"].uncheck()
    ticks["Join take 1"].check()
    test = made(press(drawn(test), "Join 3 shots into one film"), app_context, "film-")
    folder = app_context.service.files.folder(three.id)
    assert [path.name for path in folder.glob("joined-*")] == [film_name((one, take, three))]
    for label in ("Join shot 1", "Join take 1"):
        next(box for box in test.checkbox if box.label == label).uncheck()
        test = drawn(test)
    assert "Tick the shots to join, at least two." in words(test)
    assert not [label for label in labels(test) if label.startswith("Join")]


def test_a_chain_becomes_a_film_by_one_press(app_context: AppContext) -> None:
    one = finished(app_context)
    two = finished(app_context, after=one)
    label = "Open the chain as a film"
    test = press(job_page(one), label)
    (overview,) = app_context.service.films.overviews(limit=5)
    states = app_context.service.films.shots(overview.film)
    assert [state.chosen and state.chosen.id for state in states] == [one.id, two.id]
    assert test.query_params["film"] == overview.film.id
    assert "33 frames" in words(test)  # of 17 and 17, one of which is in both
    assert primaries(test) == ["Join the film"]
    press(job_page(two), label)
    assert app_context.service.films.count() == 1  # the same chain is the same film
    assert label not in labels(job_page(finished(app_context)))


def test_a_chain_that_cannot_be_a_film_says_why(app_context: AppContext) -> None:
    one = finished(app_context)
    two = finished(app_context, after=one)
    app_context.worker.store.films.add_job("local", "another", ShotJob("s1", two.id, "x"))
    assert "its take is part of another film" in words(press(job_page(one), "Open the chain as a film"))


def test_the_size_that_is_said_is_that_of_the_file(app_context: AppContext) -> None:
    job = shot(app_context.service, app_context.worker.store, order={"owner": "local"}, size=(624, 352), num_frames=5)
    said = words(job_page(job))
    assert "624x352 · " in said
    assert "640x352 · " not in said


def test_why_shots_cannot_be_joined_is_said(app_context: AppContext) -> None:
    one = finished(app_context)
    two = shot(app_context.service, app_context.worker.store, after=one, order={"owner": "local"}, size=(320, 176))
    test = made(press(job_page(two), "Join 2 shots into one film"), app_context, "film-")
    assert "shot 2 is 320x176, shot 1 is 640x352" in words(test)
    assert "Join 2 shots into one film" in labels(test)


def test_the_labelled_copy_is_made_when_asked_for(app_context: AppContext) -> None:
    job = finished(app_context)
    test = made(press(job_page(job), "Make the copy"), app_context, "label-")
    assert "Download the labelled copy" in [link.proto.label for link in test.get("link_button")]
    assert (app_context.service.files.folder(job.id) / "video-labelled.mp4").is_file()


def test_in_chinese(app_context: AppContext) -> None:
    one = finished(app_context)
    said = words(job_page(finished(app_context, after=one), "zh_CN"))
    assert "镜头链" in said
    assert "Chain" not in said
