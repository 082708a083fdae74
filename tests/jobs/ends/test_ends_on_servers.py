"""How jobs end that were sent: each in its true state, with its reason, and the server's place freed in time."""

from __future__ import annotations

import pytest

from errors import JobFailed
from tests.jobs.ends.conftest import OpenHouse
from tests.jobs.ends.house import House, tag
from tests.jobs.load.video_server import VideoServer
from tests.jobs.load.workers import until


def test_a_job_that_was_not_sent_is_cancelled_for_nothing(open_house: OpenHouse) -> None:
    home = open_house()
    first, second = home.ordered("ann", "ann")
    home.becomes(first, "rendering")
    assert home.desk.get(second).state == "queued"
    assert home.desk.cancel(second)
    assert not home.desk.cancel(first)
    home.server.finish()
    home.becomes(first, "completed")
    home.stays(second, "cancelled")
    assert home.server.posts() == home.server.posts(tag(first)) == 1


@pytest.mark.parametrize("end", ["finish", "fail", "restart"])
def test_the_place_of_an_abandoned_job_is_free_when_its_gpu_is(open_house: OpenHouse, end: str) -> None:
    home = open_house()
    first, second = home.ordered("ann", "bob")
    home.becomes(first, "rendering")
    assert home.desk.stop_waiting(first)
    home.stays(second, "queued")
    assert (home.desk.get(first).state, home.occupied) == ("abandoned", [first])
    assert not home.desk.retry_from(first)
    {"finish": home.server.finish, "fail": lambda: home.server.fail("no luck"), "restart": home.server.forget_all}[
        end
    ]()
    home.becomes(second, "rendering")
    assert (home.desk.get(first).state, home.server.posts()) == ("abandoned", 2)
    assert home.server.most_at_once == 1


def test_stopping_while_a_job_is_being_sent_abandons_it(open_house: OpenHouse) -> None:
    home = open_house(VideoServer(seconds=None, answers_posts_after=1.0))
    (job,) = home.ordered()
    until(lambda: home.server.posts(), 5)
    assert home.desk.stop_waiting(job)
    until(lambda: home.server.answered_posts, 5)
    home.stays(job, "abandoned")
    assert home.occupied == [job]
    home.server.finish()
    until(lambda: not home.occupied, 5)
    assert home.desk.get(job).state == "abandoned"


def test_a_server_that_restarts_loses_the_job_and_it_is_sent_again_with_its_seed(open_house: OpenHouse) -> None:
    home = open_house()
    job = home.rendering()
    home.server.forget_all()
    lost = home.becomes(job, "lost")
    assert lost.error is not None
    assert lost.error.kind == "JobLost"
    assert home.occupied == []
    assert home.desk.retry_from(job)
    home.becomes(job, "rendering")
    home.server.finish()
    home.becomes(job, "completed")
    assert [sent.tag for sent in home.server.accepted] == [tag(job), tag(job, 1)]
    assert {sent.fields["seed"] for sent in home.server.accepted} == {"7"}


def test_a_server_out_of_reach_is_waited_for(open_house: OpenHouse) -> None:
    home = open_house()
    job = home.rendering()
    home.server.stop()
    until(lambda: home.desk.get(job).unreachable_since, 10)
    troubled = home.desk.get(job)
    assert (troubled.state, troubled.error and troubled.error.kind) == ("rendering", "ServerUnreachable")
    home.server.start()
    until(lambda: home.desk.get(job).unreachable_since is None, 10)
    assert home.desk.get(job).error is None
    home.server.finish()
    assert home.becomes(job, "completed").error is None
    assert home.server.posts() == 1


@pytest.mark.parametrize("answer", [(500, {"detail": "oops"}), (403, b"<html>"), (200, b"<html>A proxy's page")])
def test_an_answer_that_makes_no_sense_is_waited_out(open_house: OpenHouse, answer: tuple[int, object]) -> None:
    home = open_house()
    job = home.rendering()
    home.server.instead = answer
    until(lambda: home.desk.get(job).unreachable_since, 10)
    home.server.instead = None
    home.server.finish()
    assert home.becomes(job, "completed").error is None
    assert home.server.posts() == 1


def test_a_server_out_of_reach_for_too_long_is_given_up_with_the_reason(open_house: OpenHouse) -> None:
    home = open_house(SERVER_PATIENCE="1")
    job = home.rendering()
    (second,) = home.ordered("bob")
    home.server.stop()
    given_up = home.becomes(job, "abandoned")
    assert given_up.error is not None
    assert given_up.error.kind == "ServerUnreachable"
    assert given_up.finished is not None
    home.server.start()
    home.stays(second, "queued")  # the GPU may still be at it
    assert home.occupied == [job]
    home.server.finish()
    home.becomes(second, "rendering")
    assert home.server.posts() == 2


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("CUDA out of memory. Tried to allocate 2.00 GiB", "OutOfMemory"),
        ("cannot identify image file <_io.BytesIO>", "PictureRefused"),
        ("Scheduler worker exited; restart the server.", "WorkerDied"),
        ("Model generation returned no output.", "NothingRendered"),
        ("no luck", "JobFailed"),
    ],
)
def test_a_failed_render_says_why_and_can_be_tried_again(open_house: OpenHouse, reason: str, kind: str) -> None:
    home = open_house()
    job = home.rendering()
    home.server.fail(reason)
    failed = home.becomes(job, "failed")
    assert failed.error is not None
    assert (failed.error.kind, reason in failed.error.raw) == (kind, True)
    assert isinstance(failed.error.rebuilt(), JobFailed)
    assert home.occupied == []
    assert home.desk.retry_from(job)
    again = home.becomes(job, "rendering")
    assert (again.error, again.attempts) == (None, 1)
    home.server.finish()
    home.becomes(job, "completed")
    assert [home.server.posts(tag(job, attempt)) for attempt in (0, 1)] == [1, 1]


def test_a_retry_that_is_refused_leaves_the_attempt_as_it_was(open_house: OpenHouse) -> None:
    home = open_house()
    job = home.rendering()
    assert not home.desk.retry_from(job)
    assert home.desk.stop_waiting(job)
    assert not home.desk.retry_from(job)  # its slot is taken
    assert home.desk.get(job).attempts == 0


def test_a_lost_answer_of_a_server_without_tags_asks_the_person(open_house: OpenHouse) -> None:
    home = open_house(VideoServer(seconds=None, drop_answer_to_posts=True), tagged=False)
    (job,) = home.ordered()
    unclear = home.becomes(job, "waiting")
    assert unclear.error is not None
    assert unclear.error.kind == "SubmissionUnclear"
    home.stays(job, "waiting")
    assert (home.server.posts(), home.occupied) == (1, [job])
    home.server.drop_answer_to_posts = False
    assert home.desk.approve(job)
    home.becomes(job, "rendering")
    home.server.finish()
    home.becomes(job, "completed")
    assert home.server.posts() == 2


def test_a_lost_answer_of_a_server_with_tags_is_found_again(open_house: OpenHouse) -> None:
    home = open_house(VideoServer(seconds=None, drop_answer_to_posts=True))
    job = home.rendering()
    home.server.finish()
    home.becomes(job, "completed")
    assert home.server.posts(tag(job)) == 1


def check_finished(home: House, job: str) -> None:
    home.server.finish()
    home.becomes(job, "completed")


def test_a_deleted_job_leaves_no_file_and_no_row(open_house: OpenHouse) -> None:
    home = open_house()
    job = home.rendering()
    folder = home.desk.folder(job)
    assert home.desk.delete(job) is None
    assert folder.is_dir()
    check_finished(home, job)
    freed = home.desk.delete(job)
    assert freed is not None
    assert freed > 1000
    assert not folder.exists()
    store = home.worker.store
    assert (store.jobs.get(job), store.steps.of(job), store.files.of(job)) == (None, (), ())


def test_a_deleted_job_that_a_gpu_still_has_goes_when_its_gpu_is_free(open_house: OpenHouse) -> None:
    home = open_house()
    job = home.rendering()
    assert home.desk.stop_waiting(job)
    assert home.desk.delete(job) is not None
    assert home.occupied == [job]
    home.server.finish()
    until(lambda: not home.occupied, 5)
    until(lambda: home.worker.store.jobs.get(job) is None, 5)


def test_the_time_of_a_render_is_learned(open_house: OpenHouse) -> None:
    home = open_house(VideoServer(seconds=0.3))
    jobs = home.ordered("ann", "ann", "ann")
    for job in jobs:
        home.becomes(job, "completed")
    (waiting,) = home.ordered("bob", line="mova-360p@gpu-0")
    estimate = home.desk.progress(waiting).estimate
    assert estimate is not None
    assert estimate.n == 3
    assert 0.2 < estimate.low <= estimate.median <= estimate.high < 30
