"""A video that looks failed: on record, and rendered again by itself only as often as was set."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import jobs.execution.render
from jobs.execution.automatic_retry import TRIED_AGAIN
from jobs.model.records import JobFilter
from tests.jobs.load.video_server import VideoServer
from tests.jobs.running_service import RunningService, running_service
from tests.waiting import until

# The stand-in's videos have one colour and no sound.
FAILED = ("flat_colour", "silent")


def chain(running: RunningService, job_id: str) -> list[str]:
    """The job and the tries after it, each completed."""
    found = [job_id]
    while True:
        job = running.becomes(found[-1], "completed")
        next_try = job.bookkeeping.next_try
        if next_try is None:
            return found
        found.append(next_try)


def test_without_the_setting_it_is_only_said(tmp_path: Path) -> None:
    with running_service(tmp_path, VideoServer()) as running:
        (job_id,) = running.ordered()
        job = running.becomes(job_id, "completed")
        assert job.look == FAILED
        assert json.loads((running.service.files.folder(job_id) / "job.json").read_text())["look"] == list(FAILED)
        assert running.worker.store.pages.count() == 1
        pages = running.worker.store.pages
        assert [one.id for one in pages.page(JobFilter(looks_failed=True)).jobs] == [job_id]
        assert pages.count(JobFilter(looks_failed=False)) == 0


def test_as_often_as_was_set_each_with_its_own_seed(tmp_path: Path) -> None:
    with running_service(tmp_path, VideoServer(), LOOK_RETRIES="2") as running:
        (job_id,) = running.ordered()
        tries = [running.service.get(one) for one in chain(running, job_id)]
        assert [one.bookkeeping.look_try for one in tries] == [0, 1, 2]
        assert len({one.render.seed for one in tries}) == 3
        assert [one.parent for one in tries] == [None, tries[0].id, tries[1].id]
        assert {one.owner for one in tries} == {"ann"}
        assert [words.template for words in tries[0].warnings if words.template == TRIED_AGAIN] == [TRIED_AGAIN]
        assert running.server.posts() == running.worker.store.pages.count() == 3
        for one in tries:
            assert (running.service.files.folder(one.id) / "video.mp4").is_file()


def test_a_persons_own_further_seed_begins_to_count_anew(tmp_path: Path) -> None:
    with running_service(tmp_path, VideoServer(), LOOK_RETRIES="1") as running:
        (job_id,) = running.ordered()
        last = chain(running, job_id)[-1]
        (copy,) = running.service.copies.again(last, [5])
        assert copy.bookkeeping.look_try == 0
        assert len(chain(running, copy.id)) == 2


CUTS = (
    "jobs.store.orders:JobCreation.create",
    "jobs.store.queue:JobQueue.enqueue",
    "jobs.store.jobs:Jobs.move_to",
)


@pytest.mark.long
@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("after", [False, True])
def test_a_save_that_is_cut_off_and_begun_again_makes_one_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: str, after: bool
) -> None:
    """The same stage once more, as after a kill: at each write of it, before and after."""
    module, _, path = cut.partition(":")
    owner_name, _, name = path.partition(".")
    owner = getattr(__import__(module, fromlist=["x"]), owner_name)
    original: Callable[..., Any] = getattr(owner, name)
    cuts: list[str] = []
    stages = jobs.execution.render.RenderStage.advance

    class Cut(BaseException):
        pass

    def once(self: Any, *given: Any, **more: Any) -> Any:
        if "saving" not in cuts or "cut" in cuts or (name == "move_to" and given[1] != "completed"):
            return original(self, *given, **more)
        cuts.append("cut")
        if after:
            original(self, *given, **more)
        raise Cut

    def advance(self: jobs.execution.render.RenderStage, job_id: str) -> bool:
        job = self.store.jobs.get(job_id)
        if job and job.state == "saving" and "saving" not in cuts:
            cuts.append("saving")
            try:
                return stages(self, job_id)
            except Cut:
                return True  # and again, as another process would
        return stages(self, job_id)

    monkeypatch.setattr(owner, name, once)
    monkeypatch.setattr(jobs.execution.render.RenderStage, "advance", advance)
    with running_service(tmp_path, VideoServer(), LOOK_RETRIES="1") as running:
        (job_id,) = running.ordered()
        assert len(chain(running, job_id)) == 2
        assert "cut" in cuts
        until(lambda: not running.occupied)
        assert running.server.posts() == running.worker.store.pages.count() == 2
