"""An app in which nothing runs by itself: pages over jobs that stand still in every state."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

import config
from config import Settings
from jobs.model.records import JobRecord
from jobs.model.request import JobRequest, Mode
from jobs.service.service import JobService
from jobs.store.orders import Order
from jobs.worker import Worker
from tests import pictures
from tests.renders import landscape
from ui import app_context as module
from ui.app_context import AppContext

MAIN = Path(__file__).resolve().parents[2] / "ui" / "main.py"


@contextmanager
def still_app(settings: Settings | None = None) -> Iterator[AppContext]:
    """The app context of this process, with a worker that was never started."""
    worker = Worker(settings or config.load())
    opened = AppContext(worker.settings, worker, "secret")
    module._contexts[:] = [opened]
    try:
        yield opened
    finally:
        module._contexts.clear()
        worker.store.close()


def page(name: str, language: str = "en", **address: str) -> AppTest:
    """A page, drawn once, with this in its address."""
    test = AppTest.from_file(str(MAIN), default_timeout=20)
    for key, value in {"lang": language, **address}.items():
        test.query_params[key] = value
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
    folds = (one.label for one in test.expander)
    return re.sub(r"\\(\W)", r"\1", "\n".join([*found, *folds])).replace("\u2060", "")


def chips(test: AppTest) -> str:
    """The labels of everything that opens: the chips and the receipt."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if label := getattr(getattr(node.proto, "popover", None), "label", ""):
            found.append(label)
        for child in getattr(node, "children", {}).values():
            walk(child)

    walk(test.main)
    return re.sub(r"\\(\W)", r"\1", "\n".join(found))


def primaries(test: AppTest) -> list[str]:
    """The labels of the primary buttons: there is to be one."""
    return [one.label for one in test.button if one.proto.type == "primary"]


def learned(app_context: AppContext, renders: Mapping[str, float]) -> None:
    """Renders that took so many seconds, from which the time of the next one is known."""
    for job, seconds in renders.items():
        app_context.worker.store.times.record(
            job,
            JobRequest(mode="simple", text="A cat.", render=landscape()),
            server="mova-360p",
            seconds=seconds,
        )


def new_job(
    service: JobService, text: str, *, mode: Mode = "simple", server: str | None = None, picture: bool = True
) -> JobRecord:
    """A draft with a first frame."""
    request = JobRequest(mode=mode, text=text, white_frame=not picture, render=landscape(), wanted_server=server)
    job = service.create(Order(request=request, picture=pictures.picture() if picture else None))
    if picture:
        service._folders.first_frame(job, {step.step: step for step in service.steps.of(job.id)}["first_frame"])
    return job
