"""What the doctor found, on the Settings page: before, while and after it looks, in both languages."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from core.background import BackgroundTask
from core.errors import KeyRefused
from doctor import examination
from doctor.examination import Check
from doctor.finding import Finding, of_error, ok, warning
from jobs.servers import monitor as server_watch
from jobs.servers.health import HealthCheck
from tests.ui.still_app import button, drawn, page, primaries, still_app, words
from tests.waiting import until
from ui.app_context import AppContext

WELL = ok("disk", "{gigabytes} GB are free for results.", gigabytes="73.9")
KNOWN = warning("database", "The job database {store} has no tables yet.", "Please report it.", store="jobs*new*.db")
BAD = of_error("service.gemini.text", KeyRefused("bad key", provider="gemini"))


@pytest.fixture
def app_context(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppContext]:
    monkeypatch.setattr(
        server_watch, "check_server", lambda _server, _before: HealthCheck(error=None, at=time.monotonic())
    )
    with still_app() as opened:
        yield opened


def finds(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> None:
    monkeypatch.setattr(examination, "checks", lambda _settings: [Check("all", lambda: list(findings))])


def examined(app_context: AppContext, language: str = "en") -> AppTest:
    test = button(page("settings/settings.py", language), "examine")
    until(lambda: (task := app_context.background.of("doctor")) is not None and task.done, every=0.01)
    return drawn(test)


def test_nothing_is_examined_before_somebody_asks(app_context: AppContext) -> None:
    test = page("settings/settings.py")
    assert "each service is asked for one word" in words(test)
    assert app_context.background.of("doctor") is None
    assert primaries(test) == ["Test all servers"]


def test_while_it_looks_the_page_goes_on_and_says_how_far(app_context: AppContext) -> None:
    app_context.background._tasks["doctor"] = BackgroundTask(steps=3, of=9)
    test = page("settings/settings.py")
    assert [bar.proto.text for bar in test.get("progress")] == ["Checking: 3 of 9"]
    assert test.button(key="examine").disabled


def test_what_is_broken_comes_first_with_what_to_do(app_context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    finds(monkeypatch, WELL, KNOWN, BAD)
    test = examined(app_context)
    said = words(test)
    assert "Broken: 1 · warnings: 1" in said
    assert "Broken: The service gemini refused the key." in said.replace("*", "")
    assert BAD.advice is not None
    assert BAD.advice.text() in said
    assert said.index("refused the key") < said.index("has no tables yet") < said.index("73.9 GB")
    assert "jobs*new*.db" in said
    assert "What is OK (1)" in [one.label for one in test.expander]
    assert "bad key" in [one.value for one in test.text]
    assert primaries(test) == ["Test all servers"]


def test_all_well_in_one_sentence(app_context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    finds(monkeypatch, WELL)
    assert "Everything is OK." in words(examined(app_context))


def test_it_speaks_chinese(app_context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    finds(monkeypatch, WELL, KNOWN, BAD)
    said = words(examined(app_context, "zh_CN"))
    for sentence in ("故障 1 项", "故障：", "注意：", "存放结果的空间还有 73.9 GB。", "还没有数据表。"):
        assert sentence in said
    assert "refused" not in said


def test_findings_are_everybodys_and_stay_while_it_looks_again(app_context: AppContext) -> None:
    app_context.background._ended["doctor"] = BackgroundTask(result=[BAD], ended=datetime.now(UTC))
    app_context.background._tasks["doctor"] = BackgroundTask(of=2)
    assert "refused the key" in words(page("settings/settings.py"))


def test_the_real_checks_show_no_folder_and_no_key(app_context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "gem-secret-1")
    said = words(examined(app_context))
    assert "Broken: " in said
    assert "secret" not in said
    assert os.environ["OUTPUT_DIR"] not in said
