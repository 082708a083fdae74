"""``workflow.py export``: everything of one run as one zip file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cli.terminal import BAR, translated
from core.files import ready
from core.messages import gettext_noop, message
from jobs.service.export import LABELLED, run_files, write_zip
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


def run_export(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """Write the zip, whole or not at all."""
    target = ready(options.output or Path(f"mova-{Path(options.job).name}.zip"))
    with service_without_worker(settings) as service:
        service.files.record(options.job)
        folder = service.files.folder(options.job)
        labelled = {folder: _labelled(service, options.job)} if options.label else {}
        write_zip([folder], target, labelled=labelled)
        files = sorted(path.name for path in run_files(folder))
    if options.label:
        files[files.index(VIDEO)] = LABELLED
    size = target.stat().st_size
    said = message(
        gettext_noop("Files: {n}, {size} MB: {file}"), n=len(files), size=f"{size / 1e6:.1f}", file=str(target)
    )
    return {"text": translated(said), "id": options.job, "file": str(target.resolve()), "bytes": size, "files": files}
