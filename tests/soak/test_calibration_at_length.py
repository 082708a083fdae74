"""The marks of sound over all made sounds, of which ``tests/listening/test_calibration.py`` takes a few."""

from __future__ import annotations

from tests.listening.test_calibration import LINES, cut_found, needs_the_model, sound_marks, speech_found


@needs_the_model
def test_speech_and_cut_lines_over_two_hundred_sounds() -> None:
    found, cut = speech_found(LINES, 24), cut_found(LINES)
    assert found.cases + cut.cases >= 200
    assert found.rows["music alone"]["none"] >= 20  # of 24: some of it passes for a voice
    assert cut.rows["begins 0.4 s before the end"]["cut off"] >= 12  # of 16


def test_hum_and_clipping() -> None:
    assert sound_marks(LINES, 10).cases >= 200
