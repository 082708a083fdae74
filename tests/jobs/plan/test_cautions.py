"""What is said before anything is spent: a small picture, too much speech, too many words, a check that failed."""

from __future__ import annotations

import pytest

from core.messages import message
from jobs.model.records import StepRecord
from jobs.plan.cautions import description_cautions, picture_cautions, text_cautions
from media.crop import CropChoice
from tests.jobs.samples import RENDER, a_request


@pytest.mark.parametrize(
    ("size", "mode", "times"),
    [((160, 90), "crop", "4.0"), ((160, 90), "bars", "3.9"), ((1280, 720), "crop", None), ((640, 352), "crop", None)],
)
def test_a_picture_that_is_enlarged_is_said_with_how_much(size: tuple[int, int], mode: str, times: str | None) -> None:
    said = list(picture_cautions(size, RENDER, CropChoice(mode=mode)))  # type: ignore[arg-type]
    assert [one.facts["times"] for one in said] == ([times] if times else [])


@pytest.mark.parametrize("mode", ["full", "simple"])
def test_speech_that_does_not_fit_the_clip(mode: str) -> None:
    said = list(text_cautions(a_request(mode=mode, text='He says, "' + "word " * 60 + 'end."')))
    assert "24.9 s of speech in a clip of 8.0 s: it will not fit" in str(said[0])


def test_too_many_words() -> None:
    assert "1583 words" in str(next(text_cautions(a_request(text="word " * 1583))))
    assert "1583 words" in str(next(text_cautions(a_request(mode="simple", text="word " * 1583))))
    assert not list(text_cautions(a_request(mode="simple", text="A cat.")))


def test_a_description_whose_check_failed_says_so_whoever_wrote_it() -> None:
    warned = StepRecord(job_id="j", step="video_description", state="done", output="x", warnings=(message("A cut."),))
    assert description_cautions(a_request(), [warned]) == (message("A cut."),)
    own = StepRecord(job_id="j", step="video_description", state="done", output="A cat.", edited=True)
    assert any("words" in str(one) for one in description_cautions(a_request(), [own]))
