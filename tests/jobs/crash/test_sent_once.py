"""Nothing is sent a second time by itself, whatever becomes of the server meanwhile; only a person can ask for that."""

from __future__ import annotations

import pytest

from jobs.model.records import StoredError
from tests.jobs.crash.kill_points import kill_points
from tests.jobs.crash.lives import Life
from tests.jobs.crash.scene import KILLED, USUAL, Scene

POINTS = kill_points()
SENT = POINTS["after the POST"]


def kind_of(error: StoredError | None) -> str:
    assert error is not None
    return error.kind


def test_a_job_that_shows_late_in_the_list_is_waited_for(stage: Scene) -> None:
    stage.settle = stage.server.shows_after = 4.0
    born = list[Life]()
    stage.server.moments["accepted"] = lambda: born[0].kill()
    born.append(stage.start())
    assert born[0].wait() == KILLED
    assert stage.go_on() == "completed"
    stage.check_completed()


def test_where_the_server_is_gone_for_long_the_person_is_asked(stage: Scene) -> None:
    stage.more = {"server_patience": 1}
    assert stage.run(SENT) == KILLED
    stage.server.stop()
    assert stage.go_on() == "unclear"
    assert kind_of(stage.job().error) == "SubmissionUnclear"
    assert stage.go_on() == "unclear"
    stage.server.start()
    with stage.job_service() as service:
        assert service.look_again(stage.job().id)
    assert stage.go_on() == "completed"
    assert stage.server.posts() == 1
    assert stage.paid() == USUAL


def test_a_server_that_comes_back_in_time_is_waited_for(stage: Scene) -> None:
    assert stage.run(SENT) == KILLED
    stage.server.stop()
    life = stage.start()
    with stage.job_service() as service:
        job = stage.job()
        next(seen for seen in service.queue.follow(job.id) if seen.unreachable_since)
    stage.server.start()
    assert life.wait() == 0
    stage.check_completed()
    assert stage.job().unreachable_since is None


def test_without_our_mark_the_person_is_asked_at_once(stage: Scene) -> None:
    stage.at_server = {"tag_jobs": False}
    assert stage.run(SENT) == KILLED
    assert stage.go_on() == "unclear"
    assert kind_of(stage.job().error) == "SubmissionUnclear"
    assert stage.server.posts() == 1


@pytest.mark.parametrize("point", ["before it is noted as being sent", "after it is claimed for a server"])
def test_before_it_was_on_its_way_nobody_need_ask(stage: Scene, point: str) -> None:
    stage.at_server = {"tag_jobs": False}
    assert stage.run(POINTS[point]) == KILLED
    assert stage.go_on() == "completed"
    assert stage.server.posts() == 1


def test_an_answer_that_is_lost_is_looked_for(stage: Scene) -> None:
    stage.server.drop_answer_to_posts = True
    assert stage.go_on() == "completed"
    stage.check_completed()


def test_a_server_that_forgot_the_job_makes_it_lost(stage: Scene) -> None:
    stage.server.seconds = 3.0  # a shorter render may be over before it was first looked at
    assert stage.run(POINTS["before progress is shown"]) == KILLED
    stage.server.forget_all()
    assert stage.go_on() == "lost"
    assert kind_of(stage.job().error) == "JobLost"
    assert stage.go_on() == "lost"
    assert stage.server.posts() == 1
    with stage.job_service() as service:
        assert service.retry_from(stage.job().id)
    assert stage.go_on() == "completed"
    assert [(job.tag.rsplit(".", 1)[1], job.fields["seed"]) for job in stage.server.accepted] == [
        ("0", "4711"),
        ("1", "4711"),
    ]
    assert stage.paid() == USUAL
