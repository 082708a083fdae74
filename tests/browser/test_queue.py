"""The queue in a real browser: rows are dragged, moved by keys, and several removed at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, expect

from jobs.model.request import JobRequest
from jobs.store.orders import Order
from tests.browser.axe import faults
from tests.browser.running_app import RunningApp
from tests.browser.samples import photo
from tests.browser.visit import Visit
from tests.jobs.load.workers import SMALL, service_at, settings_of

LINE = [f"A boat, take {number}" for number in range(300)]


@pytest.fixture(scope="module")
def busy_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """An app whose only server cannot be reached, with a queue of 300."""
    dead = '[{"name": "garage", "base_url": "http://127.0.0.1:9", "model": "mova-360p"}]'
    running = RunningApp(tmp_path_factory.mktemp("queue"), SGLANG_SERVERS=dead, EMBEDDED_WORKER="false")
    variables = {"OUTPUT_DIR": str(running.folder / "outputs"), "MOVA_ENV_FILE": "/dev/null", "SGLANG_SERVERS": dead}
    with service_at(settings_of(variables)) as (service, _store):
        for text in LINE:
            service.start(service.create(_order(text)).id)
    with running:
        yield running


def _order(text: str) -> Order:
    picture = photo(320, 176)["buffer"] if text == LINE[0] else None
    assert picture is None or isinstance(picture, bytes)
    return Order(
        request=JobRequest(mode="simple", text=text, render=SMALL, white_frame=picture is None), picture=picture
    )


@pytest.fixture
def queue(visitor: Callable[..., Visit], busy_app: RunningApp) -> Visit:
    visit = visitor(at=busy_app).open("queue")
    expect(rows(visit).nth(200)).to_be_attached()
    return visit


def rows(visit: Visit) -> Locator:
    return visit.page.locator("li[data-id]")


def first(visit: Visit, *texts: str) -> None:
    """The line begins with these."""
    for place, text in enumerate(texts):
        expect(rows(visit).nth(place).locator("a.title")).to_have_text(text)


def test_a_row_is_48_pixels_high_and_axe_finds_nothing(queue: Visit) -> None:
    box = rows(queue).nth(5).bounding_box()
    assert box is not None
    assert box["height"] == 48
    found = faults(queue.page)
    assert not found, "\n".join(found)


def test_rows_are_dragged_and_moved_by_keys(queue: Visit) -> None:
    rows(queue).nth(2).drag_to(rows(queue).nth(0), target_position={"x": 300, "y": 4})
    first(queue, LINE[2], LINE[0], LINE[1])
    rows(queue).nth(0).get_by_role("button", name="Down:").focus()
    queue.page.keyboard.press("Enter")
    first(queue, LINE[0], LINE[2], LINE[1])
    expect(rows(queue).nth(1).get_by_role("button", name="Down:")).to_be_focused()
    rows(queue).nth(2).get_by_role("button", name="Up:").focus()
    queue.page.keyboard.press("Enter")
    first(queue, *LINE[:3])


def test_several_are_removed_at_once(queue: Visit) -> None:
    for place in (10, 11):
        rows(queue).nth(place).get_by_role("checkbox").check()
    queue.sees("Selected: 2")
    before = rows(queue).count()
    queue.page.locator(".bar").get_by_role("button", name="Remove").click()
    expect(rows(queue)).to_have_count(before - 2)
    queue.sees("Removed. Nothing was sent")


def test_a_title_opens_its_job_without_loading_the_app_anew(queue: Visit) -> None:
    queue.page.evaluate("window.still = true")
    rows(queue).first.locator("a.title").click()
    queue.page.wait_for_url("**/job?*")
    queue.settle()
    assert queue.page.evaluate("window.still")
    queue.page.go_back()
    expect(rows(queue).first).to_be_visible()
