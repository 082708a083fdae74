"""What the marks of a report are worth, over made sounds and made hearings: hits and false alarms, printed and bounded.

Speech is made by espeak-ng at test time in English and Chinese. No recogniser runs here: what one makes of clean speech
is the line itself, and what it makes of noise is played by leaving out and exchanging units at a known rate. The marks
of sound (speech there, cut off, hum, clipping) are those of the real model and measures on the real samples: here on a
few, in ``tests/soak/test_calibration_at_length.py`` on all of them.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from listening.comparison import Verdict, compare
from listening.sound import TakeSound
from listening.units import is_chinese, units_of
from listening.voice_activity import is_installed, speech_in
from providers.base import HeardWords
from tests.listening.speech import Samples, joined, mixed, music, noise, silence, speech, with_noise
from tests.media.films import RATE

ENGLISH = (
    "The light must not go out.",
    "Then let me help you carry the oil.",
    "I counted twenty-one ships before the storm.",
    "Don't wait for me, the tide is turning.",
    "Who left the door open last night?",
    "We have always lived beside the sea.",
    "Bring the lantern and close the window.",
    "My father built this house with his own hands.",
)
CHINESE = (
    "灯塔的光不能熄灭。",
    "那就让我帮你搬油吧。",
    "暴风雨之前我数了二十一条船。",
    "别等我，潮水要退了。",
    "昨天晚上是谁没有关门？",
    "我们一直住在海边。",
    "拿上灯笼，把窗户关好。",
    "这座房子是父亲亲手盖的。",
)
LINES = ENGLISH + CHINESE
FEW = (ENGLISH[0], CHINESE[0])
needs_the_model = pytest.mark.skipif(
    not is_installed(), reason="where speech is, nobody looks: pip install -r requirements-listen.txt"
)


def hearing(text: str, *, wrong: float = 0.0, seed: int = 0) -> str:
    """A text as a recogniser gives it: without punctuation, a share of its units left out or exchanged."""
    dice, units = random.Random(f"{text}{seed}"), [one.text for one in units_of(text)]
    other = [one.text for line in (CHINESE if is_chinese(units_of(text)) else ENGLISH) for one in units_of(line)]
    kept = [dice.choice(other) if dice.random() < wrong / 2 else one for one in units if dice.random() >= wrong / 2]
    return ("" if is_chinese(units_of(text)) else " ").join(kept)


@dataclass
class Table:
    """By kind of case: how often which verdict."""

    rows: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, kind: str, verdict: object) -> None:
        self.rows.setdefault(kind, Counter())[str(verdict)] += 1

    @property
    def cases(self) -> int:
        return sum(row.total() for row in self.rows.values())

    def say(self) -> None:
        print()
        for kind, row in self.rows.items():
            print(f"{kind:34} {row.total():4}  " + "  ".join(f"{name} {count}" for name, count in sorted(row.items())))
        print(f"{'all':34} {self.cases:4}")


def verdict(line: str, *heard: str) -> Verdict:
    return compare([line], [HeardWords(text=one) for one in heard if one]).lines[0].verdict


def half(line: str) -> str:
    units = hearing(line)
    return (
        units[: len(units) // 2] if is_chinese(units_of(line)) else " ".join(units.split()[: len(units.split()) // 2])
    )


def test_the_marks_of_lines() -> None:
    table = Table()
    for number, line in enumerate(LINES):
        own = CHINESE if is_chinese(units_of(line)) else ENGLISH
        other = own[(own.index(line) + 1) % len(own)]
        table.add("said", verdict(line, hearing(line)))
        table.add("said, with more around it", verdict(line, hearing(other), hearing(line), hearing(own[0])))
        table.add("missing", verdict(line))
        table.add("swapped for another", verdict(line, hearing(other)))
        table.add("half said", verdict(line, half(line)))
        for seed in range(4):
            table.add("said, one unit in ten wrong", verdict(line, hearing(line, wrong=0.1, seed=seed)))
            table.add("said, one in four wrong", verdict(line, hearing(line, wrong=0.25, seed=seed)))
            table.add("said, one in two wrong", verdict(line, hearing(line, wrong=0.5, seed=seed)))
        both = compare([line, other], [HeardWords(text=hearing(other)), HeardWords(text=hearing(line))])
        table.add("two lines, exchanged in order", both.verdict)
        table.add("two lines, one missing", compare([line, other], [HeardWords(text=hearing(other))]).verdict)
        assert number < len(LINES)
    table.say()
    assert table.cases >= 200
    for kind in ("said", "said, with more around it", "two lines, exchanged in order"):
        assert set(table.rows[kind]) == {"said"}, kind
    for kind in ("missing", "swapped for another", "two lines, one missing"):
        assert set(table.rows[kind]) == {"not_said"}, kind
    assert set(table.rows["half said"]) == {"partly"}
    assert "not_said" not in table.rows["said, one unit in ten wrong"]
    assert table.rows["said, one unit in ten wrong"]["said"] >= 50  # of 64


def sounds(lines: Sequence[str], seeds: int) -> Iterator[tuple[str, Samples]]:
    """Kind and sound."""
    for number, line in enumerate(lines):
        voice = voice_of(line)
        said = joined(silence(0.4), speech(line, voice), silence(0.6))
        yield "speech, clean", said
        yield "speech, 20 dB above noise", with_noise(said, 20, number)
        yield "speech, 10 dB above noise", with_noise(said, 10, number)
        yield "speech, 0 dB above noise", with_noise(said, 0, number)
        yield "speech over music", mixed(said, music(len(said) / RATE, 0.02, number))
        yield "two voices at once", mixed(said, speech(lines[number - 1], f"{voice}+f3"))
        yield "half a second of a line", joined(silence(0.5), speech(line, voice)[: RATE // 2], silence(0.5))
    for seed in range(seeds):
        yield "noise alone", noise(3.0, 0.02 + 0.01 * (seed % 5), seed)
        yield "music alone", music(3.0, 0.03 + 0.02 * (seed % 5), seed)
    for tenths in range(max(1, seeds // 3)):
        yield "silence", silence(1.0 + tenths / 2)
    yield from (("hum", tone(hertz)) for hertz in (50.0, 60.0, 120.0, 440.0, 1000.0, 3000.0)[: max(2, seeds)])


def tone(hertz: float, loud: float = 0.1, samples: int = 3 * RATE) -> Samples:
    time = np.arange(samples) / RATE
    return (loud * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def voice_of(line: str) -> str:
    return "cmn" if is_chinese(units_of(line)) else "en-us"


def speech_found(lines: Sequence[str], seeds: int) -> Table:
    """Where somebody speaks; what holds of few sounds and of many is asserted here."""
    table = Table()
    for kind, sound in sounds(lines, seeds):
        table.add(kind, "speech" if speech_in(TakeSound(sound[None]).for_speech()) else "none")
    table.say()
    assert set(table.rows["speech, clean"]) == set(table.rows["speech, 20 dB above noise"]) == {"speech"}
    for kind in ("noise alone", "silence", "hum"):
        assert set(table.rows[kind]) == {"none"}, kind
    return table


def cut_found(lines: Sequence[str]) -> Table:
    """Speech whose first 0.4 s are the last of the sound, and the same line whole."""
    table = Table()
    for line in lines:
        said = speech(line, voice_of(line))
        said = said[int(np.argmax(np.abs(said) > 0.02)) :]
        for kind, sound in (
            ("begins 0.4 s before the end", joined(silence(1.5), said[: round(0.4 * RATE)])),
            ("whole", joined(silence(0.3), said, silence(0.6))),
        ):
            late = [start >= len(sound) / RATE - 0.5 for start, _ in speech_in(TakeSound(sound[None]).for_speech())]
            table.add(kind, "cut off" if any(late) else "no")
    table.say()
    assert set(table.rows["whole"]) == {"no"}
    return table


def sound_marks(lines: Sequence[str], seeds: int) -> Table:
    """Hum and clipping of the real measures: in speech, music and noise, with them and without."""
    table = Table()
    plain = [
        ("speech with pauses", joined(said, silence(2.5)))
        for line in lines
        for said in [speech(line, voice_of(line), 0.1)]
    ]
    for seed in range(seeds):
        plain += [("quiet noise", noise(2.0, 0.005, seed)), ("loud noise", noise(2.0, 0.05, seed))]
        plain += [("music", music(2.0, seed=seed))]
    for number, (ground, sound) in enumerate(plain):
        hertz = (50, 60)[number % 2]
        hummed = mixed(sound, tone(hertz, 0.05, len(sound)), tone(2 * hertz, 0.03, len(sound)))
        for kind, one in (
            ("", sound),
            (" and hum", hummed),
            (", clipped", np.clip(sound * 5 / np.max(np.abs(sound)), -1, 1)),
        ):
            found = TakeSound(one[None]).measures()
            assert found is not None
            table.add(f"{ground}{kind}: hum", "hum" if found.hum else "none")
            table.add(f"{ground}{kind}: clipping", "clipped" if found.clipping > 0 else "none")
    table.say()
    for kind, row in table.rows.items():
        if kind.endswith("clipping"):
            assert set(row) == {"clipped" if "clipped" in kind else "none"}, kind
        elif "and hum" not in kind:
            assert set(row) == {"none"}, kind
    for ground in ("speech with pauses", "quiet noise"):  # under what is loud all the time nobody hears it
        assert set(table.rows[f"{ground} and hum: hum"]) == {"hum"}, ground
    return table


@needs_the_model
def test_the_mark_of_speech() -> None:
    speech_found(FEW, 2)


@needs_the_model
def test_the_mark_of_a_cut_line() -> None:
    assert set(cut_found(FEW).rows["begins 0.4 s before the end"]) == {"cut off"}


def test_the_marks_of_sound() -> None:
    sound_marks(FEW, 1)
