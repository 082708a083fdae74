"""One life of a process that works on jobs: it creates them where there are none, else takes up what it finds."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import jobs.sending
from config import Settings
from jobs.desk import Desk, Order
from jobs.records import JobRecord
from jobs.wish import Wish
from jobs.worker import working
from render_settings import RenderSettings
from tests.jobs.crash.kill_switch import Switch, arm

TINY = RenderSettings(
    width=640, height=352, num_frames=17, fps=24, guidance_scale=5.0, num_inference_steps=4, seed=4711
)


def live(life: dict[str, Any]) -> None:
    """Work until every job has ended or waits for a person; then end at once, as if killed once more.

    Args:
        life: ``settings``; ``texts``, one for each job; ``switches``; ``settle``, the seconds to look for a job that
            may have been sent; ``picture``, the path of the person's own one, or None; ``ask``, whether to wait for
            the person; ``approve``, whether the person accepts what waits; ``result``, the file to write the jobs'
            states to.
    """
    for switch in life["switches"]:
        arm(Switch(**switch))
    jobs.sending.SETTLE_SECONDS = life["settle"]
    with working(Settings(**life["settings"])) as desk:
        mine = desk.newest(100) or [desk.create(order_of(text, life)) for text in life["texts"]]
        for job in mine:
            if job.state == "draft":
                desk.start(job.id)
            elif job.state == "waiting" and life["approve"]:
                desk.approve(job.id, to_end=True)
        states = {job.id: _end_of(desk, job) for job in mine}
        if life["switches"]:
            time.sleep(5)  # a job's end is seen a moment before the thread that wrote it comes to its switch
        Path(life["result"]).write_text(json.dumps(states))
        os._exit(0)


def order_of(text: str, life: dict[str, Any]) -> Order:
    picture = Path(life["picture"]).read_bytes() if life["picture"] else None
    return Order(mode="full", wish=Wish(text=text), render=TINY, line="mova-360p", picture=picture, ask=life["ask"])


def _end_of(desk: Desk, job: JobRecord) -> str:
    *_, last = desk.follow(job.id)
    return last.state
