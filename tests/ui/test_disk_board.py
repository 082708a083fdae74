"""The disk on the Settings page: looked at when asked for, and nothing removed without a second question."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.still_office import button, drawn, new_job, page, still_office, words
from ui.office import Office

STRAY = "20250101-120000-abcdef"


@pytest.fixture
def office() -> Iterator[Office]:
    with still_office() as opened:
        yield opened


def looked(test: AppTest, office: Office) -> AppTest:
    """The page once the look has ended."""
    ends = time.monotonic() + 30
    work = office.beside.of("disk")
    assert work is not None
    while not work.done:
        assert time.monotonic() < ends
        time.sleep(0.01)
    return drawn(test)


def stray(office: Office) -> Path:
    folder = office.settings.output_dir / STRAY
    folder.mkdir()
    (folder / "video.mp4").write_bytes(b"x" * 5_000_000)
    os.utime(folder, (0, 0))
    return folder


def test_what_jobs_take_is_shown_when_asked_for(office: Office) -> None:
    new_job(office.desk, "A cat.")
    test = page("settings.py")
    assert "Everything is kept until somebody deletes it." in words(test)
    test = looked(button(test, "disk-look"), office)
    assert "1 jobs, " in words(test)
    assert "Nothing lies there that belongs to no job." in words(test)
    assert any("Draft" in str(table.value) for table in test.table)


def test_leftovers_are_removed_after_a_second_question(office: Office) -> None:
    folder = stray(office)
    test = looked(button(page("settings.py"), "disk-look"), office)
    assert "Left over: 1 folders or files of no job, 5.0 MB." in words(test)
    test = button(test, "disk-remove")
    assert "DATABASE_URL" in words(test)
    assert folder.exists()
    test = button(button(test, "disk-keep"), "disk-remove")
    test = looked(button(test, "disk-really"), office)
    assert not folder.exists()
    assert "Nothing lies there that belongs to no job." in words(test)


def test_retention_is_said(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(office.settings.__dict__, "retention_days", 90)
    assert "deleted after 90 days" in words(page("settings.py"))


def test_in_chinese(office: Office) -> None:
    stray(office)
    said = words(looked(button(page("settings.py", "zh_CN"), "disk-look"), office))
    assert "磁盘" in said
    assert "Left over" not in said
