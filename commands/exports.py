"""``workflow.py export``: everything of one run as one zip file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from command_line import BAR, spoken
from jobs.export import LABELLED, run_files, write_zip
from jobs.worker import at_desk
from notes import N_, note
from record.folder import VIDEO
from step_calls import ready

if TYPE_CHECKING:
    from config import Settings
    from jobs.desk import Desk


def _labelled(desk: Desk, job_id: str) -> Path:
    """The labelled copy, made here with a bar where it is not there yet."""
    from tqdm import tqdm

    with tqdm(total=1, desc=spoken(note(N_("writing the label"))), file=sys.stderr, bar_format=BAR) as bar:

        def on_frame(done: int, whole: int) -> None:
            bar.total = whole
            bar.update(done - bar.n)

        return desk.labelled(job_id, on_frame)


def run_export(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """Write the zip, whole or not at all."""
    target = ready(options.output or Path(f"mova-{Path(options.job).name}.zip"))
    with at_desk(settings) as desk:
        desk.record(options.job)
        folder = desk.folder(options.job)
        labelled = {folder: _labelled(desk, options.job)} if options.label else {}
        write_zip([folder], target, labelled=labelled)
        files = sorted(path.name for path in run_files(folder))
    if options.label:
        files[files.index(VIDEO)] = LABELLED
    size = target.stat().st_size
    said = note(N_("{n} files, {size} MB: {file}"), n=len(files), size=f"{size / 1e6:.1f}", file=str(target))
    return {"text": spoken(said), "id": options.job, "file": str(target.resolve()), "bytes": size, "files": files}
