"""Servers that come and die, as a person sees it: what is said, what is pressed, and that nothing waits for ever."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.browser.running_app import RunningApp
from tests.browser.samples import WISH
from tests.browser.stand_in import StandIn, stand_in
from tests.browser.visit import PERCENT_50, Visit

Visitor = Callable[..., Visit]


class Garage:
    """Two servers, and the ``.env`` that names the first."""

    def __init__(self, folder: Path) -> None:
        self.old, self.new = StandIn(), StandIn()
        self.file = folder / ".env"
        self.name("old")

    def name(self, *names: str) -> None:
        servers = [{"name": one, "base_url": getattr(self, one).address, "model": "mova-360p"} for one in names]
        part = self.file.with_suffix(".part")
        part.write_text(f"SGLANG_SERVERS='{json.dumps(servers)}'\n")
        part.replace(self.file)


@pytest.fixture
def garage(tmp_path: Path) -> Garage:
    return Garage(tmp_path)


@pytest.fixture
def own(tmp_path: Path, garage: Garage) -> Iterator[RunningApp]:
    with RunningApp(tmp_path / "own", MOVA_ENV_FILE=str(garage.file)) as running:
        yield running


@pytest.mark.usefixtures("chromium")
def test_a_server_dies_in_the_middle_and_a_new_one_takes_its_job(
    visitor: Visitor, own: RunningApp, garage: Garage
) -> None:
    garage.old.close_gate()
    with ExitStack() as running:
        first = running.enter_context(ExitStack())
        first.enter_context(stand_in(garage.old))
        visit = visitor(at=own).open()
        visit.write("Description", WISH)
        visit.press("Run to the end")
        visit.sees(PERCENT_50, 90)
        job = visit.job
        garage.name("old", "new")  # while the job runs
        running.enter_context(stand_in(garage.new))
        settings = visitor(at=own, beside=visit).open("settings")
        settings.sees("new")
        first.close()
        visit.sees("No answer from the server")
        settings.press("Test all servers")
        settings.sees("Not reachable")
        visit.press("Send it to another server")
        visit.watch()
        assert visit.job != job
        assert [plan.seed for plan in garage.new.sent] == [plan.seed for plan in garage.old.sent]
        visit.open("job", id=job)
        visit.sees("Not waited for (the GPU may still finish)")


@pytest.mark.usefixtures("chromium")
def test_a_wrong_configuration_is_told_and_mended(visitor: Visitor, own: RunningApp, garage: Garage) -> None:
    garage.file.write_text("SGLANG_SERVERS='[{'\n")
    visit = visitor(at=own).open("settings")
    visit.press("Reload the servers")
    visit.sees("Until that is fixed, the servers below are used as before.")
    visit.sees("old")
    garage.name("new")
    visit.press("Reload the servers")
    visit.does_not_see("Until that is fixed, the servers below are used as before.")
    visit.sees("The server new cannot be reached")


@pytest.mark.usefixtures("chromium")
def test_everything_is_examined_beside_the_page(visitor: Visitor, own: RunningApp) -> None:
    visit = visitor(at=own, language="zh_CN").open("settings", lang="zh_CN")
    visit.press("全面检查")
    visit.sees("故障 1 项", 60)
    visit.sees("无法连接服务器 old")
