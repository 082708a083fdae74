"""Every act in every state once; then histories of acts, faults and deaths: a few here, many with ``--long``."""

from __future__ import annotations

import pytest

from jobs.model.states import JOB_STATES, JobState
from tests.jobs.acts.machine import ACTS, Acts, histories


@pytest.mark.long
@pytest.mark.parametrize("state", JOB_STATES)
def test_every_act_in_this_state(machine: type[Acts], state: JobState) -> None:
    acts = machine()
    try:
        for act in ACTS:
            acts.act(act, acts.brought_to(state))
            acts.slots_are_held_while_gpus_may_be_busy()
            acts.all_is_well()
    finally:
        acts.end()


def test_histories_of_acts_and_faults(machine: type[Acts]) -> None:
    assert histories(machine, 3) >= 300
