"""The histories of ``tests/jobs/acts`` at length: a hundred steps each.

ACTS_HISTORIES=220 ./run_tests.sh --long -k acts_at_length    # more than 20,000 steps, four minutes
"""

from __future__ import annotations

import os

from tests.jobs.acts.conftest import machine as machine
from tests.jobs.acts.machine import Acts, histories


def test_thousands_of_steps(machine: type[Acts]) -> None:
    number = int(os.environ.get("ACTS_HISTORIES", "45"))
    steps = histories(machine, number)
    print(f"{steps} steps")
    assert steps > number * 90
