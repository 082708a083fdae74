"""The report of a made take, with a service that is told what it hears."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.errors import ProviderTimeout
from listening.report import TakeReport, ended, measured, sound_measured, take_report
from listening.sound import TakeSound
from listening.take_frames import TakeFrames
from media.videos import Onlooker, probe
from providers.base import HeardAnswer, HeardWords, HearingRequest, Provider
from tests.listening.speech import joined, mixed, music, noise, silence, speech, take
from tests.media.films import RATE, film
from tests.steps.fake_provider import FakeProvider

LINE = "The light must not go out."


class Ear(FakeProvider):
    """Hears what it is told."""

    def __init__(self, *words: HeardWords, failure: Exception | None = None) -> None:
        super().__init__()
        self.words, self.failure, self.heard = words, failure, list[HearingRequest]()

    def hear(self, request: HearingRequest) -> HeardAnswer:
        self.heard.append(request)
        if self.failure:
            raise self.failure
        return HeardAnswer(words=self.words, provider="fake", model="ear", seconds=0.1, language="en")


def report(path: Path, ear: Provider | None, *lines: str, off: bool = False) -> TakeReport:
    return take_report(path, lines, lambda: ear, off=off)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sound = joined(silence(0.5), speech(LINE), silence(1.0))
    return take(tmp_path_factory.mktemp("takes") / "spoken.mp4", sound)


def test_a_line_that_was_said(spoken: Path) -> None:
    ear = Ear(HeardWords(text="the light must not go out", start=0.5, end=2.0))
    found = report(spoken, ear, LINE)
    assert (found.verdict, found.unheard, found.doubted) == ("said", None, None)
    told = json.loads(json.dumps(found.as_json()))
    assert (told["version"], told["lines"][0]["start"], told["heard"]["text"]) == (2, 0.5, "the light must not go out")
    (request,) = ear.heard
    assert request.sound.startswith(b"RIFF")
    assert abs(request.seconds - TakeSound.of(spoken).seconds) < 0.01


def test_frames_that_were_kept_say_what_the_file_says(spoken: Path) -> None:
    kept = TakeFrames()
    probe(spoken, seen_by=Onlooker(frame=kept.add))
    assert ended(sound_measured(kept, [LINE]), kept).report == measured(spoken, [LINE]).report


def test_where_speech_is_and_what_it_sounds_like(spoken: Path) -> None:
    found = report(spoken, None, LINE)
    assert (found.unheard, found.verdict, found.cut_off) == ("no_service", None, False)
    assert found.speech
    assert abs(found.speech[0][0] - 0.5) < 0.25
    assert found.dnsmos is not None
    assert 1 <= found.dnsmos <= 5
    assert found.sound is not None
    assert (found.sound.loudness is not None, found.sound.hum, found.sound.clipping) == (True, None, 0)


def test_without_the_extra_it_says_what_it_did_not_look_at(spoken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listening.voice_activity.is_installed", lambda: False)
    monkeypatch.setattr("listening.quality_score.is_installed", lambda: False)
    found = report(spoken, Ear(HeardWords(text=LINE)), LINE)
    assert (found.missing, found.speech, found.dnsmos, found.cut_off) == (("speech", "dnsmos"), None, None, None)
    assert found.verdict == "said"


def test_nothing_is_asked_where_it_is_off_or_silent_or_nobody_speaks(tmp_path: Path, spoken: Path) -> None:
    ear = Ear()
    assert report(spoken, ear, LINE, off=True).unheard == "off"
    quiet = report(take(tmp_path / "quiet.mp4", silence(2.0)), ear, LINE)
    assert (quiet.unheard, quiet.verdict) == ("silent", "not_said")
    assert report(take(tmp_path / "sea.mp4", noise(2.0)), ear).unheard == "no_speech"
    mute = report(film(tmp_path / "mute.mp4"), ear, LINE)
    assert (mute.unheard, mute.verdict, mute.sound) == ("silent", "not_said", None)
    assert ear.heard == []


def test_a_service_that_fails_is_a_line_of_the_report(spoken: Path) -> None:
    found = report(spoken, Ear(failure=ProviderTimeout("secret", provider="openai", model="m", seconds=60)), LINE)
    assert (found.unheard, found.verdict) == ("failed", None)
    assert found.failure == {"kind": "ProviderTimeout", "facts": {"provider": "openai", "model": "m", "seconds": 60}}
    assert "secret" not in json.dumps(found.as_json())


def test_a_loop_is_not_believed(spoken: Path) -> None:
    found = report(spoken, Ear(HeardWords(text="thank you " * 12)), LINE)
    assert (found.doubted, found.verdict, found.unasked_speech) == ("loop", None, False)


def test_speech_that_nobody_asked_for(spoken: Path) -> None:
    assert report(spoken, Ear(HeardWords(text="hello there"))).unasked_speech
    assert not report(spoken, Ear()).unasked_speech


def test_speech_that_begins_at_the_end_is_cut_off(tmp_path: Path) -> None:
    sound = joined(silence(2.0), speech("Wait for me, please wait.")[: round(0.45 * RATE)])
    assert report(take(tmp_path / "late.mp4", sound), None).cut_off is True


def test_hum_and_clipping_are_measured(tmp_path: Path) -> None:
    time = np.arange(3 * RATE) / RATE
    hum = (0.05 * np.sin(2 * np.pi * 50 * time) + 0.03 * np.sin(2 * np.pi * 100 * time)).astype(np.float32)
    found = TakeSound.of(take(tmp_path / "hum.mp4", mixed(noise(3.0, 0.002), hum))).measures()
    assert found is not None
    assert found.hum == 50
    loud = TakeSound.of(take(tmp_path / "loud.mp4", np.clip(music(2.0, 2.0), -1, 1))).measures()
    assert loud is not None
    assert loud.clipping > 0.3
    plain = TakeSound.of(take(tmp_path / "music.mp4", music(3.0))).measures()
    assert plain is not None
    assert (plain.hum, plain.clipping) == (None, 0)


def test_a_cut_in_the_last_second_is_a_jump(tmp_path: Path) -> None:
    from media.last_frame import Ending, ending_of

    still = {"num_frames": 48, "colour": (90, 90, 90)}
    assert ending_of(film(tmp_path / "still.mp4", **still)) == Ending(0, jumps=False)  # type: ignore[arg-type]
    assert ending_of(cut(tmp_path / "cut.mp4", 48 - 18)).jumps
    assert not ending_of(cut(tmp_path / "early.mp4", 10)).jumps


def cut(path: Path, at: int, frames: int = 48) -> Path:
    """A film that changes to another picture at once."""
    import av

    with av.open(str(path), "w") as container:
        track = container.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        track.width, track.height, track.pix_fmt = 64, 48, "yuv420p"
        for number in range(frames):
            pixels = np.full((48, 64, 3), 60, np.uint8)
            pixels[:, :32] = 160 if number < at else 60
            pixels[:, 32:] = 60 if number < at else 160
            container.mux(track.encode(av.VideoFrame.from_ndarray(pixels)))
        container.mux(track.encode(None))
    return path
