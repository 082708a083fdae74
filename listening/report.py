"""The report of a finished take: which lines were said, what the sound is like, how the picture ends.

It is told in ``job.json`` and inside the video as ``report``. Whatever fails here is a line of the report, never the
end of a job.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from core.errors import MovaError
from listening.believed import Doubt, doubt
from listening.comparison import Comparison, Verdict, compare
from listening.sound import TakeSound, wav_of
from listening.units import units_of
from media.decoding import DECODING
from providers.base import HearingRequest

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from listening.sound import SoundMeasures
    from listening.take_frames import TakeFrames
    from listening.voices import Speaker, Voice
    from media.last_frame import Ending
    from providers.base import HeardAnswer, Provider

VERSION = 2  # 2: voices
Json = dict[str, Any]
# Why the words were not looked at.
Unheard = Literal["off", "no_service", "silent", "no_speech", "failed"]
_CUT_OFF = 0.5  # seconds before the end: speech that begins there is cut off
_QUIET = -50.0  # LUFS


@dataclass(frozen=True, kw_only=True)
class TakeReport:
    """``comparison`` is None where no words were heard or they are not believed; ``unheard`` and ``doubted`` say why.

    ``failure`` is the name of the error and its facts. ``speech`` are stretches in seconds, None where nobody looked;
    ``missing`` names what the extras would have looked at: ``voices`` that of ``requirements-voices.txt``, all others
    that of ``requirements-listen.txt``.
    """

    lines: tuple[str, ...] = ()
    heard: HeardAnswer | None = None
    comparison: Comparison | None = None
    unheard: Unheard | None = None
    failure: Json | None = None
    doubted: Doubt | None = None
    speech: tuple[tuple[float, float], ...] | None = None
    sound: SoundMeasures | None = None
    dnsmos: float | None = None
    voices: tuple[Voice, ...] = ()
    cut_off: bool | None = None
    ending: Ending | None = None
    missing: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict | None:
        """The worst of the lines, None where none was judged."""
        return self.comparison.verdict if self.comparison else None

    @property
    def unasked_speech(self) -> bool:
        """Whether somebody speaks although no line was asked for."""
        return not self.lines and bool(self.heard and self.heard.words) and self.doubted is None

    def as_json(self) -> Json:
        found, by = self.comparison, self.heard
        return {
            "version": VERSION,
            "verdict": self.verdict,
            "lines": [asdict(line) for line in found.lines] if found else [{"text": one} for one in self.lines],
            "beyond": [asdict(one) for one in found.beyond] if found else [],
            "other_language": bool(found and found.other_language),
            "unasked_speech": self.unasked_speech,
            "heard": {name: value for name, value in asdict(by).items() if name != "words"} | {"text": by.text}
            if by
            else None,
            "unheard": self.unheard,
            "failure": self.failure,
            "doubted": self.doubted,
            "speech": None if self.speech is None else [list(one) for one in self.speech],
            "cut_off": self.cut_off,
            "sound": asdict(self.sound) if self.sound else None,
            "dnsmos": self.dnsmos,
            "voices": [asdict(one) for one in self.voices],
            "ending": asdict(self.ending) if self.ending else None,
            "missing": list(self.missing),
        }


@dataclass(frozen=True)
class Measured:
    """What needs no service: a ``report`` without words, and the ``sound`` where there is something to hear in it."""

    report: TakeReport
    sound: TakeSound | None


def measured(video: Path, lines: Sequence[str], *, off: bool = False) -> Measured:
    """Measure a finished video; ``lines`` and ``off`` as for ``take_report``."""
    with DECODING:
        return _with_ending(_sound_measured(lambda: TakeSound.of(video), lines, off=off), lambda: _ending_of(video))


def sound_measured(seen: TakeFrames, lines: Sequence[str], *, off: bool = False) -> Measured:
    """The same of a video that is being decoded, as soon as all of its sound was seen: all but how it ends."""
    return _sound_measured(seen.sound, lines, off=off)


def ended(found: Measured, seen: TakeFrames) -> Measured:
    """The same with how the video ends, once all of it was seen."""
    return _with_ending(found, seen.ending)


def settled(found: Measured, *, off: bool = False, nobody_hears: bool = False) -> TakeReport | None:
    """The whole report where no service has to hear the video; None where one has to.

    Args:
        nobody_hears: there is no service that could.
    """
    report = found.report
    if found.sound is None:
        return report
    if off:
        return replace(report, unheard="off")
    if not report.lines and report.speech == ():
        return replace(report, unheard="no_speech")
    return replace(report, unheard="no_service") if nobody_hears else None


def take_report(
    video: Path,
    lines: Sequence[str],
    listener: Callable[[], Provider | None],
    *,
    off: bool = False,
    speakers: Sequence[Speaker] = (),
    before: Measured | None = None,
) -> TakeReport:
    """Listen to a finished video, and look at its end.

    Args:
        lines: what was to be said, in its order.
        listener: the service that hears, None where there is none; asked only where there is something to hear.
        off: no service is to be asked, and no model of the extras.
        speakers: who says the lines, where that is known.
        before: what was ``measured`` of this video with these lines, where that was done before.
    """
    found = before or measured(video, lines, off=off)
    report, sound = found.report, found.sound
    if (whole := settled(found, off=off)) is not None or sound is None:
        return whole or report
    plain = sound.for_speech()
    report = _with_words(report, plain, sound.seconds, listener)
    with DECODING:
        return _with_voices(report, plain, speakers)


def _sound_measured(sound_of: Callable[[], TakeSound], lines: Sequence[str], *, off: bool) -> Measured:
    """What needs no service; the sound only where there is something to hear in it."""
    report = TakeReport(lines=tuple(line for line in lines if units_of(line)))
    try:
        sound = sound_of()
    except MovaError as problem:
        return Measured(replace(report, unheard="failed", failure=_told(problem)), None)
    report = replace(report, sound=sound.measures())
    if report.sound is None or report.sound.loudness is None or report.sound.loudness < _QUIET:
        nothing = Comparison(lines=compare(report.lines, ()).lines)
        return Measured(replace(report, unheard="silent", speech=(), cut_off=False, comparison=nothing), None)
    return Measured(report if off else _with_models(report, sound.for_speech(), sound.seconds), sound)


def _with_ending(found: Measured, ending_of: Callable[[], Ending]) -> Measured:
    with suppress(MovaError):
        return replace(found, report=replace(found.report, ending=ending_of()))
    return found


def _told(problem: MovaError) -> Json:
    """So that it can be said in the reader's language; without the service's own words."""
    return {"kind": type(problem).__name__, "facts": dict(problem.facts)}


def _ending_of(video: Path) -> Ending:
    from media.last_frame import ending_of

    return ending_of(video)


def _with_models(report: TakeReport, plain: npt.NDArray[np.float32], seconds: float) -> TakeReport:
    """What the extra's models say; a model that fails is one that is missing."""
    from listening import quality_score, voice_activity

    missing: list[str] = []
    if voice_activity.is_installed():
        speech = tuple(voice_activity.speech_in(plain))
        late = any(begins >= seconds - _CUT_OFF for begins, _ in speech)
        report = replace(report, speech=speech, cut_off=late)
    else:
        missing.append("speech")
    if not quality_score.is_installed():
        missing.append("dnsmos")
    elif report.speech != ():
        report = replace(report, dnsmos=quality_score.dnsmos(plain))
    return replace(report, missing=tuple(missing))


def _with_words(
    report: TakeReport, plain: npt.NDArray[np.float32], seconds: float, listener: Callable[[], Provider | None]
) -> TakeReport:
    try:
        service = listener()
        if service is None:
            return replace(report, unheard="no_service")
        heard = service.hear(HearingRequest(sound=wav_of(plain), seconds=round(seconds, 3)))
    except MovaError as problem:
        return replace(report, unheard="failed", failure=_told(problem))
    if doubted := doubt(heard.words, seconds, report.speech):
        return replace(report, heard=heard, doubted=doubted)
    return replace(report, heard=heard, comparison=compare(report.lines, heard.words))


def _with_voices(report: TakeReport, plain: npt.NDArray[np.float32], speakers: Sequence[Speaker]) -> TakeReport:
    from listening import voice_encoder
    from listening.voices import voices_heard

    if not speakers:
        return report
    with suppress(ValueError):
        if voice_encoder.is_installed():
            return replace(report, voices=voices_heard(plain, speakers, report.speech, report.comparison))
    return replace(report, missing=(*report.missing, "voices"))
