"""One life of a process that works on jobs: it creates them where there are none, else takes up what it finds."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import jobs.execution.render
from config import Settings
from core.render_settings import RenderSettings
from jobs.model.records import JobRecord
from jobs.model.request import JobRequest
from jobs.service.service import JobService
from jobs.store.orders import Order
from jobs.worker import working
from tests.jobs.crash.kill_switch import Switch, arm

TINY = RenderSettings(
    width=640, height=352, num_frames=17, fps=24, guidance_scale=5.0, num_inference_steps=4, seed=4711
)


def live(life: dict[str, Any]) -> None:
    """Work until every job has ended or waits for a person; then end at once, as if killed once more.

    Args:
        life: ``settings``; ``texts``, one for each job; ``request``, more values of their requests; ``switches``;
            ``settle``, the seconds to look for a job that may have been sent; ``picture``, the path of the person's own
            one, or None; ``ask``, whether to wait for the person; ``approve``, whether the person accepts what waits;
            ``result``, the file to write the jobs' states to.
    """
    for switch in life["switches"]:
        arm(Switch(**switch))
    jobs.execution.render.SETTLE_SECONDS = life["settle"]
    with working(Settings(**life["settings"])) as service:
        mine = service.library.page(size=100).jobs or [service.create(order_of(text, life)) for text in life["texts"]]
        for job in mine:
            if job.state == "draft" and not job.bookkeeping.look_try:  # a further take is started by the one before
                service.start(job.id)
            elif job.state == "waiting" and life["approve"]:
                service.approve(job.id, to_end=True)
        states = dict[str, str]()
        for job in mine:
            states |= _ends_of(service, job)
        if life["switches"]:
            time.sleep(5)  # a job's end is seen a moment before the thread that wrote it comes to its switch
        Path(life["result"]).write_text(json.dumps(states))
        os._exit(0)


def order_of(text: str, life: dict[str, Any]) -> Order:
    picture = Path(life["picture"]).read_bytes() if life["picture"] else None
    request = JobRequest(**{"mode": "full", "render": TINY, **life["request"]}, text=text, review_each_step=life["ask"])
    return Order(request=request, picture=picture)


def _ends_of(service: JobService, job: JobRecord) -> dict[str, str]:
    """How a job ended, and each further take that came of it."""
    *_, last = service.queue.follow(job.id)
    next_take = last.bookkeeping.next_try and service.known(last.bookkeeping.next_try)
    return {job.id: last.state} | (_ends_of(service, next_take) if next_take else {})
