"""Comparing two: what is refused, what is played, and only what differs in the table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from jobs.records import JobRecord
from record.folder import VIDEO
from tests.ui.jobs_at_rest import ended
from tests.ui.still_office import drawn, new_job, page, primaries, still_office, words
from ui.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    with still_office() as opened:
        yield opened


def compared(a: str, b: str, language: str = "en") -> AppTest:
    test = page("compare.py", language)
    test.query_params["a"], test.query_params["b"] = a, b
    return drawn(test)


def finished(office: Office, text: str = "A cat.") -> JobRecord:
    job = ended(office, "completed")
    office.worker.store.jobs.update(job.id, inputs={**job.inputs, "text": text})
    (office.desk.folder(job.id) / VIDEO).write_bytes(b"film")
    return office.desk.get(job.id)


def test_only_what_differs_is_in_the_table(office: Office) -> None:
    a, b = finished(office, "A *grey* cat."), finished(office, "A dog.")
    test = compared(a.id, b.id)
    [table] = test.table
    rows = table.value
    assert list(rows.columns) == ["A", "B"]
    assert tuple(rows.loc["Description"]) == (r"A \*grey\* cat\.", r"A dog\.")
    assert "Seed" not in rows.index
    assert not primaries(test)


def test_two_of_a_kind(office: Office) -> None:
    test = compared(finished(office).id, finished(office).id)
    assert not test.table
    assert "Nothing: both were asked for and made in the same way." in words(test)


def test_another_seed_differs(office: Office) -> None:
    a, b = finished(office), finished(office)
    office.worker.store.jobs.update(b.id, settings={**b.settings, "seed": 8})
    assert tuple(compared(a.id, b.id).table[0].value.loc["Seed"]) == ("7", "8")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_what_cannot_be_compared(office: Office, language: str) -> None:
    done, waiting = finished(office), new_job(office.desk, "A boat")
    for a, b in ((done.id, done.id), (done.id, ""), ("x", done.id), (done.id, waiting.id)):
        test = compared(a, b, language)
        assert len(test.info) == 1
        assert len(primaries(test)) == 1
        assert not test.table
    assert "no video" in words(compared(done.id, waiting.id))
