"""What the doctor found, on the Settings page: before, while and after it looks, in both languages."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from doctor import examination
from doctor.examination import Check, Report
from doctor.finding import Finding, of_error, ok, warning
from errors import KeyRefused
from jobs import server_watch
from jobs.server_look import ServerLook
from tests.ui.still_office import button, drawn, page, primaries, still_office, words
from ui.office import Office

WELL = ok("disk", "{gigabytes} GB are free for results.", gigabytes="73.9")
KNOWN = warning("database", "The job database {store} has no tables yet.", "Please report it.", store="jobs*new*.db")
BAD = of_error("service.gemini.text", KeyRefused("bad key", provider="gemini"))


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setattr(server_watch, "look_at", lambda _server: ServerLook(trouble=None, at=time.monotonic()))
    with still_office() as opened:
        yield opened


def finds(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> None:
    monkeypatch.setattr(examination, "checks", lambda _settings: [Check("all", lambda: list(findings))])


def examined(office: Office, language: str = "en") -> AppTest:
    test = button(page("settings.py", language), "examine")
    deadline = time.monotonic() + 60
    while office.examination.report.running:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return drawn(test)


def test_nothing_is_examined_before_somebody_asks(office: Office) -> None:
    test = page("settings.py")
    assert "each service is asked for one word" in words(test)
    assert office.examination.report == Report()
    assert primaries(test) == ["Test all servers"]


def test_while_it_looks_the_page_goes_on_and_says_how_far(office: Office) -> None:
    office.examination.report = Report(running=True, done=3, of=9)
    test = page("settings.py")
    assert [bar.proto.text for bar in test.get("progress")] == ["Looking: 3 of 9"]
    assert test.button(key="examine").disabled


def test_what_is_broken_comes_first_with_what_to_do(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    finds(monkeypatch, WELL, KNOWN, BAD)
    test = examined(office)
    said = words(test)
    assert "1 broken · 1 to know of" in said
    assert "Broken: The service gemini refused the key." in said.replace("*", "")
    assert BAD.advice is not None
    assert BAD.advice.text() in said
    assert said.index("refused the key") < said.index("has no tables yet") < said.index("73.9 GB")
    assert "jobs*new*.db" in said
    assert "What is well (1)" in [one.label for one in test.expander]
    assert "bad key" in [one.value for one in test.text]
    assert primaries(test) == ["Test all servers"]


def test_all_well_in_one_sentence(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    finds(monkeypatch, WELL)
    assert "All is well." in words(examined(office))


def test_it_speaks_chinese(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    finds(monkeypatch, WELL, KNOWN, BAD)
    said = words(examined(office, "zh_CN"))
    for sentence in ("1 项故障", "故障：", "注意：", "存放结果的空间还有 73.9 GB。", "还没有数据表。"):
        assert sentence in said
    assert "refused" not in said


def test_findings_are_everybodys_and_stay_while_it_looks_again(office: Office) -> None:
    old = Report((BAD,), datetime.now(UTC))
    office.examination.report = dataclasses.replace(old, running=True, done=0, of=2)
    assert "refused the key" in words(page("settings.py"))


def test_the_real_checks_show_no_folder_and_no_key(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "gem-secret-1")
    said = words(examined(office))
    assert "broken ·" in said
    assert "secret" not in said
    assert os.environ["OUTPUT_DIR"] not in said
