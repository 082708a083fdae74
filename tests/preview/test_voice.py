"""The scratch voice: said where espeak-ng is installed, in the language of the line; never a reason to fail."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from preview import voice
from preview.animatic import render
from preview.sound import SAMPLE_RATE
from storyboard.script import Line
from tests.preview.preview_samples import picture_file, plan

HELLO = Line("Hello there.", 0, 1, "woman")
PROMPT = 'Static shot. A woman in a room says "Hello there, my friend." She waits.'
# Notes what it is asked, and says a beep.
STAND_IN = """#!{python}
import io, math, struct, sys, time, wave
if "--version" in sys.argv:
    print("eSpeak NG text-to-speech: 9.87  Data at: /secret/path"); sys.exit()
open({note!r}, "w").write("|".join(sys.argv[1:]) + "|" + sys.stdin.buffer.read().decode())
{does}
file = io.BytesIO()
with wave.open(file, "wb") as out:
    out.setnchannels(1); out.setsampwidth(2); out.setframerate(22050)
    out.writeframes(b"".join(struct.pack("<h", int(20000 * math.sin(n / 5))) for n in range(11025)))
sys.stdout.buffer.write(file.getvalue())
"""


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    voice.speaker.cache_clear()
    yield
    voice.speaker.cache_clear()


@pytest.fixture
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, does: str = "") -> Path:
    """A program named espeak-ng, and the file with what it was asked."""
    note = folder / "asked"
    program = folder / "espeak-ng"
    program.write_text(STAND_IN.format(python=sys.executable, note=str(note), does=does))
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(folder))
    return note


def test_a_line_goes_in_by_standard_input_and_comes_back_as_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = installed(tmp_path, monkeypatch)
    words = "--help; $(touch gone) <speak>你好"
    said = voice.spoken(Line(words, 0, 1, "woman"))
    assert said is not None
    assert len(said) == pytest.approx(SAMPLE_RATE / 2, abs=2)
    assert np.abs(said).max() == pytest.approx(0.5, abs=0.01)
    assert note.read_text() == f"-v|cmn+f3|-s|165|-b|1|--stdin|--stdout|{words}"
    assert voice.speaker() == "espeak-ng 9.87"


def test_its_environment_has_no_setting_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "a-secret")
    note = installed(tmp_path, monkeypatch, f"import os; open({str(tmp_path / 'seen')!r}, 'w').write(repr(os.environ))")
    assert voice.spoken(HELLO) is not None
    assert note.exists()
    assert "a-secret" not in (tmp_path / "seen").read_text()


@pytest.mark.parametrize(
    "does", ["sys.exit(1)", "sys.exit()", "print('no sound'); sys.exit()", "time.sleep(60)", "1 / 0"]
)
def test_a_voice_that_fails_is_silence(does: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "_LIMIT_SECONDS", 0.8)
    installed(tmp_path, monkeypatch, does)
    assert voice.spoken(HELLO) is None


@pytest.mark.usefixtures("nobody")
def test_without_a_voice_nothing_is_said() -> None:
    assert voice.speaker() is None
    assert voice.spoken(HELLO) is None


def video(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    picture = picture_file(folder / "picture", Image.new("RGB", (640, 352), "grey"))
    render(plan(prompt=PROMPT, num_frames=73), picture, folder / "video.mp4", lambda done, total: None)
    return folder / "video.mp4"


def loudness(file: Path) -> float:
    with av.open(str(file)) as container:
        return float(max(np.abs(frame.to_ndarray()).max() for frame in container.decode(audio=0)))


def test_the_file_says_whose_voice_it_is_and_is_the_same_with_the_same_voice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setenv("PATH", str(tmp_path / "empty"))
        silent, again = video(tmp_path / "one"), video(tmp_path / "two")
        assert silent.read_bytes() == again.read_bytes()
    voice.speaker.cache_clear()
    installed(tmp_path, monkeypatch)
    said, twice = video(tmp_path / "three"), video(tmp_path / "four")
    assert said.read_bytes() == twice.read_bytes()
    assert loudness(said) > 0.4 > 0.3 > loudness(silent)
    for file, name in ((silent, "Voice: none installed."), (said, "Voice: espeak-ng 9.87.")):
        with av.open(str(file)) as container:
            assert container.metadata["comment"].endswith(name)


_MISSING = "espeak-ng is not installed (Debian: apt install espeak-ng)"


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason=_MISSING)
@pytest.mark.parametrize("words", ["Good evening.", "你好，世界。", "Привет", "[[x]] <b>&"])
def test_the_real_voice_says_it_the_same_every_time(words: str) -> None:
    one, two = (voice.spoken(Line(words, 0, 1, "man")) for _ in range(2))
    assert one is not None
    assert two is not None
    assert len(one) > SAMPLE_RATE / 5
    np.testing.assert_array_equal(one, two)
