"""The limit of unfinished jobs: it counts what the queue shows, and four are taken together or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import servers_of
from tests.browser.running_app import RunningApp
from tests.browser.samples import PROMPT
from tests.browser.stand_in import StandIn
from tests.browser.visit import Visit


@pytest.fixture
def limited(tmp_path: Path, server: StandIn) -> Iterator[RunningApp]:
    """An app in which a person may have five unfinished jobs."""
    with RunningApp(tmp_path / "own", SGLANG_SERVERS=servers_of(server), QUOTA_JOBS_WAITING="5") as running:
        yield running


def counted(visit: Visit) -> int:
    """The unfinished jobs that the queue counts: active, queued, waiting for the person."""
    line = visit.page.get_by_text(re.compile(r"\d+ active · \d+ queued · \d+ waiting for you")).first.inner_text()
    return sum(map(int, re.findall(r"\d+", line)))


def four_seeds(visit: Visit) -> None:
    visit.page.get_by_role("button", name="More", exact=True).click()
    visit.press("Run again with four other seeds")


def test_four_seeds_are_all_or_nothing_and_the_number_is_the_queues(
    visitor: Callable[..., Visit], limited: RunningApp, server: StandIn
) -> None:
    visit = visitor(at=limited).open().choose("Without a picture")
    visit.write("Prompt", PROMPT)
    visit.go("Send to GPU")
    visit.watch()
    finished = visit.job
    for _draft in range(2):  # copies that nobody sends
        visit.open("job", id=finished).press("Edit and run")
        visit.sees("This is a copy. Change what you like, then send it.")
    visit.open("queue").press("Pause sending")
    visit.sees("Resume sending")
    assert counted(visit) == 0
    visit.open("job", id=finished)
    four_seeds(visit)
    visit.page.wait_for_url("**/compare?*")
    visit.open("queue")
    assert counted(visit) == 4
    visit.open("job", id=finished)
    four_seeds(visit)
    visit.sees(re.compile(r"Your unfinished jobs: 4\. At most 5 are allowed at a time\."))
    assert visit.job == finished
    visit.open("queue")
    assert counted(visit) == 4
    expect(visit.page.locator("li[data-id]")).to_have_count(4)
