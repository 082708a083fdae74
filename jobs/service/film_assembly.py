"""A film put together from its chosen takes: its clips, its subtitles, its sound, and one file of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import EmptyText, FilmIncomplete
from core.messages import Message, gettext_noop, message
from film.document import Film
from film.spoken import spoken
from film.subtitles import Cue, cues_of, language_of

if TYPE_CHECKING:
    from jobs.model.records import JobRecord
    from jobs.service.films import FilmService
    from jobs.service.videos import FinishedVideos, OnFrame
    from media.film_sound import Clip
    from media.loudness import FilmLevels


class FilmAssembly:
    def __init__(self, films: FilmService, videos: FinishedVideos) -> None:
        self._films, self._videos = films, videos

    def trimmed(self, film: Film) -> Film:
        """The film with what flashes or blurs before a shot that goes on trimmed away: the next one begins before it.

        Raises:
            VideoUnplayable
        """
        states = self._films.shots(film)
        ends = {
            before.shot.id: self._videos.clean_last_frame(before.chosen.id)[1]
            for before, after in pairwise(states)
            if after.shot.frame.source == "last" and before.chosen is not None
        }
        shots = {
            state.shot.id: state.shot.trim.model_copy(
                update={"end": max(state.shot.trim.end, ends.get(state.shot.id, 0))}
            )
            for state in states
        }
        return film.with_trims(shots)

    def clips(self, film: Film) -> list[Clip]:
        """The chosen takes as they are joined.

        Raises:
            FilmIncomplete: a shot has no finished video.
            EmptyText: it has no shots.
        """
        from media.film_sound import Clip  # brings NumPy and PyAV, which most runs of the command line do without

        if not film.shots:
            raise EmptyText(name=gettext_noop("storyboard"))
        clips = []
        for state in self._films.shots(film):
            take = state.chosen
            if take is None:
                raise FilmIncomplete(shot=state.number)
            shot = state.shot
            overlap = {"cut": 0, "continue": 1, "dissolve": shot.join.frames}[shot.join.kind]
            clips.append(
                Clip(
                    path=self._videos.file(take.id),
                    start=shot.trim.start,
                    end=shot.trim.end,
                    overlap=overlap,
                    blends=shot.join.kind == "dissolve",
                    j_cut=shot.join.j_cut,
                    l_cut=shot.join.l_cut,
                )
            )
        return clips

    def heard(self, film: Film) -> dict[str, list[tuple[float, float]]]:
        """Where somebody may be heard in the takes of shots with lines, in seconds, by the shots' ids.

        As each take's report says; where that does not, by the model that finds speech, or the energy of the sound.

        Raises:
            VideoUnplayable
        """
        takes = {state.shot.id: state.chosen for state in self._films.shots(film) if state.shot.utterances}
        return {shot: self._speech_of(take) for shot, take in takes.items() if take is not None}

    def _speech_of(self, take: JobRecord) -> list[tuple[float, float]]:
        from listening import voice_activity
        from listening.sound import TakeSound
        from media.speech import speech_in

        known = (take.report or {}).get("speech")
        if known:
            return [(float(first), float(last)) for first, last in known]
        video = self._videos.file(take.id)
        if voice_activity.is_installed() and (found := voice_activity.speech_in(TakeSound.of(video).for_speech())):
            return found
        return speech_in(video)

    def subtitles(self, film: Film) -> list[Cue]:
        """The subtitles of a film, timed by what is heard in its takes, else by its words.

        Raises:
            VideoUnplayable
        """
        return cues_of(spoken(film, self.heard(film)), film.seconds)

    def join(self, film: Film, target: Path, on_frame: OnFrame, *, cues: Sequence[Cue] | None = None) -> FilmLevels:
        """The whole film as one file, with its document inside; returns what was done to its sound.

        Args:
            cues: its subtitles, if they are not to be made from its lines.

        Raises:
            FilmIncomplete, ShotsDiffer, FileMissing, BadMusic, VideoUnplayable, StorageError.
        """
        from media.subtitling import Subtitles

        clips, heard = self.clips(film), self.heard(film)
        takes = [state.chosen for state in self._films.shots(film) if state.chosen]
        shown = cues_of(spoken(film, heard), film.seconds) if cues is None else cues
        if film.subtitle_mode == "none":
            shown = []
        language = language_of(line for cue in shown for line in cue.lines)
        document = film.model_dump(mode="json", by_alias=True)
        return self._videos.joined(
            clips,
            takes,
            document,
            target,
            on_frame,
            sound=self._films.sounds.plan(film, heard),
            subtitles=Subtitles(
                cues=shown,
                language=language,
                burnt=film.subtitle_mode == "burnt",
                raised=any(take.is_preview for take in takes),
            ),
        )


def trim_notes(film: Film, trimmed: Film) -> list[Message]:
    """What ``FilmAssembly.trimmed`` has left away of which shot."""
    words = gettext_noop("Shot {n}: its last {frames} frames flash or blur; the film leaves them away.")
    return [
        message(words, n=number, frames=after.trim.end)
        for number, (before, after) in enumerate(zip(film.shots, trimmed.shots, strict=True), 1)
        if before.trim != after.trim
    ]


def level_notes(levels: FilmLevels) -> list[Message]:
    """What was done to each shot's sound, and how loud the film is; nothing where it was left as it is."""
    notes: list[Message] = []
    for shot in levels.shots:
        if shot.before is None or shot.gain == 0:
            notes.append(message(gettext_noop("Shot {n}: silent, left as it is"), n=shot.number))
            continue
        words = gettext_noop("Shot {n}: {before} LUFS, {gain} dB")
        notes.append(message(words, n=shot.number, before=f"{shot.before:.1f}", gain=f"{shot.gain:+.1f}"))
    if levels.loudness is not None and levels.peak is not None:
        words = gettext_noop("The film: {loudness} LUFS, true peak {peak} dBTP")
        notes.append(message(words, loudness=f"{levels.loudness:.1f}", peak=f"{levels.peak:.1f}"))
    return notes
