"""A film for people who go on elsewhere: its videos, a timeline, subtitles, a storyboard and credits, in one ZIP."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import FilmIncomplete
from core.messages import Message, Translate, as_written, gettext_noop, message
from core.render_settings import TRAINED_FPS
from core.steps import STEPS
from core.version import VERSION
from film.document import Film
from film.jianying import draft, sounds_apart
from film.storyboard_pdf import BoardRow, check_library, storyboard_pdf
from film.subtitles import as_text
from film.timeline import FILES, PlacedShot, Score, Take, TimelineKind, length_of, timeline
from record.folder import FIRST_FRAME

if TYPE_CHECKING:
    from jobs.model.records import JobRecord
    from jobs.service.context import ServiceContext
    from jobs.service.film_assembly import FilmAssembly
    from jobs.service.films import FilmService
    from jobs.service.shot_states import ShotState
    from jobs.service.videos import FinishedVideos

FORMATS = (*FILES, "srt", "pdf", "jianying")
_HEADINGS = (gettext_noop("Action"), gettext_noop("Speech"), gettext_noop("Sound"))
_NO_DISSOLVES = gettext_noop(
    "In FCPXML the dissolves are cuts: set them again in Final Cut. Both shots have the frames."
)
_FILM_ALONE = gettext_noop(
    "The EDL has the film's own pictures and sound: no other takes, no music, no subtitles. The other timelines have "
    "the takes and the music."
)
_DRAFT_FOLDER = gettext_noop(
    "For JianYing or CapCut unpack the ZIP into a new folder among its drafts: the whole folder is the draft. "
    "It has not been opened in every version of them."
)
Content = bytes | Path | Callable[[], bytes]  # what takes long is made while the ZIP is sent


@dataclass(frozen=True)
class _Placed:
    """A shot with its job and where its pictures lie in the film, in frames."""

    state: ShotState
    take: JobRecord
    shot: PlacedShot
    begins: int


class HandOver:
    def __init__(
        self, context: ServiceContext, films: FilmService, assembly: FilmAssembly, videos: FinishedVideos
    ) -> None:
        self._context, self._films, self._assembly, self._videos = context, films, assembly, videos

    def files(self, film: Film, formats: Collection[str], say: Translate = as_written) -> dict[str, Content]:
        """The files of a hand-over by their names in the ZIP, nothing of it written yet.

        Args:
            formats: some of ``FORMATS``, or ``all`` of them.
            say: puts the storyboard's headings and the notes into the language of their reader.

        Raises:
            LibraryMissing: the package of a format is not installed.
            FilmIncomplete, FileMissing, BadMusic, VideoUnplayable: the film cannot be handed over as it is.
        """
        wanted = _wanted(formats)
        placed = self._placed(film)
        found: dict[str, Content] = {"film.json": film.as_json().encode(), "credits.txt": self._credits(film, placed)}
        timelines: list[TimelineKind] = [kind for kind in FILES if kind in wanted]
        cues = self._assembly.subtitles(film) if {"srt", "jianying"} & wanted else []
        score = self._score(film) if timelines or "jianying" in wanted else None
        if timelines or "jianying" in wanted:
            found |= self._media(placed)
            if score is not None:
                found[score[0].path] = score[1]
        render, shots = placed[0].take.render, [one.shot for one in placed]
        size, music = (render.width, render.height), score[0] if score else None
        title = film.title or film.id
        for kind in timelines:
            found[FILES[kind]] = timeline(kind, title, shots, size, music).encode()
        if "jianying" in wanted:
            volume = 10 ** (film.bed.level / 20) if film.bed else 1.0
            found |= draft(film.id, title, shots, size, cues, music, volume)
            found |= self._sounds_apart(placed)
        if "srt" in wanted:
            found |= {f"subtitles.{subs}": as_text(cues, subs).encode() for subs in ("srt", "vtt")}
        if notes := notes_on(film, formats):
            found["notes.txt"] = "\n\n".join([*(one.text(say) for one in notes), ""]).encode()
        if "pdf" in wanted:
            check_library()
            rows = [self._board_row(film, one) for one in placed]
            picture, speech, sound = map(say, _HEADINGS)
            found["storyboard.pdf"] = partial(storyboard_pdf, title, rows, (picture, speech, sound))
        return found

    # ---- parts -------------------------------------------------------------------------------------------------------

    def _placed(self, film: Film) -> list[_Placed]:
        from media.film_sound import Clip

        states = self._films.shots(film)
        clips: list[Clip] = self._assembly.clips(film)
        placed: list[_Placed] = []
        for state, clip in zip(states, clips, strict=True):
            if state.chosen is None:
                raise FilmIncomplete(shot=state.number)
            stem = f"{state.number:03d}-{state.shot.id}"
            others = [job for job in state.takes if job.id != state.chosen.id]
            shot = PlacedShot(
                name=f"{state.number} · {state.shot.id}",
                take=_take(f"media/{stem}.mp4", clip.path),
                others=tuple(
                    _take(f"media/takes/{stem}-{number}.mp4", self._videos.file(job.id))
                    for number, job in enumerate(others, 1)
                ),
                start=clip.start,
                end=clip.end,
                overlap=clip.overlap,
                blends=clip.blends,
                j_cut=clip.j_cut,
                l_cut=clip.l_cut,
            )
            begins = placed[-1].begins + placed[-1].shot.frames - shot.overlap if placed else 0
            placed.append(_Placed(state, state.chosen, shot, begins))
        return placed

    def _media(self, placed: Sequence[_Placed]) -> dict[str, Content]:
        """The videos of all takes by their paths."""
        found: dict[str, Content] = {}
        for one in placed:
            found[one.shot.take.path] = self._videos.file(one.take.id)
            others = [job for job in one.state.takes if job.id != one.take.id]
            found |= {take.path: self._videos.file(job.id) for take, job in zip(one.shot.others, others, strict=True)}
        return found

    def _score(self, film: Film) -> tuple[Score, Path] | None:
        """The film's music with the file that it is kept as."""
        music = self._films.sounds.plan(film).music
        if music is None:
            return None
        from media.music import check_music

        facts = check_music(music.path, music.name)
        path = f"media/music{_ending(music.name)}"
        return Score(path, max(1, int(facts.seconds * TRAINED_FPS)), music.loops), music.path

    def _sounds_apart(self, placed: Sequence[_Placed]) -> dict[str, Content]:
        from media.sound_file import sound_alone

        jobs = {one.shot.take.path: one.take.id for one in placed}
        apart = sounds_apart([one.shot for one in placed])
        return {sound: sound_alone(self._videos.file(jobs[take])) for take, sound in apart.items()}

    def _board_row(self, film: Film, one: _Placed) -> BoardRow:
        shot, frame = one.state.shot, self._context.folders.here(one.take.id, FIRST_FRAME)
        lines = [f"{film.member(said.speaker).name}: {said.text}" for said in shot.utterances]
        return BoardRow(
            picture=frame.read_bytes() if frame else None,
            head=f"{one.state.number} · {shot.size}",
            clock=f"{clock(one.begins)} – {clock(one.begins + one.shot.frames)}",
            action=shot.action,
            lines=" / ".join(lines),
            sound=shot.sound,
        )

    def _credits(self, film: Film, placed: Sequence[_Placed]) -> bytes:
        """Which services and models made the film, and each shot's seed, as text."""
        whole = length_of([one.shot for one in placed])
        lines = [film.title or film.id, f"{len(placed)} shots, {clock(whole)} at {TRAINED_FPS} fps, {VERSION}"]
        lines += ["AI-generated / AI 生成", ""]
        if any(one.take.is_preview for one in placed):
            lines += ["PREVIEW, not MOVA: some of its shots were drawn by the preview engine.", ""]
        if film.bed is not None:
            lines += [f"Music: {film.bed.name or film.bed.sound}", ""]
        for one in placed:
            steps = self._context.store.steps.chosen(one.take.id)
            made = [(step, steps[step]) for step in STEPS if step in steps and steps[step].provider]
            render = one.take.render
            told = {"seed": render.seed, "steps": render.num_inference_steps, "guidance": render.guidance_scale}
            lines += [f"{one.shot.name}  {clock(one.begins)}  {one.take.id}", f"  {one.take.model}  {json.dumps(told)}"]
            lines += [f"  {step}: {how.provider} {how.model or ''}".rstrip() for step, how in made]
        return ("\n".join(lines) + "\n").encode()


def _wanted(formats: Collection[str]) -> set[str]:
    return {*FORMATS} if "all" in formats else {*formats}


def notes_on(film: Film, formats: Collection[str]) -> list[Message]:
    """What a person should know of the formats that they asked for."""
    wanted, found = _wanted(formats), list[Message]()
    if "fcpxml" in wanted and any(shot.join.kind == "dissolve" for shot in film.shots):
        found.append(message(_NO_DISSOLVES))
    if "edl" in wanted:
        found.append(message(_FILM_ALONE))
    if "jianying" in wanted:
        found.append(message(_DRAFT_FOLDER))
    return found


def installed() -> tuple[str, ...]:
    """The formats that can be written here: those whose packages are installed."""
    needs: dict[str, str] = dict.fromkeys(FILES, "opentimelineio") | {"pdf": "fpdf", "jianying": "pyJianYingDraft"}
    return tuple(one for one in FORMATS if one not in needs or find_spec(needs[one]) is not None)


def zipped(files: dict[str, Content]) -> Iterator[bytes]:
    """The bytes of the ZIP, made while they are sent; videos and pictures are compressed already."""
    from zipstream import ZipStream

    archive = ZipStream(sized=False)
    for name, content in files.items():
        if isinstance(content, Path):
            archive.add_path(content, name, recurse=False)
        else:
            archive.add(content if isinstance(content, bytes) else content(), name)
        yield from archive.all_files()
    yield from archive.finalize()


def _ending(name: str) -> str:
    ending = Path(name).suffix.lower()
    return ending if ending in (".mp3", ".wav", ".flac", ".ogg", ".opus", ".aif", ".aiff", ".m4a", ".mp4") else ""


def clock(frames: int) -> str:
    """Minutes, seconds and frames."""
    seconds, left = divmod(frames, TRAINED_FPS)
    return f"{seconds // 60:02d}:{seconds % 60:02d}:{left:02d}"


def _take(path: str, video: Path) -> Take:
    from media.opened import opened, picture_track, sound_track

    with opened(video) as container:
        frames = picture_track(container).frames
        has_sound = sound_track(container) is not None
    if not frames:
        from media.joining import shape_of

        frames = shape_of(video).num_frames
    return Take(path, frames, has_sound)
