"""Jobs of which nobody knows whether their server has them: nothing is sent twice, and their person is asked."""

from __future__ import annotations

from tests.jobs.conftest import RunService
from tests.jobs.load.video_server import VideoServer
from tests.jobs.running_service import RunningService, tag
from tests.waiting import until


def test_a_lost_answer_of_a_server_without_tags_asks_the_person(run_service: RunService) -> None:
    running = run_service(VideoServer(seconds=None, drop_answer_to_posts=True), tagged=False)
    (job,) = running.ordered()
    unclear = running.becomes(job, "unclear")
    assert unclear.error is not None
    assert unclear.error.kind == "SubmissionUnclear"
    running.stays(job, "unclear")
    assert (running.server.posts(), running.occupied) == (1, [job])
    running.server.drop_answer_to_posts = False
    copy = running.service.send_again(job)
    assert copy not in (None, job)
    assert running.service.get(job).state == "abandoned"
    running.stays(str(copy), "queued")  # never two on one place: the first may be on the GPU, and is
    running.server.finish()
    running.becomes(str(copy), "rendering")
    running.server.finish()
    running.becomes(str(copy), "completed")
    assert (running.server.posts(), running.server.most_at_once) == (2, 1)


def unclear_job(running: RunningService) -> str:
    (job,) = running.ordered()
    running.becomes(job, "unclear")
    running.server.drop_answer_to_posts = False
    return job


def test_deleting_an_unclear_job_frees_its_place_when_the_gpu_is_free(run_service: RunService) -> None:
    running = run_service(VideoServer(seconds=None, drop_answer_to_posts=True), tagged=False)
    job = unclear_job(running)
    (second,) = running.ordered("bob")
    assert running.service.delete(job) is not None
    running.stays(second, "queued")
    running.server.finish()
    running.becomes(second, "rendering")
    until(lambda: running.worker.store.jobs.get(job) is None)
    assert running.server.most_at_once == 1


def test_giving_an_unclear_job_up_keeps_its_place_until_the_gpu_is_free(run_service: RunService) -> None:
    running = run_service(VideoServer(seconds=None, drop_answer_to_posts=True), tagged=False)
    job = unclear_job(running)
    assert not running.service.cancel(job)
    assert running.service.stop_waiting(job)
    running.stays(job, "abandoned")
    assert running.occupied == [job]
    running.server.finish()
    until(lambda: not running.occupied)


def test_an_unclear_job_is_made_no_other_and_runs_nowhere_else(run_service: RunService) -> None:
    running = run_service(VideoServer(seconds=None, drop_answer_to_posts=True), tagged=False)
    job = unclear_job(running)
    before = running.service.get(job)
    assert not running.service.regenerate_step(job, "image_prompt")
    assert not running.service.approve(job, to_end=True)
    assert not running.service.retry_from(job)
    assert running.service.get(job) == before
    assert running.service.look_again(job)  # without tags nothing can be told, and nothing is sent
    running.becomes(job, "submitted", "unclear")
    running.becomes(job, "unclear")
    assert (running.server.posts(), running.occupied) == (1, [job])


def test_the_place_of_an_unclear_job_is_free_once_its_server_rests_and_the_person_is_still_asked(
    run_service: RunService,
) -> None:
    running = run_service(VideoServer(seconds=None, drop_answer_to_posts=True), tagged=False)
    job = unclear_job(running)
    (second,) = running.ordered("bob")
    running.server.finish()
    running.becomes(second, "rendering")
    assert running.service.get(job).state == "unclear"
    assert not running.service.look_again(job)
    assert running.service.send_again(job) == job  # nothing of it can be on the GPU
    running.server.finish()
    running.becomes(job, "rendering")
    running.server.finish()
    running.becomes(job, "completed")


def test_an_unclear_job_is_found_by_itself_when_its_server_answers_again(run_service: RunService) -> None:
    running = run_service(VideoServer(seconds=None, answers_posts_after=1.0), SERVER_PATIENCE="1")
    (job,) = running.ordered()
    until(lambda: running.server.posts())
    running.server.stop()
    running.becomes(job, "unclear")
    running.server.answers_posts_after = 0.0
    running.server.start()
    running.becomes(job, "rendering")
    running.server.finish()
    running.becomes(job, "completed")
    assert running.server.posts() == 1


def test_a_lost_answer_of_a_server_with_tags_is_found_again(run_service: RunService) -> None:
    running = run_service(VideoServer(seconds=None, drop_answer_to_posts=True))
    job = running.rendering()
    running.server.finish()
    running.becomes(job, "completed")
    assert running.server.posts(tag(job)) == 1
