"""A finished video that looks failed says so on its page and its card, with one click to another seed."""

from __future__ import annotations

import pytest

from jobs.model.records import JobRecord
from jobs.model.request import QueueKey
from record.folder import VIDEO
from tests.ui.jobs_in_states import job_page, press
from tests.ui.library.test_page import cards
from tests.ui.still_app import new_job, page, primaries, words
from ui.app_context import AppContext


def finished(app_context: AppContext, look: tuple[str, ...] | None) -> JobRecord:
    job, store = new_job(app_context.service, "A cat."), app_context.worker.store
    store.queue.enqueue(job.id)
    store.queue.claim("mova-360p", QueueKey("mova-360p"), 1)
    store.jobs.move_to(job.id, "rendering", server_job_id="abc")
    store.jobs.move_to(job.id, "saving")
    (app_context.service.files.folder(job.id) / VIDEO).write_bytes(b"not looked into here")
    store.jobs.move_to(job.id, "completed", look=look)
    return app_context.service.get(job.id)


def test_the_badge_and_one_click_to_another_seed(app_context: AppContext) -> None:
    job = finished(app_context, ("flat_colour", "silent"))
    test = job_page(job)
    assert "looks failed: flat colour, no sound" in words(test)
    assert primaries(test) == ["Try another seed"]
    press(test, "Try another seed")
    newest = app_context.service.library.page(size=1).jobs[0]
    assert (newest.parent, newest.look) == (job.id, None)
    assert newest.render.seed != job.render.seed


@pytest.mark.parametrize("look", [(), None])
def test_nothing_where_nothing_was_found(app_context: AppContext, look: tuple[str, ...] | None) -> None:
    test = job_page(finished(app_context, look))
    assert "looks failed" not in words(test)
    assert "Try another seed" not in primaries(test)


def test_the_card_in_the_library(app_context: AppContext) -> None:
    finished(app_context, ("frozen",))
    for language, said in (("en", "looks failed: frozen picture"), ("zh-CN", "疑似失败：画面静止不动")):
        [card] = cards(page("library/library.py", language=language))
        assert ["look", said] in card["lines"]
