"""Comparing two to four: what is refused, what is played, and only what differs in the table."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from jobs.model.records import JobRecord
from record.folder import VIDEO
from tests.ui.jobs_in_states import ended
from tests.ui.still_app import new_job, page, primaries, words
from ui.app_context import AppContext
from ui.compare.view import _film


def compared(*ids: str, language: str = "en") -> AppTest:
    return page("compare/compare.py", language, **dict(zip("abcd", ids, strict=False)))


def finished(app_context: AppContext, text: str = "A cat.") -> JobRecord:
    job = ended(app_context, "completed")
    app_context.worker.store.jobs.update(job.id, request={"text": text})
    (app_context.service.files.folder(job.id) / VIDEO).write_bytes(b"film")
    return app_context.service.get(job.id)


def test_only_what_differs_is_in_the_table(app_context: AppContext) -> None:
    a, b = finished(app_context, "A *grey* cat."), finished(app_context, "A dog.")
    test = compared(a.id, b.id)
    [table] = test.table
    rows = table.value
    assert list(rows.columns) == ["A", "B"]
    assert tuple(rows.loc["Description"]) == (r"A \*grey\* cat\.", r"A dog\.")
    assert "Seed" not in rows.index
    assert not primaries(test)


def test_two_of_a_kind(app_context: AppContext) -> None:
    test = compared(finished(app_context).id, finished(app_context).id)
    assert not test.table
    assert "Nothing: they were requested and made in the same way." in words(test)


def test_another_seed_differs(app_context: AppContext) -> None:
    a, b = finished(app_context), finished(app_context)
    app_context.worker.store.jobs.update(b.id, request={"render": replace(b.render, seed=8)})
    assert tuple(compared(a.id, b.id).table[0].value.loc["Seed"]) == ("7", "8")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_what_cannot_be_compared(app_context: AppContext, language: str) -> None:
    done, waiting = finished(app_context), new_job(app_context.service, "A boat")
    for a, b in ((done.id, done.id), (done.id, ""), ("x", done.id), (done.id, waiting.id)):
        test = compared(a, b, language=language)
        assert len(test.info) == 1
        assert len(primaries(test)) == 1
        assert not test.table
    assert "no video" in words(compared(done.id, waiting.id))


def test_four_are_compared_and_one_on_its_way_has_its_place(app_context: AppContext) -> None:
    jobs = [finished(app_context) for _number in range(3)] + [ended(app_context, "rendering")]
    for seed, job in enumerate(jobs, 1):
        app_context.worker.store.jobs.update(job.id, request={"render": replace(job.render, seed=seed)})
    test = compared(*(job.id for job in jobs))
    assert not test.info
    assert not test.table  # it comes when all are there
    for state in ("saving", "completed"):
        app_context.worker.store.jobs.move_to(jobs[3].id, state)
    assert tuple(compared(*(job.id for job in jobs)).table[0].value.loc["Seed"]) == ("1", "2", "3", "4")


def test_what_is_shown_of_each(app_context: AppContext) -> None:
    done, going = finished(app_context), ended(app_context, "rendering")
    with_video, without = _film("A", done), _film("B", going)
    assert with_video["source"].endswith("/video.mp4")
    assert with_video["state"] == ""
    assert (without["source"], without["state"]) == ("", "Rendering · 40 %")
