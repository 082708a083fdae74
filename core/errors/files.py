"""Files of ours: a video that came back, a folder that cannot be written."""

from __future__ import annotations

from pathlib import Path

from core.errors.base import MovaError
from core.messages import gettext_noop


class VideoError(MovaError):
    """The file that came back."""

    what = gettext_noop("The video file is not right.")
    advice = gettext_noop("Download it again, or render it again with the same seed.")


class VideoUnplayable(VideoError):
    what = gettext_noop("What the server sent is not a playable video: {reason}.")


class VideoRefused(VideoError):
    """More than the settings allow."""

    what = gettext_noop("The video was not accepted: it is larger than {limit} MB, or was sent compressed.")
    advice = gettext_noop(
        "If it is really that large, raise MAX_VIDEO_MB; otherwise render it again with the same seed."
    )


class DownloadBroken(VideoError):
    """Cut short or too slow."""

    what = gettext_noop("The download was interrupted: {reason}.")
    advice = gettext_noop("Download it again; the server still has it.")


class StorageError(MovaError):
    """A folder or file of ours cannot be written."""

    what = gettext_noop("The folder {folder} cannot be written to: {reason}.")
    advice = gettext_noop("Free some space, or choose another folder with OUTPUT_DIR or --output-dir.")


class FilesNotRemoved(StorageError):
    """Of a job that was deleted."""

    what = gettext_noop("The job {job} is deleted, but {n} of its files could not be removed: {reason}.")
    advice = gettext_noop("They are removed as soon as OUTPUT_DIR is writable again; nothing more has to be done here.")


class OutputLost(MovaError):
    """What is printed did not get where it should."""

    what = gettext_noop("The output is incomplete: {reason}.")
    advice = gettext_noop(
        "Redirect it elsewhere; what was done is kept, and can be listed with: python workflow.py jobs"
    )


class BackupFailed(MovaError):
    what = gettext_noop("The backup {folder} was not made: {reason}.")
    advice = gettext_noop(
        "Nothing was changed. Name a new folder, on a disk with enough space, and see python -m doctor."
    )


def storage_error(folder: Path, problem: OSError) -> StorageError:
    """What the operating system said of one of our folders."""
    return StorageError(folder=str(folder), reason=problem.strerror or type(problem).__name__)
