"""The disk on the Settings page: looked at when asked for, and nothing removed without a second question."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.still_app import button, drawn, new_job, page, words
from tests.waiting import until
from ui.app_context import AppContext

STRAY = "20250101-120000-abcdef"


def looked(test: AppTest, app_context: AppContext) -> AppTest:
    """The page once the look has ended."""
    work = app_context.background.of("disk")
    assert work is not None
    until(lambda: work.done, every=0.01)
    return drawn(test)


def stray(app_context: AppContext) -> Path:
    folder = app_context.settings.output_dir / STRAY
    folder.mkdir()
    (folder / "video.mp4").write_bytes(b"x" * 5_000_000)
    os.utime(folder, (0, 0))
    return folder


def test_what_jobs_take_is_shown_when_asked_for(app_context: AppContext) -> None:
    new_job(app_context.service, "A cat.")
    test = page("settings/settings.py")
    assert "Everything is kept until somebody deletes it." in words(test)
    test = looked(button(test, "disk-look"), app_context)
    assert "Jobs: 1, " in words(test)
    assert "Every file there belongs to a job." in words(test)
    assert any("Draft" in str(table.value) for table in test.table)


def test_leftovers_are_removed_after_a_second_question(app_context: AppContext) -> None:
    folder = stray(app_context)
    test = looked(button(page("settings/settings.py"), "disk-look"), app_context)
    assert "Folders and files that belong to no job: 1, 5.0 MB." in words(test)
    test = button(test, "disk-remove")
    assert "DATABASE_URL" in words(test)
    assert folder.exists()
    test = button(button(test, "disk-keep"), "disk-remove")
    test = looked(button(test, "disk-really"), app_context)
    assert not folder.exists()
    assert "Every file there belongs to a job." in words(test)


def test_retention_is_said(app_context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app_context.settings.__dict__, "retention_days", 90)
    assert "jobs that ended longer ago than RETENTION_DAYS (90) are deleted" in words(page("settings/settings.py"))


def test_in_chinese(app_context: AppContext) -> None:
    stray(app_context)
    said = words(looked(button(page("settings/settings.py", "zh_CN"), "disk-look"), app_context))
    assert "磁盘" in said
    assert "Left over" not in said
