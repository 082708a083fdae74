"""What is made from finished videos: the last frame for the next shot, the film of a chain, a labelled copy."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from core.errors import FileMissing, NothingToExtend, StorageError, VideoUnplayable, storage_error
from core.files import atomic_file, temporary_file
from core.messages import gettext_noop
from core.version import VERSION
from jobs.service.chains import Chain, chain_of
from jobs.service.export import JOINED, LABELLED
from record.folder import LIGHT, VIDEO

if TYPE_CHECKING:
    from jobs.model.records import FileRecord, JobRecord
    from jobs.service.context import ServiceContext
    from media.film_sound import Clip, SoundPlan
    from media.loudness import FilmLevels, Level
    from media.subtitling import Subtitles

OnFrame = Callable[[int, int], None]
_OF_THE_DISK = (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EPERM, errno.EDQUOT, errno.ENOENT, errno.EIO)
_LONGEST_FILM = 1_000_000  # frames
_LIGHTS = Lock()


class FinishedVideos:
    """Each file is written completely or not at all, and made only once. Raises UnknownJob."""

    def __init__(self, context: ServiceContext) -> None:
        self._context = context
        self._store, self._folders = context.store, context.folders

    def chain(self, job_id: str) -> Chain:
        """The shots before and after a job, with it."""
        job = self._context.get(job_id)
        return chain_of(job, self._context.known, self._extensions)

    def _extensions(self, job_id: str) -> list[JobRecord]:
        """The jobs of this person that go on from one."""
        return [one for one in self._store.jobs.extending(job_id) if self._context.person.may_see(one)]

    def last_frame(self, job_id: str) -> bytes:
        """The true last frame of a job's video as PNG bytes, in the video's own size.

        Raises:
            NothingToExtend: it has no finished video, or the file is gone.
            VideoUnplayable: the file is damaged.
        """
        from media.last_frame import last_frame
        from media.pictures import png_bytes

        return png_bytes(last_frame(self._video(job_id)))

    def film(self, shots: Sequence[JobRecord], on_frame: OnFrame) -> Path:
        """The shots joined to one film, in the folder of the last; where one goes on from another, they share a frame.

        Raises:
            ShotsDiffer, NothingToExtend, FileMissing, VideoUnplayable, StorageError, DiskQuota.
        """
        from media.film_sound import Clip

        videos = [self._video(shot.id) for shot in shots]
        last = shots[-1]
        target = self._folders.path(last.id) / film_name(shots)
        if found := self._folders.here(last.id, target.name):
            target = found
        else:
            self._check_room(last, videos)
            follows = [False, *(shot.extends == before.id for before, shot in pairwise(shots))]
            clips = [Clip(path=path, overlap=int(goes_on)) for path, goes_on in zip(videos, follows, strict=True)]
            _join(clips, shots, target, on_frame)
            known = {path.name for path in target.parent.glob(f"{_film_of(shots)}-*")}
            known |= {one.name for one in self._store.files.of(last.id) if one.name.startswith(f"{_film_of(shots)}-")}
            for old in known - {target.name}:  # of the same shots as they were before
                self._folders.forget_file(last.id, old)
        return self._counted(last, "film", target)

    def clean_last_frame(self, job_id: str) -> tuple[bytes, int]:
        """The last frame that neither flashes nor blurs as PNG bytes, and how many frames come after it.

        Raises:
            NothingToExtend, VideoUnplayable.
        """
        from media.last_frame import clean_last_frame
        from media.pictures import png_bytes

        picture, left_away = clean_last_frame(self._video(job_id))
        return png_bytes(picture), left_away

    def joined(
        self,
        clips: Sequence[Clip],
        takes: Sequence[JobRecord],
        document: Mapping[str, Any],
        target: Path,
        on_frame: OnFrame,
        *,
        sound: SoundPlan | None = None,
        subtitles: Subtitles | None = None,
    ) -> FilmLevels:
        """Clips of these jobs joined to ``target``, with the film's document inside; what was done to their sound.

        Raises:
            ShotsDiffer, FileMissing, BadMusic, VideoUnplayable, StorageError.
        """
        return _join(clips, takes, target, on_frame, sound, subtitles, film=document)

    def size(self, job: JobRecord) -> str:
        """The size of a job's video as its file has it, such as ``640x352``; without a file as it was asked for."""
        from media.videos import picture_size

        if facts := job.bookkeeping.video:
            return f"{facts['width']}x{facts['height']}"
        if not self._folders.is_here(job.id, VIDEO):  # it is not fetched for that
            return job.render.size
        try:
            return "x".join(map(str, picture_size(self._video(job.id))))
        except (NothingToExtend, FileMissing, VideoUnplayable, StorageError):
            return job.render.size

    def cut(
        self,
        takes: Sequence[JobRecord],
        name: str,
        make: Callable[[Path], object],
        record: Callable[[FileRecord], None],
    ) -> Path:
        """A film of these takes in the folder of the last one, under a name that stands for all that it is made of.

        Args:
            make: writes the file, where it is not there yet.
            record: puts it on record, where it is not yet.

        Raises:
            NothingToExtend, DiskQuota, and what ``make`` raises.
        """
        target = self._folders.path(takes[-1].id) / name
        self._video(takes[-1].id)
        if found := self._folders.here(takes[-1].id, name):
            target = found
        else:
            self._check_room(takes[-1], [self._video(take.id) for take in takes])
            make(target)
        return self._counted(takes[-1], "cut", target, record)

    def file(self, job_id: str) -> Path:
        """A job's finished video; raises NothingToExtend."""
        return self._video(job_id)

    def labelled(self, job_id: str, on_frame: OnFrame) -> Path:
        """A copy of a job's video with a visible AI label, its tags and its cover; the video stays as it is.

        Raises:
            NothingToExtend, VideoUnplayable, StorageError, DiskQuota.
        """
        from media.tags import read_tags, write_tagged
        from media.visible_label import write_labelled

        job, video = self._context.get(job_id), self._video(job_id)
        target, num_frames = self._folders.path(job.id) / LABELLED, job.render.num_frames
        if found := self._folders.made_of(job.id, LABELLED, VIDEO):
            target = found
        else:
            self._check_room(job, [video])
            with _whole(target) as part, temporary_file(target) as plain:
                write_labelled(video, plain, on_frame=lambda done: on_frame(done, num_frames))
                write_tagged(plain, part, read_tags(video))
        return self._counted(job, "labelled", target)

    def level_copy(self, source: Path, target: Path, loudness: float) -> tuple[Level, float]:
        """Write a video of a job, or its labelled copy, with its sound at ``loudness`` LUFS, its tags and its cover.

        Returns the sound's level before, and the gain in dB.

        Raises:
            VideoUnplayable, StorageError.
        """
        from media.level_copy import write_level_copy
        from media.tags import read_tags, write_tagged

        with _whole(target) as part, temporary_file(target) as plain:
            done = write_level_copy(source, plain, loudness)
            write_tagged(plain, part, read_tags(source))
        return done

    def is_heavy(self, job: JobRecord) -> bool:
        """Whether pages had better play a light copy of a job's video; False where there is none."""
        from media.light_copy import is_heavy

        self._context.check_sees(job)
        size = self._folders.size(job.id, VIDEO)
        return size is not None and is_heavy(size, job.render.seconds)

    def light(self, job_id: str) -> Path:
        """A light copy of a job's video, made when it is first asked for.

        Raises:
            NothingToExtend, FileMissing, VideoUnplayable, StorageError, DiskQuota: the video itself is to be played.
        """
        from media.light_copy import write_light
        from media.tags import add_xmp
        from record.provenance import label_xmp

        job = self._finished(job_id)
        target = self._folders.path(job.id) / LIGHT
        with _LIGHTS:  # a page asks several times at once
            if found := self._folders.made_of(job.id, LIGHT, VIDEO):
                target = found
            else:
                video = self._video(job_id)
                self._check_room(job, [])
                with _whole(target) as part:
                    write_light(video, part)
                    add_xmp(part, label_xmp({"id": job.id, "preview": job.is_preview}))
            return self._counted(job, "light", target)

    def _check_room(self, job: JobRecord, videos: Sequence[Path]) -> None:
        """Check the disk quota for a file made from these videos, which becomes about as large as they are.

        Raises:
            DiskQuota
        """
        if self._context.quota:
            self._store.jobs.check_disk(job.owner, self._context.quota, sum(video.stat().st_size for video in videos))

    def _counted(
        self, job: JobRecord, kind: str, made: Path, record: Callable[[FileRecord], None] | None = None
    ) -> Path:
        """Put a file on record, by which its owner's files are counted; one of an older version too."""
        known = next((file for file in self._store.files.of(job.id) if file.name == made.name), None)
        if known is None or known.bytes != made.stat().st_size:
            (record or self._store.files.record)(self._folders.file_record(job.id, kind, made.name))
        return made

    def _finished(self, job_id: str) -> JobRecord:
        job = self._context.get(job_id)
        if job.state != "completed" or not self._folders.has(job.id, VIDEO):
            raise NothingToExtend(job=job.id)
        return job

    def _video(self, job_id: str) -> Path:
        job = self._finished(job_id)
        path = self._folders.here(job.id, VIDEO)
        if path is None:
            raise NothingToExtend(job=job.id)
        return path


def film_name(shots: Sequence[JobRecord]) -> str:
    """The film's file name for these shots; it differs if a shot differs or was rendered again."""
    return f"{_film_of(shots)}-{_digest([shot.attempts for shot in shots])}.mp4"


def _film_of(shots: Sequence[JobRecord]) -> str:
    """How the names of all films of these shots begin, however often they were rendered."""
    return f"{JOINED}{_digest([shot.id for shot in shots])}"


def _digest(told: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A temporary file to write, renamed to ``target`` once it is complete.

    Raises:
        StorageError, VideoUnplayable: it could not be written, or what it is made of could not be read.
    """
    from av import FFmpegError

    try:
        with atomic_file(target) as part:
            yield part
    except (FFmpegError, OSError, ValueError, ArithmeticError) as problem:
        if isinstance(problem, OSError) and problem.errno in _OF_THE_DISK:
            raise storage_error(target.parent, problem) from None
        raise VideoUnplayable(str(problem), reason=gettext_noop("it is incomplete or damaged")) from None


def _join(
    clips: Sequence[Clip],
    shots: Sequence[JobRecord],
    target: Path,
    on_frame: OnFrame,
    sound: SoundPlan | None = None,
    subtitles: Subtitles | None = None,
    **more: object,
) -> FilmLevels:
    from media.joining import join
    from media.tags import add_xmp
    from media.videos import probe
    from record.provenance import label_xmp

    with _whole(target) as part:
        tags = _tags(shots, **more)
        levels = join(clips, part, tags=tags, on_frame=on_frame, sound=sound, subtitles=subtitles)
        add_xmp(part, label_xmp({"id": shots[-1].id, "preview": any(shot.is_preview for shot in shots)}))
        probe(part, max_frames=_LONGEST_FILM, max_seconds=_LONGEST_FILM)
    return levels


def _tags(shots: Sequence[JobRecord], **more: object) -> dict[str, str]:
    """What a film says about itself: that AI made it, of which shots, and where it is no more than a preview."""
    preview = any(shot.is_preview for shot in shots)
    comment = {
        "ai_generated": True,
        "program": VERSION,
        "preview": preview,
        "shots": [shot.id for shot in shots],
        **more,
    }
    return {"title": "PREVIEW, not MOVA" if preview else "AI-generated / AI 生成", "comment": json.dumps(comment)}
