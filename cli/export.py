"""``workflow.py export``: everything of one run as one zip file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cli.terminal import BAR, say, translated
from core.files import ready
from core.limits import whole_within
from core.messages import gettext_noop, message
from jobs.service.export import run_files, write_zip
from jobs.worker import service_without_worker
from record.folder import VIDEO

if TYPE_CHECKING:
    from config import Settings
    from jobs.service.service import JobService


def _labelled(service: JobService, job_id: str) -> Path:
    """The labelled copy, made here with a bar where it is not there yet."""
    from tqdm import tqdm

    with tqdm(
        total=1, desc=translated(message(gettext_noop("writing the label"))), file=sys.stderr, bar_format=BAR
    ) as bar:

        def on_frame(done: int, whole: int) -> None:
            bar.total = whole
            bar.update(done - bar.n)

        return service.videos.labelled(job_id, on_frame)


def _level_copy(service: JobService, source: Path, room: Path, loudness: float) -> Path:
    """A copy of the video, or of its labelled copy, of another loudness; what was done is said."""
    target = room / f"{source.stem}-loudness.mp4"
    level, gain = service.videos.level_copy(source, target, loudness)
    if level.loudness is None or level.is_silent:
        say(message(gettext_noop("The video is silent; its sound stays as it is.")))
    else:
        words = gettext_noop("The video's sound: {before} LUFS, {gain} dB")
        say(message(words, before=f"{level.loudness:.1f}", gain=f"{gain:+.1f}"))
    return target


def run_export(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """Write the zip, whole or not at all."""
    target = ready(options.output or Path(f"mova-{Path(options.job).name}.zip"))
    loudness: int | None = options.loudness
    if loudness is not None:
        whole_within("--loudness", loudness, -36, -10)
    with service_without_worker(settings) as service:
        service.files.record(options.job)
        folder = service.files.whole(options.job)
        copies = {folder: _labelled(service, options.job)} if options.label else {}
        with TemporaryDirectory() as room:
            if loudness is not None:
                source = copies.get(folder) or service.videos.file(options.job)
                copies = {folder: _level_copy(service, source, Path(room), loudness)}
            write_zip([folder], target, labelled=copies)
        files = [path.name for path in run_files(folder)]
    files = sorted(copies[folder].name if copies and name == VIDEO else name for name in files)
    size = target.stat().st_size
    said = message(
        gettext_noop("Files: {n}, {size} MB: {file}"), n=len(files), size=f"{size / 1e6:.1f}", file=str(target)
    )
    return {"text": translated(said), "id": options.job, "file": str(target.resolve()), "bytes": size, "files": files}
