"""Stopping a job in each of its states, in words that are true."""

from __future__ import annotations

import pytest

from tests.browser.samples import WISH
from tests.browser.stand_in import StandIn
from tests.browser.visit import PERCENT_50, Visit


@pytest.fixture
def asked(visit: Visit, server: StandIn) -> Visit:
    """The Create page with a description in it, before a server whose renders stand still."""
    server.close_gate()
    visit.open().write("Description", WISH)
    return visit


def test_while_it_waits_for_the_person_nothing_was_sent(asked: Visit, server: StandIn) -> None:
    asked.go("Write image prompt")
    written = asked.field("Image prompt").input_value()
    asked.press("Cancel the job")
    asked.sees("Cancelled")
    assert asked.field("Image prompt").input_value() == written
    assert server.sent == []


def test_in_our_line_it_is_free(asked: Visit, server: StandIn) -> None:
    asked.turn_to("Queue")
    asked.press("Pause sending")
    try:
        asked.turn_to("Create")
        asked.press("Run to the end")
        asked.sees("Queued")
        asked.press("Cancel the job")
        asked.sees("Cancelled")
        assert server.sent == []
    finally:
        asked.turn_to("Queue")
        asked.press("Resume sending")
        asked.sees("Pause sending")


def test_on_the_server_only_the_waiting_ends(asked: Visit, server: StandIn) -> None:
    asked.press("Run to the end")
    asked.sees(PERCENT_50)
    asked.press("Stop waiting")
    asked.sees("The server cannot stop a running job. You stop waiting for it; its GPU stays busy until the job ends.")
    asked.sees("Keep it")
    asked.settle()
    asked.press("Stop waiting")
    asked.sees("Not waited for (the GPU may still finish)")
    asked.primary_is("Send again with the same seed")
