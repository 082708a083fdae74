"""What fails says so in words, keeps what was made, and goes on from there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import servers_of
from tests.browser.running_app import RunningApp
from tests.browser.samples import WISH
from tests.browser.stand_in import StandIn, stand_in
from tests.browser.visit import PERCENT_50, Visit
from tests.providers.fake_services import FakeServices, Raw

Visitor = Callable[..., Visit]
REFUSED = Raw(400, {"error": {"code": 400, "message": "no picture like that", "status": "INVALID_ARGUMENT"}})


def test_a_failing_service(visitor: Visitor, server: StandIn, tmp_path: Path) -> None:
    with FakeServices() as services:
        services.script("gemini.text", "A cat and a girl in the rain.")
        services.script("gemini.vision", REFUSED)
        keys = services.environment("gemini")
        with RunningApp(tmp_path / "own", SGLANG_SERVERS=servers_of(server), **keys) as app:
            visit = visitor(at=app).open()
            visit.write("Description", WISH)
            visit.press("Run to the end")
            visit.sees("Failed", 90)
            visit.primary_is("Describe frame")
            visit.page.get_by_text("1 · Image prompt").click()
            expect(visit.field("Image prompt")).to_have_value("A cat and a girl in the rain.")
            assert services.count("gemini.image") == 1
            services.script("gemini.vision", "A cat sits on the left.")
            visit.primary.click()
            visit.watch()
            assert services.count("gemini.image") == 1
            assert all("gemini-key" not in words for words in (visit.page.content(), app.words))


def test_a_render_that_fails_is_sent_again_with_its_seed(visit: Visit, server: StandIn) -> None:
    server.fail_next("CUDA out of memory")
    visit.open().write("Description", WISH)
    visit.press("Run to the end")
    visit.sees("Failed")
    visit.go("Send again with the same seed")
    visit.watch()
    assert len({plan.seed for plan in server.sent}) == 1
    assert len(server.sent) == 2


@pytest.mark.usefixtures("chromium")
def test_a_dead_server_that_comes_back(visitor: Visitor, tmp_path: Path) -> None:
    server = StandIn()
    server.close_gate()
    with RunningApp(tmp_path / "own", SGLANG_SERVERS=servers_of(server)) as app:
        visit = visitor(at=app).open()
        visit.write("Description", WISH)
        visit.press("Run to the end")
        visit.sees("Queued")
        with stand_in(server):
            visit.sees(PERCENT_50, 90)
        server.open_gate()
        with stand_in(server):
            visit.sees("Lost by the server", 90)
            visit.go("Send again with the same seed")
            visit.watch()
    assert len({plan.seed for plan in server.sent}) == 1
