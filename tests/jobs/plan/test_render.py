"""Where a render goes and when it may end: as a pure function of the servers and of what lies before it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from config import Server
from core.errors import ServerDead, ServerError, ServerUnreachable
from jobs.model.records import Estimate
from jobs.model.request import PREVIEW, QueueKey
from jobs.plan.render import QueueAhead, RenderPlan, plan_render, queue_ends
from jobs.servers.status import ServerStatus

KEY = QueueKey("mova-360p")
MINUTE = Estimate(median=60, low=50, high=70, n=5)


def status(preview: bool = False, /, **errors: ServerError | None) -> ServerStatus:
    servers = (Server(name=name, base_url="http://localhost:1", model="mova-360p") for name in errors)
    return ServerStatus(tuple(servers), errors, preview)


def planned(
    key: QueueKey = KEY, *, may_preview: bool = False, paused: bool = False, **errors: ServerError | None
) -> RenderPlan:
    queue = QueueAhead(estimate=MINUTE, paused=paused)
    return plan_render(key, status(**(errors or {"one": None})), queue, may_preview=may_preview)


@pytest.mark.parametrize(
    ("servers", "busy", "waiting", "starts_in"),
    [
        (1, [], [], 0),
        (1, [30], [], 30),
        (1, [30], [60, 60], 150),
        (2, [30], [], 0),
        (2, [30, 50], [], 30),
        (2, [30, 50], [60], 50),  # it takes the place that is free at 30; the next is free at 50
        (2, [30, 50], [60, 60], 90),
        (3, [], [60, 60], 0),
        (3, [], [60, 40, 60], 40),
        (1, [-5], [], 0),  # it takes longer than such renders do
        (1, [None], [], None),  # such a one was never measured
        (2, [None], [], None),
        (1, [30], [60, None], None),
    ],
)
def test_when_a_slot_is_free(
    servers: int, busy: Sequence[float | None], waiting: Sequence[float | None], starts_in: float | None
) -> None:
    queue = QueueAhead(waiting=waiting, busy=busy, servers=servers, estimate=MINUTE)
    plan = plan_render(KEY, status(one=None), queue, may_preview=False)
    assert (plan.starts_in, plan.ahead) == (starts_in, len(busy) + len(waiting))


def test_a_paused_queue_starts_nothing() -> None:
    plan = planned(paused=True)
    assert (plan.paused, plan.starts_in, plan.server) == (True, None, "one")


def test_before_the_first_look_nothing_is_known_of_servers() -> None:
    plan = plan_render(KEY, None, QueueAhead(busy=[30], estimate=MINUTE), may_preview=True)
    assert (plan.is_known, plan.is_preview, plan.server, plan.starts_in) == (False, False, None, None)
    assert (plan.ahead, plan.estimate) == (1, MINUTE)


def test_the_first_server_that_is_well_is_named() -> None:
    plan = planned(one=ServerDead(server="one"), two=None)
    assert (plan.server, plan.error, plan.starts_in) == ("two", None, 0)


def test_where_none_is_well_the_reason_is_told_and_no_time() -> None:
    dead = ServerDead(server="one")
    plan = planned(one=dead)
    assert (plan.server, plan.error, plan.starts_in) == (None, dead, None)


def test_a_job_for_one_server_waits_for_that_one() -> None:
    dead = ServerDead(server="one")
    plan = planned(QueueKey("mova-360p", "one"), one=dead, two=None)
    assert (plan.server, plan.error) == ("one", dead)


@pytest.mark.parametrize("may_preview", [False, True])
def test_where_nobody_configured_a_server_a_preview_is_made_if_it_may(may_preview: bool) -> None:
    refused = ServerUnreachable(server="one", reason="refused")
    plan = plan_render(KEY, status(True, one=refused), QueueAhead(), may_preview=may_preview)
    assert (plan.is_preview, plan.error) == (may_preview, None if may_preview else refused)
    assert plan.starts_in == (0 if may_preview else None)


def test_a_preview_that_was_asked_for_by_name() -> None:
    plan = planned(QueueKey("mova-360p", PREVIEW), may_preview=True)
    assert (plan.is_preview, plan.server, plan.error) == (True, PREVIEW, None)


@pytest.mark.parametrize(
    ("servers", "busy", "waiting", "ends"),
    [
        (1, [30.0], [60.0, 60.0], [90.0, 150.0]),
        (2, [30.0], [60.0, 60.0, 60.0], [60.0, 90.0, 120.0]),
        (1, [], [60.0, None, 60.0], [60.0, None, None]),
        (1, [None], [60.0], [None]),
    ],
)
def test_when_each_of_a_queue_ends(
    servers: int, busy: Sequence[float | None], waiting: Sequence[float | None], ends: list[float | None]
) -> None:
    assert queue_ends(QueueAhead(waiting=waiting, busy=busy, servers=servers)) == ends
