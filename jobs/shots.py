"""What is made of finished videos: the frame that the next shot begins with, the film of a chain, a labelled copy."""

from __future__ import annotations

import errno
import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from errors import NothingToExtend, VideoUnplayable, storage_error
from jobs.chains import Chain, chain_of
from jobs.export import JOINED, LABELLED
from jobs.reading import Reading
from notes import N_
from record.folder import VIDEO
from version import VERSION

if TYPE_CHECKING:
    from jobs.records import JobRecord

OnFrame = Callable[[int, int], None]
_OF_THE_DISK = (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EPERM, errno.EDQUOT, errno.ENOENT, errno.EIO)
_LONGEST_FILM = 1_000_000  # frames


class Shots(Reading):
    """Raises as ``Reading`` does; files are made whole or not at all, and once: asked for again they are there."""

    def chain(self, job_id: str) -> Chain:
        """The shots before and after a job, with it."""
        return chain_of(self, self.get(job_id), self._store.extensions.of)

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
        """The shots joined to one film, in the folder of the last.

        Raises:
            ShotsDiffer, NothingToExtend, FileMissing, VideoUnplayable, StorageError.
        """
        from media.joining import join
        from media.tags import add_xmp
        from media.videos import probe
        from record.provenance import label_xmp

        videos = [self._video(shot.id) for shot in shots]
        target = videos[-1].with_name(film_name(shots))
        if not target.is_file():
            with _whole(target) as part:
                join(videos, part, tags=_tags(shots), on_frame=on_frame)
                add_xmp(part, label_xmp({"id": shots[-1].id, "preview": any(shot.preview for shot in shots)}))
                probe(part, max_frames=_LONGEST_FILM)
            for old in target.parent.glob(f"{JOINED}*"):  # of the same shots as they were before
                if old != target:
                    old.unlink(missing_ok=True)
        return target

    def labelled(self, job_id: str, on_frame: OnFrame) -> Path:
        """A copy of a job's video with a visible AI label, its tags and its cover; the video stays as it is.

        Raises:
            NothingToExtend, VideoUnplayable, StorageError.
        """
        from media.tags import read_tags, write_tagged
        from media.visible_label import write_labelled

        video = self._video(job_id)
        target, num_frames = video.with_name(LABELLED), self.record(job_id).num_frames or 1
        if not target.is_file() or target.stat().st_mtime_ns < video.stat().st_mtime_ns:
            with _whole(target) as part, _whole(target.with_name(f"plain-{target.name}"), keep=False) as plain:
                write_labelled(video, plain, on_frame=lambda done: on_frame(done, num_frames))
                write_tagged(plain, part, read_tags(video))
        return target

    def _video(self, job_id: str) -> Path:
        job = self.get(job_id)
        path = self.folder_of(job) / VIDEO
        if job.state != "completed" or not path.is_file():
            raise NothingToExtend(job=job.id)
        return path


def film_name(shots: Sequence[JobRecord]) -> str:
    """The name of the film of these shots: with another shot, or one rendered anew, it is another one."""
    told = json.dumps([[shot.id, shot.attempts] for shot in shots])
    return f"{JOINED}{hashlib.sha256(told.encode()).hexdigest()[:16]}.mp4"


@contextmanager
def _whole(target: Path, *, keep: bool = True) -> Iterator[Path]:
    """A file to write, which gets its name once it is whole.

    Raises:
        StorageError, VideoUnplayable: it could not be written, or what it is made of could not be read.
    """
    from av import FFmpegError

    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        yield part
        if keep:
            part.replace(target)
    except (FFmpegError, OSError, ValueError, ArithmeticError) as problem:
        if isinstance(problem, OSError) and problem.errno in _OF_THE_DISK:
            raise storage_error(target.parent, problem) from None
        raise VideoUnplayable(str(problem), reason=N_("it breaks off or is damaged")) from None
    finally:
        part.unlink(missing_ok=True)


def _tags(shots: Sequence[JobRecord]) -> dict[str, str]:
    """What a film says about itself: that AI made it, of which shots, and where it is no more than a preview."""
    preview = any(shot.preview for shot in shots)
    comment = {"ai_generated": True, "program": VERSION, "preview": preview, "shots": [shot.id for shot in shots]}
    return {"title": "PREVIEW, not MOVA" if preview else "AI-generated / AI 生成", "comment": json.dumps(comment)}
