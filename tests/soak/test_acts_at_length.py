"""The histories of ``tests/jobs/acts`` at length: more than 20,000 steps."""

from __future__ import annotations

from tests.jobs.acts.conftest import machine as machine
from tests.jobs.acts.machine import Acts, histories


def test_more_than_twenty_thousand_steps(machine: type[Acts]) -> None:
    steps = histories(machine, 220)
    print(f"{steps} steps")
    assert steps > 20_000
