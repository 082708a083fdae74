"""``workflow.py rerun``: runs a finished run again, from its id or from its file alone."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cli.runs import say_preview, watched
from cli.terminal import say_server_error
from core.errors import NoDraft, ServerMismatch
from core.render_settings import check_seed, draw_seed
from jobs.model.drafts import copy_id, final_render
from jobs.model.request import PREVIEW, QueueKey
from jobs.servers.selection import previews_now, queue_for
from jobs.service.restored import order_again
from jobs.worker import working
from record.restore import Restored, read_run, run_in_folder

if TYPE_CHECKING:
    from config import Settings
    from jobs.service.service import JobService


def run_rerun(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """The same prompt, first frame and settings to a server; no text or image service is asked for anything."""
    if options.seed is not None:
        check_seed(options.seed)
    path = Path(options.run)
    read = read_run(path, settings) if _is_file(path) else None
    if read is not None:
        read.check_complete()
    with working(settings, own_only=True) as service:
        run = read or _of_job(service, options.run, settings)
        run.check_complete()
        if options.final:
            run = _final(run, settings)
        key = _queue(run, options, settings)
        say_preview(key, settings, json=options.json)
        seed = None if options.seed is None else options.seed or draw_seed()
        parent = run.id if service.known(run.id) else None
        order = order_again(run, key=key, seed=seed, parent=parent)
        if options.final and parent and seed is None:
            order = replace(order, id=copy_id(parent, "final"))
        job = service.create(order)
        service.send(job.id)
        return watched(service, service.get(job.id), options)


def _final(run: Restored, settings: Settings) -> Restored:
    """A draft's run with the steps of its final.

    Raises:
        NoDraft
    """
    if not run.options.draft:
        raise NoDraft(run=run.id)
    render = final_render(run.render, settings)
    return replace(run, render=render, options=run.options.model_copy(update={"draft": False}))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long
        return False


def _of_job(service: JobService, job_id: str, settings: Settings) -> Restored:
    job = service.get(job_id)
    return run_in_folder(service.files.record(job.id), service.files.whole(job.id, videos=False), settings)


def _queue(run: Restored, options: argparse.Namespace, settings: Settings) -> QueueKey:
    """A queue of the run's own size: of the named server, or of any that serves it.

    Raises:
        ServerMismatch, or as ``queue_for``.
    """
    if options.server == PREVIEW:
        return QueueKey(run.model, PREVIEW)
    if options.server is None and previews_now(settings):
        return QueueKey(run.model)
    fitting = tuple(one for one in settings.sglang_servers if one.model == run.model)
    if options.server is None and fitting:
        settings = settings.model_copy(update={"sglang_servers": fitting})
    key = queue_for(settings, options.server, say_server_error)
    if key.model != run.model:
        raise ServerMismatch(server=key.wanted_server or "", found=key.model, expected=run.model)
    return key
