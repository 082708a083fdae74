"""A person's own picture as the first frame: its file, and what is to be recorded with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jobs.preparing import YOURS
from jobs.records import FIRST_VERSION, FileRecord, Mode, StepRecord

if TYPE_CHECKING:
    from config import Settings
    from jobs.folders import Folders
    from jobs.wish import Wish


@dataclass(frozen=True)
class OwnFrame:
    """``steps`` ends with the frame itself; before it an image prompt that is not needed, where there is none yet."""

    wish: Wish
    file: FileRecord
    steps: tuple[StepRecord, ...]


def own_frame(
    folders: Folders,
    settings: Settings,
    picture: bytes,
    *,
    job_id: str,
    mode: Mode,
    wish: Wish,
    before: Collection[StepRecord],
) -> OwnFrame:
    """Put the picture into the job's folder; nothing is recorded yet.

    Args:
        before: the versions of the job's steps so far.

    Raises:
        PictureError: nothing was written.
        StorageError.
    """
    from media.frames import open_source
    from media.pictures import kind_of

    opened = open_source(picture, settings)
    version = 1 + max((step.version for step in before if step.step == "first_frame"), default=0)
    name = folders.original_name(version, kind_of(picture))
    frame = StepRecord(
        job_id=job_id, step="first_frame", version=version, state="done", provider=YOURS, model="", output=name
    )
    prompt = StepRecord(
        job_id=job_id, step="image_prompt", version=FIRST_VERSION, state="skipped", provider=YOURS, output=""
    )
    needs_none = mode == "full" and not any(step.step == "image_prompt" for step in before)
    return OwnFrame(
        wish=replace(wish, source_picture=f"{opened.width}x{opened.height}", white_frame=False),
        file=folders.put(job_id, "original", name, picture),
        steps=(prompt, frame) if needs_none else (frame,),
    )
