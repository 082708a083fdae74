"""An office in which nothing runs by itself: pages over jobs that stand still in every state."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from streamlit.testing.v1 import AppTest

import config
from jobs.desk import Desk, Order
from jobs.records import JobRecord, Mode
from jobs.wish import Wish
from jobs.worker import Worker
from tests.renders import landscape
from ui import office as rooms
from ui.office import Office

MAIN = Path(__file__).resolve().parents[2] / "ui" / "main.py"


@contextmanager
def still_office() -> Iterator[Office]:
    """The open office of this process, with a worker that was never started."""
    worker = Worker(config.load())
    opened = Office(worker.settings, worker, "secret")
    rooms._offices[:] = [opened]
    try:
        yield opened
    finally:
        rooms._offices.clear()
        worker.store.close()


def page(name: str, language: str = "en") -> AppTest:
    """A page, drawn once."""
    test = AppTest.from_file(str(MAIN), default_timeout=20)
    test.query_params["lang"] = language
    test.switch_page(name)
    return drawn(test)


def drawn(test: AppTest) -> AppTest:
    """Draw a page anew; it must not end in an error."""
    test.run()
    assert not test.exception, test.exception
    return test


def button(test: AppTest, key: str) -> AppTest:
    """Press a button and draw what follows."""
    test.button(key=key).click()
    return drawn(test)


def words(test: AppTest) -> str:
    """Everything that can be read on the page but the labels of buttons, as a browser shows it."""
    kinds = (test.title, test.subheader, test.markdown, test.caption, test.text, test.info, test.warning, test.error)
    found = (str(element.value) for kind in (*kinds, test.success, test.toast) for element in kind)
    return re.sub(r"\\(\W)", r"\1", "\n".join(found)).replace("\u2060", "")


def primaries(test: AppTest) -> list[str]:
    """The labels of the primary buttons: there is to be one."""
    return [one.label for one in test.button if one.proto.type == "primary"]


def learned(office: Office, renders: Mapping[str, float]) -> None:
    """Renders that took so many seconds, from which the time of the next one is known."""
    for job, seconds in renders.items():
        office.worker.store.times.record(
            job,
            server="mova-360p",
            model="mova-360p",
            size="640x352",
            num_frames=193,
            num_inference_steps=50,
            seconds=seconds,
        )


def new_job(
    desk: Desk, text: str, *, mode: Mode = "simple", line: str = "mova-360p", picture: bool = True
) -> JobRecord:
    """A draft with a first frame."""
    wish = Wish(text=text, white_frame=not picture)
    job = desk.create(
        Order(mode=mode, wish=wish, render=landscape(), line=line, picture=_picture() if picture else None)
    )
    if picture:
        desk._folders.first_frame(job, {step.step: step for step in desk.steps(job.id)}["first_frame"])
    return job


def _picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (640, 352), "teal").save(written, "PNG")
    return written.getvalue()
