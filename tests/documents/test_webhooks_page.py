"""The page about webhooks: its receiver is run as it stands there, and gets a message as the page describes it."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.execution.webhooks import LONGEST_TRY, WAITS
from jobs.model.webhooks import EVENTS, TEST
from jobs.worker import Worker
from tests.browser.running_app import free_port
from tests.conftest import REPO
from tests.jobs.load.workers import settings_of, white_order
from tests.waiting import until

PAGES = ["docs/webhooks.md", "docs/webhooks.zh-CN.md"]


def block(page: str, language: str) -> str:
    (text,) = re.findall(rf"(?ms)^```{language}\n(.*?)^```$", (REPO / page).read_text("utf-8"))
    return str(text)


@pytest.mark.parametrize("page", PAGES)
def test_the_receiver_receives(page: str, tmp_path: Path) -> None:
    port = free_port()
    worker = Worker(settings_of({"OUTPUT_DIR": str(tmp_path / "outputs"), "WEBHOOK_ALLOW": f"127.0.0.1:{port}"}))
    added, secret = worker.service.webhooks.add(f"http://127.0.0.1:{port}/")
    program = tmp_path / "receiver.py"
    program.write_text(block(page, "python").replace("9000", str(port)), "utf-8")
    heard = tmp_path / "heard.txt"
    with heard.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, str(program)], env={**os.environ, "WEBHOOK_SECRET": secret}, stdout=out, stderr=out
        )
    try:
        job = worker.service.create(white_order("local"))
        assert worker.service.cancel(job.id)
        until(lambda: _listens(port))
        assert worker.webhooks.turn() == 1
        (told,) = worker.service.webhooks.log(added.id)
        assert told.state == "delivered"
        until(lambda: f"job.cancelled {job.id}\n" in heard.read_text())
        sent, shown = json.loads(told.body), json.loads(block(page, "json"))
        assert (sent.keys(), sent["data"].keys()) == (shown.keys(), shown["data"].keys())
    finally:
        process.kill()
        process.wait()
        worker._sends.release()
        worker.store.close()


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("page", PAGES)
def test_every_event_and_the_waits_are_told(page: str) -> None:
    text = (REPO / page).read_text("utf-8")
    assert set(re.findall(r"(?m)^\| `([a-z._]+)` \|", text)) - {"type"} == {*EVENTS, TEST}
    assert f"{LONGEST_TRY:.0f} " in text
    assert WAITS == (0, 5, 300, 1800, 7200, 18000, 36000, 36000)
    assert re.search(
        r"5 seconds, 5 minutes, 30 minutes, 2, 5, 10 and 10 hours|5 秒、5 分钟、30 分钟、2、5、10、10 小时", text
    )
