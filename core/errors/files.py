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


class BucketUnusable(StorageError):
    """The bucket of STORAGE_URL."""

    what = gettext_noop("The bucket {bucket} cannot be used at the moment: {reason}.")
    advice = gettext_noop(
        "Try again in a few minutes. What was made is kept on this machine and goes on as soon as the bucket answers. "
        "If it stays like this, see STORAGE_URL and the AWS_ settings with python -m doctor."
    )


class NoBucket(MovaError):
    """An upload without STORAGE_URL."""

    exit_code = 2

    what = gettext_noop("There is no bucket to upload to: STORAGE_URL is not set.")
    advice = gettext_noop("Set it in .env as the operator guide says, and start this again.")


class StorageLibraryMissing(MovaError):
    """STORAGE_URL without the package for it."""

    what = gettext_noop("STORAGE_URL names a bucket, but the package obstore is not installed.")
    advice = gettext_noop("Install it with pip install -r requirements-storage.txt, or leave STORAGE_URL empty.")


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
