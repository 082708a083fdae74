"""What was heard, on the page of a finished video: a sign and a word for each line, never a colour alone."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.model.records import JobRecord
from listening.comparison import compare
from listening.report import TakeReport
from listening.sound import SoundMeasures
from listening.voices import Voice
from providers.base import HeardAnswer, HeardWords
from record.folder import VIDEO
from tests.media.test_videos import make_video
from tests.ui.jobs_in_states import ended, job_page, press
from tests.ui.still_app import words
from ui.app_context import AppContext

LINES = ("The light must not go out.", "Then let me help you carry the oil.", "Who is there?")
HEARD = (
    HeardWords(text="the light must not go out", start=0.4, end=1.4),
    HeardWords(text="then let me help", start=1.0, end=1.6),
)
CLIPPED = SoundMeasures(loudness=None, peak=None, silence=0.125, clipping=0.004, hum=None)

MARA = Voice(speaker="mara", name="Mara", seconds=2.0, vector="", likeness=0.83, beside=("a", "b"))


def reported(app_context: AppContext, report: dict[str, Any] | None, heard: str | None = None) -> JobRecord:
    job = ended(app_context, "completed")
    make_video(app_context.service.files.folder(job.id) / VIDEO)
    app_context.worker.store.jobs.update(job.id, report=report, heard=heard)
    return app_context.service.get(job.id)


def answer(*heard: HeardWords, sung: bool | None = None) -> HeardAnswer:
    return HeardAnswer(words=heard, provider="openai", model="whisper_1", seconds=0.1, sung=sung)


def test_each_line_has_its_word_and_what_was_heard(app_context: AppContext) -> None:
    report = TakeReport(lines=LINES, heard=answer(*HEARD), comparison=compare(LINES, HEARD))
    test = job_page(reported(app_context, report.as_json(), report.verdict))
    said = words(test)
    for word in ("Said", "Partly said", "Not said", "line not said", *LINES, "then let me help", "50 % right"):
        assert word in said, word
    assert r"heard by whisper\_1" in said
    test = press(test, "Play from 0.4 s")
    assert test.session_state["play-from"]["at"] == 0.4
    first = test.session_state["play-from"]["mark"]
    assert press(test, "Play from 0.4 s").session_state["play-from"]["mark"] != first


def test_without_a_report_nothing_is_said_of_lines(app_context: AppContext) -> None:
    said = words(job_page(reported(app_context, None)))
    assert "Lines" not in said
    assert "line not said" not in said


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (TakeReport(lines=LINES, unheard="off"), "listening is switched off"),
        (TakeReport(lines=LINES, unheard="no_service"), "no service that hears is set up"),
        (TakeReport(lines=LINES, unheard="silent"), "has no sound"),
        (TakeReport(lines=LINES, heard=answer(*HEARD), doubted="loop"), "over and over"),
        (TakeReport(heard=answer(*HEARD, sung=True), comparison=compare((), HEARD)), "although no line was asked for"),
        (TakeReport(heard=answer(*HEARD, sung=True)), "It is sung"),
        (TakeReport(cut_off=True), "it is cut off"),
        (TakeReport(missing=("speech", "dnsmos")), "where speech is, how clean speech sounds"),
        (TakeReport(dnsmos=3.1), "3.1, MOVA's mean 3.80"),
        (TakeReport(missing=("voices",)), "requirements-voices.txt"),
        (TakeReport(voices=(MARA,)), "Mara's voice beside other shots (2): likeness 0.83"),
        (TakeReport(sound=CLIPPED), "silent for 12.5 % of the time · clipping for 0.4 % of the time"),
    ],
)
def test_what_else_there_is_to_say(app_context: AppContext, report: TakeReport, sentence: str) -> None:
    assert sentence in words(job_page(reported(app_context, report.as_json())))


def test_a_failure_is_said_without_the_services_own_words(app_context: AppContext) -> None:
    told = {"provider": "openai", "model": "m", "seconds": 60}
    report = TakeReport(lines=LINES, unheard="failed", failure={"kind": "ProviderTimeout", "facts": told})
    said = words(job_page(reported(app_context, report.as_json())))
    assert "Whether it was said is not known: " in said
    assert "openai" in said


def test_what_a_newer_version_wrote_is_no_fault(app_context: AppContext) -> None:
    report = {"version": 99, "lines": [{"text": "Hello", "verdict": "whispered"}], "unheard": "new", "doubted": "new"}
    assert "Hello" in words(job_page(reported(app_context, report)))
