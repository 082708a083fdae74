"""How jobs end that were sent: each in its true state, with its reason, and the server's place freed in time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.errors import JobFailed, ServerStalled
from jobs.database.tables import JobRow
from media.tags import read_tags
from tests.jobs.conftest import RunService
from tests.jobs.load.video_server import VideoServer
from tests.jobs.running_service import RunningService, tag
from tests.waiting import until


def test_a_job_that_was_not_sent_is_cancelled_for_nothing(run_service: RunService) -> None:
    running = run_service()
    first, second = running.ordered("ann", "ann")
    running.becomes(first, "rendering")
    assert running.service.get(second).state == "queued"
    assert running.service.cancel(second)
    assert not running.service.cancel(first)
    running.server.finish()
    running.becomes(first, "completed")
    running.stays(second, "cancelled")
    assert running.server.posts() == running.server.posts(tag(first)) == 1


@pytest.mark.parametrize("end", ["finish", "fail", "restart"])
def test_the_place_of_an_abandoned_job_is_free_when_its_gpu_is(run_service: RunService, end: str) -> None:
    running = run_service()
    first, second = running.ordered("ann", "bob")
    running.becomes(first, "rendering")
    assert running.service.stop_waiting(first)
    running.stays(second, "queued")
    assert (running.service.get(first).state, running.occupied) == ("abandoned", [first])
    assert not running.service.retry_from(first)
    {
        "finish": running.server.finish,
        "fail": lambda: running.server.fail("no luck"),
        "restart": running.server.forget_all,
    }[end]()
    running.becomes(second, "rendering")
    assert (running.service.get(first).state, running.server.posts()) == ("abandoned", 2)
    assert running.server.most_at_once == 1


def test_stopping_while_a_job_is_being_sent_abandons_it(run_service: RunService) -> None:
    running = run_service(VideoServer(seconds=None, answers_posts_after=1.0))
    (job,) = running.ordered()
    until(lambda: running.server.posts())
    assert running.service.stop_waiting(job)
    until(lambda: running.server.answered_posts)
    running.stays(job, "abandoned")
    assert running.occupied == [job]
    running.server.finish()
    until(lambda: not running.occupied)
    assert running.service.get(job).state == "abandoned"


def test_a_server_that_restarts_loses_the_job_and_it_is_sent_again_with_its_seed(run_service: RunService) -> None:
    running = run_service()
    job = running.rendering()
    running.server.forget_all()
    lost = running.becomes(job, "lost")
    assert lost.error is not None
    assert lost.error.kind == "JobLost"
    assert running.occupied == []
    assert running.service.retry_from(job)
    running.becomes(job, "rendering")
    running.server.finish()
    running.becomes(job, "completed")
    assert [sent.tag for sent in running.server.accepted] == [tag(job), tag(job, 1)]
    assert {sent.fields["seed"] for sent in running.server.accepted} == {"7"}


def test_a_server_out_of_reach_is_waited_for(run_service: RunService) -> None:
    running = run_service()
    job = running.rendering()
    running.server.stop()
    until(lambda: running.service.get(job).unreachable_since)
    troubled = running.service.get(job)
    assert (troubled.state, troubled.error and troubled.error.kind) == ("rendering", "ServerUnreachable")
    running.server.start()
    until(lambda: running.service.get(job).unreachable_since is None)
    assert running.service.get(job).error is None
    running.server.finish()
    assert running.becomes(job, "completed").error is None
    assert running.server.posts() == 1


@pytest.mark.parametrize("answer", [(500, {"detail": "oops"}), (403, b"<html>"), (200, b"<html>A proxy's page")])
def test_an_answer_that_makes_no_sense_is_waited_out(run_service: RunService, answer: tuple[int, object]) -> None:
    running = run_service()
    job = running.rendering()
    running.server.instead = answer
    until(lambda: running.service.get(job).unreachable_since)
    running.server.instead = None
    running.server.finish()
    assert running.becomes(job, "completed").error is None
    assert running.server.posts() == 1


def test_a_server_out_of_reach_for_too_long_is_given_up_with_the_reason(run_service: RunService) -> None:
    running = run_service(SERVER_PATIENCE="1")
    job = running.rendering()
    (second,) = running.ordered("bob")
    running.server.stop()
    given_up = running.becomes(job, "abandoned")
    assert given_up.error is not None
    assert given_up.error.kind == "ServerUnreachable"
    assert given_up.finished is not None
    running.server.start()
    running.stays(second, "queued")  # the GPU may still be at it
    assert running.occupied == [job]
    running.server.finish()
    running.becomes(second, "rendering")
    fetched = running.becomes(job, "completed")  # the server has finished it after all
    assert (fetched.error, running.server.posts()) == (None, 2)


@pytest.mark.parametrize("when", ["while it renders", "while it is fetched"])
def test_a_video_of_a_job_that_nobody_waited_for_is_fetched_on_request(run_service: RunService, when: str) -> None:
    running = run_service()
    job = running.rendering()
    if when == "while it is fetched":
        running.server.video = lambda _: b"cut off"
        running.server.finish()
        running.becomes(job, "saving")
    assert running.service.stop_waiting(job)
    warned = running.service.plans.second_render(running.service.get(job))
    assert warned is not None
    running.server.video = VideoServer.video
    running.server.finish()
    until(lambda: running.service.get(job).video_on_server)
    running.stays(job, "abandoned")
    assert running.service.plans.of(job).next.act == "fetch_video"
    assert running.service.plans.second_render(running.service.get(job)) is not None
    assert (running.occupied, running.service.retry(job)) == ([], True)
    assert running.becomes(job, "completed").error is None
    assert running.server.posts() == 1


def test_a_job_that_was_changed_since_does_not_take_the_video_of_before(run_service: RunService) -> None:
    running = run_service(SERVER_PATIENCE="1")
    job = running.rendering()
    running.server.stop()
    running.becomes(job, "abandoned")
    assert running.service.steps.change(job, text="It snows instead.")
    running.server.start()
    running.server.finish()
    until(lambda: not running.occupied)
    running.stays(job, "abandoned")
    assert running.service.plans.of(job).next.act == "send_again"


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
def test_a_failed_render_says_why_and_can_be_tried_again(run_service: RunService, reason: str, kind: str) -> None:
    running = run_service()
    job = running.rendering()
    running.server.fail(reason)
    failed = running.becomes(job, "failed")
    assert failed.error is not None
    assert (failed.error.kind, reason in failed.error.raw) == (kind, True)
    assert isinstance(failed.error.rebuilt(), JobFailed)
    assert running.occupied == []
    assert running.service.retry_from(job)
    again = running.becomes(job, "rendering")
    assert (again.error, again.attempts) == (None, 1)
    running.server.finish()
    running.becomes(job, "completed")
    assert [running.server.posts(tag(job, attempt)) for attempt in (0, 1)] == [1, 1]


def test_a_retry_that_is_refused_leaves_the_attempt_as_it_was(run_service: RunService) -> None:
    running = run_service()
    job = running.rendering()
    assert not running.service.retry_from(job)
    assert running.service.stop_waiting(job)
    assert not running.service.retry_from(job)  # its slot is taken
    assert running.service.get(job).attempts == 0


def check_finished(running: RunningService, job: str) -> None:
    running.server.finish()
    running.becomes(job, "completed")


def test_a_deleted_job_leaves_no_file_and_no_row(run_service: RunService) -> None:
    running = run_service()
    job = running.rendering()
    folder = running.service.files.folder(job)
    assert running.service.delete(job) is None
    assert folder.is_dir()
    check_finished(running, job)
    freed = running.service.delete(job)
    assert freed is not None
    assert freed > 1000
    assert not folder.exists()
    store = running.worker.store
    assert (store.jobs.get(job), store.steps.of(job), store.files.of(job)) == (None, (), ())


def test_a_deleted_job_that_a_gpu_still_has_goes_when_its_gpu_is_free(run_service: RunService) -> None:
    running = run_service()
    job = running.rendering()
    assert running.service.stop_waiting(job)
    assert running.service.delete(job) is not None
    assert running.occupied == [job]
    running.server.finish()
    until(lambda: not running.occupied)
    until(lambda: running.worker.store.jobs.get(job) is None)


def test_a_clock_that_is_set_back_keeps_no_place_taken(run_service: RunService) -> None:
    running = run_service(VideoServer(seconds=None, answers_posts_after=1.0))
    (job,) = running.ordered()
    until(lambda: running.server.posts())
    assert running.service.stop_waiting(job)
    running.server.forget_all()
    with running.worker.store.database.write() as session:  # as if the clock had been an hour ahead then
        row = session.get_one(JobRow, job)
        row.finished, row.server_job_id = datetime.now(UTC) + timedelta(hours=1), None
    until(lambda: not running.occupied)


def test_the_time_of_a_render_is_learned(run_service: RunService) -> None:
    running = run_service(VideoServer(seconds=0.3))
    jobs = running.ordered("ann", "ann", "ann")
    for job in jobs:
        running.becomes(job, "completed")
    (waiting,) = running.ordered("bob", server="gpu-0")
    estimate = running.service.queue.progress(waiting).estimate
    assert estimate is not None
    assert estimate.n == 3
    assert 0.2 < estimate.low <= estimate.median <= estimate.high < 30


def test_the_servers_own_time_is_in_the_record_and_in_the_video(run_service: RunService) -> None:
    running = run_service(VideoServer(seconds=0.1, inference_time_s=3.125))
    (job,) = running.ordered()
    assert running.becomes(job, "completed").inference_time_s == 3.125
    folder = running.service.files.folder(job)
    assert json.loads((folder / "job.json").read_bytes())["inference_time_s"] == 3.125
    assert json.loads(read_tags(folder / "video.mp4").words["comment"])["inference_time_s"] == 3.125


def test_the_parts_of_a_render_are_learned(run_service: RunService) -> None:
    """Four steps: each percentage is shown until it was seen."""
    shown = iter([0, 0, 25, 50, 75, 99, 99])
    running = run_service(VideoServer(seconds=None, percent=lambda job: next(shown, 99)))
    job = running.rendering()
    until(lambda: running.service.get(job).progress == 99)
    running.server.finish()
    running.becomes(job, "completed")
    estimate = running.worker.store.times.estimate_of(running.service.get(job).request, server="gpu-0")
    assert estimate is not None
    assert estimate.parts is not None
    assert estimate.median == estimate.parts.total
    assert min(estimate.parts.denoising, estimate.parts.decoding) > 0


# ---- a server on which a job stands still ---------------------------------------------------------------------------


def stuck(running: RunningService) -> str:
    """A job that has stood at half of its steps for far too long."""
    job = running.rendering()
    until(lambda: running.service.get(job).stage == "in_progress")
    running.worker.store.jobs.update(job, moved=datetime.now(UTC) - timedelta(seconds=1000))
    return job


def half_way(**more: Any) -> VideoServer:
    return VideoServer(seconds=None, percent=lambda job: 50, **more)


def test_a_server_on_which_a_job_stands_still_gets_nothing_new_until_it_moves(run_service: RunService) -> None:
    running = run_service(half_way(), ahead=2)
    first = stuck(running)
    (second,) = running.ordered("bob")
    running.stays(second, "queued")
    error = running.service.plans.holds_up(running.service.get(second))
    assert isinstance(error, ServerStalled)
    assert "no progress for 16:4" in str(error)
    assert running.service.wait_on(first)
    render = running.service.queue.progress(first).render
    assert render.stall is not None
    assert not render.stall.asks
    running.stays(second, "queued")
    running.server.percent = lambda job: 75
    running.becomes(second, "rendering")
    assert running.service.queue.progress(first).render.stall is None


def test_a_job_that_stands_still_is_sent_elsewhere_by_one_act(run_service: RunService) -> None:
    running = run_service(half_way(), half_way())
    first = stuck(running)
    (own,) = {str(running.service.get(first).server)}
    other = running.service.plans.other_server(running.service.get(first))
    assert {own, other} == {"gpu-0", "gpu-1"}
    copy = running.service.send_again(first, anywhere=True)
    assert copy not in (None, first)
    assert running.becomes(str(copy), "rendering").server == other
    assert running.service.get(first).state == "abandoned"
    assert running.service.plans.other_server(running.service.get(str(copy))) is None


def test_a_given_up_job_that_goes_on_stands_not_still(run_service: RunService) -> None:
    running = run_service(half_way(), ahead=2)
    first = stuck(running)
    assert running.service.stop_waiting(first)
    (second,) = running.ordered("bob")
    running.stays(second, "queued")
    running.server.percent = lambda job: 75
    running.becomes(second, "rendering")
    assert (running.service.get(first).state, running.service.get(first).progress) == ("abandoned", 75)


def test_sending_again_what_moves_does_nothing(run_service: RunService) -> None:
    running = run_service(half_way())
    job = running.rendering()
    assert running.service.send_again(job) is None
    assert running.service.get(job).state == "rendering"
