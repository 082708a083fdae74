"""``workflow.py rerun``: a finished run once more, from its id or from its file alone."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from command_line import say_trouble
from commands.runs import say_preview, watched
from errors import ServerMismatch
from input_limits import whole_within
from jobs.restored import order_again
from jobs.wish import model_of
from jobs.worker import working
from record.restore import Restored, read_run, run_in_folder
from render.servers import PREVIEW, line_for, preview_stands_in
from render_settings import MAX_SEED, draw_seed

if TYPE_CHECKING:
    from config import Settings
    from jobs.desk import Desk


def run_rerun(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """The same prompt, first frame and settings to a server; no text or image service is asked for anything."""
    if options.seed is not None:
        whole_within("seed", options.seed, 0, MAX_SEED)
    path = Path(options.run)
    read = read_run(path, settings) if _is_file(path) else None
    if read is not None:
        read.check_complete()
    with working(settings) as desk:
        run = read or _of_job(desk, options.run, settings)
        run.check_complete()
        line = _line(run, options, settings)
        say_preview(options, line)
        seed = None if options.seed is None else options.seed or draw_seed()
        parent = run.id if desk.known(run.id) else None
        job = desk.create(order_again(run, line=line, seed=seed, parent=parent))
        desk.send(job.id)
        return watched(desk, desk.get(job.id), options)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long
        return False


def _of_job(desk: Desk, job_id: str, settings: Settings) -> Restored:
    job = desk.get(job_id)
    return run_in_folder(desk.record(job.id), desk.folder(job.id), settings)


def _line(run: Restored, options: argparse.Namespace, settings: Settings) -> str:
    """A line of the run's own size: of the named server, or of any that serves it.

    Raises:
        ServerMismatch, or as ``line_for``.
    """
    if options.server == PREVIEW or (options.server is None and preview_stands_in(settings)):
        return f"{run.model}@{PREVIEW}"
    fitting = tuple(one for one in settings.sglang_servers if one.model == run.model)
    if options.server is None and fitting:
        settings = settings.model_copy(update={"sglang_servers": fitting})
    line = line_for(settings, options.server, say_trouble)
    if model_of(line) != run.model:
        raise ServerMismatch(server=line.rpartition("@")[2], found=model_of(line), expected=run.model)
    return line
