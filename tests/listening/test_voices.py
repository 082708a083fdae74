"""Whose voice it is: with an encoder of ours, and with Resemblyzer's model where it is installed."""

from __future__ import annotations

import itertools
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest

from listening import voice_encoder
from listening.comparison import Comparison, Line
from listening.report import take_report
from listening.sound import TakeSound
from listening.voices import Speaker, Voice, voices_heard
from tests.listening.speech import speech, take
from tests.listening.voices import Samples, tone, with_pitches

HERS, HIS = "Who is there?", "Only the wind."
installed = pytest.mark.skipif(
    not voice_encoder.is_installed(),
    reason="no voice is compared: pip install --no-deps -r requirements-voices.txt",
)


@pytest.fixture
def pitches(monkeypatch: pytest.MonkeyPatch) -> None:
    with_pitches(monkeypatch)


def alone(sound: Samples, **others: str) -> Voice | None:
    mara = Speaker(id="mara", name="Mara", lines=(HERS,), others=others)
    found = voices_heard(sound, [mara], [(0.0, len(sound) / 16_000)], None)
    return found[0] if found else None


def test_a_voice_is_told_beside_the_same_and_another_one(pitches: None) -> None:
    first, other = alone(tone(300, 2)), alone(tone(900, 2))
    assert first is not None
    assert other is not None
    assert (first.likeness, first.beside, first.seconds) == (None, (), 2.0)
    same = alone(tone(300, 1.5), a=first.vector)
    assert same is not None
    assert (same.likeness, same.beside) == (1.0, ("a",))
    both = alone(tone(300, 1.5), a=first.vector, b=other.vector, c="nonsense", d="")
    assert both is not None
    assert (both.likeness, both.beside) == (0.71, ("a", "b"))  # to the mean of two
    assert alone(tone(300, 0.9)) is None  # too short
    assert voices_heard(tone(300, 2), [Speaker(id="m", name="M", lines=(HERS,))], (), None) == ()  # nobody speaks


def test_of_two_people_each_has_what_was_heard_of_their_own_lines(pitches: None) -> None:
    lines = (
        Line(text=HERS, verdict="said", start=0.0, end=2.0),
        Line(text=HIS, verdict="said", start=2.0, end=4.0),
        Line(text="No.", verdict="said", start=4.0, end=6.0),
        Line(text="Nobody.", verdict="not_said"),
    )
    mara = Speaker(id="mara", name="Mara", lines=(HERS, "No.", "Nobody."))
    keeper = Speaker(id="keeper", name="the keeper", lines=(HIS, "No."))
    sound = np.concatenate([tone(300, 2), tone(900, 2), tone(2_000, 2)])
    hers, his = voices_heard(sound, [mara, keeper], [(0.0, 6.0)], Comparison(lines=lines))
    known = [one.vector for one in (alone(tone(300, 2)), alone(tone(900, 2))) if one]
    assert [hers.vector, his.vector] == known  # the line that both have is nobody's
    assert voices_heard(sound, [mara, keeper], [(0.0, 6.0)], None) == ()  # a service that tells no times


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return take(tmp_path_factory.mktemp("takes") / "spoken.mp4", speech("The light must not go out."))


def test_a_report_says_what_was_not_looked_at(spoken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mara = [Speaker(id="mara", name="Mara", lines=(HERS,))]
    monkeypatch.setattr("listening.voice_encoder.find_spec", lambda _name: None)
    assert take_report(spoken, [HERS], lambda: None, speakers=mara).missing == ("voices",)
    package = ModuleSpec("resemblyzer", None, is_package=True)
    package.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr("listening.voice_encoder.find_spec", lambda _name: package)
    voice_encoder._weights.cache_clear()
    for broken in (b"", b"\x80\x02N.", b"\x80\x02cos\nsystem\n."):
        (tmp_path / "pretrained.pt").write_bytes(broken)
        with pytest.raises(ValueError, match="not as they are known"):
            voice_encoder.voice_of(tone(300, 1))
    found = take_report(spoken, [HERS], lambda: None, speakers=mara)
    assert (found.missing, found.voices) == (("voices",), ())


@installed
def test_the_numbers_are_those_of_resemblyzers_own_code() -> None:
    time = np.arange(3 * 16_000) / 16_000
    tones = sum(np.sin(2 * np.pi * 110 * n * time + n) / n for n in range(1, 40))
    found = voice_encoder.voice_of((tones * (1 + 0.5 * np.sin(6 * np.pi * time)) * 0.02).astype(np.float32))
    most = np.argsort(found)[::-1][:6]
    assert most.tolist() == [189, 15, 136, 89, 87, 155]
    assert np.allclose(found[most], [0.24182, 0.24121, 0.20994, 0.20147, 0.17771, 0.17089], atol=2e-5)


@installed
def test_another_line_of_the_same_voice_is_more_like_it_than_another_voice() -> None:
    lines = ("We have been waiting for this storm.", "Then let me help you carry the oil up the stairs.")
    said = [TakeSound(speech(line, name)[None]).for_speech() for line in lines for name in ("en-us", "en-us+f3")]
    his, hers, his_again, hers_again = (voice_encoder.voice_of(one) for one in said)
    same = min(float(his @ his_again), float(hers @ hers_again))
    other = max(float(one @ two) for one, two in itertools.product((his, his_again), (hers, hers_again)))
    assert same > 0.75 > other
