"""``workflow.py export``: everything of one run as one zip file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from command_line import spoken
from jobs.export import run_files, write_zip
from jobs.worker import at_desk
from notes import N_, note
from step_calls import ready

if TYPE_CHECKING:
    from config import Settings


def run_export(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """Write the zip, whole or not at all."""
    target = ready(options.output or Path(f"mova-{Path(options.job).name}.zip"))
    with at_desk(settings) as desk:
        desk.record(options.job)
        folder = desk.folder(options.job)
        write_zip([folder], target)
        files = [path.name for path in run_files(folder)]
    size = target.stat().st_size
    said = note(N_("{n} files, {size} MB: {file}"), n=len(files), size=f"{size / 1e6:.1f}", file=str(target))
    return {"text": spoken(said), "id": options.job, "file": str(target.resolve()), "bytes": size, "files": files}
