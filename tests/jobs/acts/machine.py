"""Every act of a person in every state, between steps of the real engine, faults of servers and deaths of our process.

Looked at after each step: a slot is held exactly as the state's rule says, and always where a GPU has the job; an act
happens where the table allows it, and changes nothing where it does not. At the end, once all is well again: nothing
moves by itself any more, no slot is taken, and whoever is asked can end it.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast, get_args
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

import jobs.execution.render
from core.errors import InputError, ProviderTimeout, ServerError
from jobs.execution.dispatch import Dispatch
from jobs.execution.followed import Followed, FollowedRenders
from jobs.execution.prepare import PrepareStage
from jobs.execution.render import RenderStage
from jobs.execution.slot_watch import SlotWatch
from jobs.model.records import JobRecord, StepRecord
from jobs.model.session_keys import LentKeys
from jobs.model.states import FINAL, JOB_STATES, MOVING, ON_SERVER, RULES, Act, JobState, moved_by
from jobs.servers.pool import ServerPool
from jobs.servers.registry import ServerRegistry
from jobs.service.service import JobService
from jobs.store.folders import Folders
from jobs.store.store import Store
from pipeline import PREPARATION
from tests.jobs.acts.gpus import FAULTS, Gpu, Killed
from tests.jobs.load.workers import service_over, white_order

GPUS = ("tagged", "plain")
_MOST = 6
KINDS = (
    *(["act"] * 6 + ["all go on"] * 2 + ["one goes on"] * 3 + ["order"] * 2 + ["fault"] * 2),
    *("slots", "end", "restart"),
)
_EMPTY = ("jobs", "job_search", "turns", "job_days")

seen: Counter[str] = Counter()


class Later(BaseException):
    """A step that would wait is gone on with another time."""


def call(act: Act) -> Callable[[JobService, JobRecord], object]:
    """What a page or a command does."""
    acts: dict[Act, Callable[[JobService, JobRecord], object]] = {
        "change": lambda service, job: service.steps.change(job.id, text=job.request.text),
        "edit": lambda service, job: service.steps.edit(job.id, "video_description", "It rains, and a dog barks."),
        "approve": lambda service, job: service.approve(job.id),
        "regenerate": lambda service, job: service.regenerate_step(job.id, "visual_elements"),
        "hold": lambda service, job: service.hold(job.id),
        "move": lambda service, job: service.queue.move(job.id, "top"),
        "cancel": lambda service, job: service.cancel(job.id),
        "stop_waiting": lambda service, job: service.stop_waiting(job.id),
        "look_again": lambda service, job: service.look_again(job.id),
        "wait_on": lambda service, job: service.wait_on(job.id),
        "send_again": lambda service, job: service.send_again(job.id),
        "retry": lambda service, job: service.retry(job.id),
        "delete": lambda service, job: service.delete(job.id),
    }
    return acts[act]


ACTS: tuple[Act, ...] = get_args(Act)


class Acts(RuleBasedStateMachine):
    """One history. ``known`` are the jobs as they were after the last step."""

    store: Store
    settings: Any

    def __init__(self) -> None:
        super().__init__()
        with self.store.database.write() as session:
            for table in _EMPTY:
                session.connection().exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608
        self.gpus = {name: Gpu(name) for name in GPUS}
        self.folders = Folders(self.settings, self.store)
        self.pool = ServerPool(ServerRegistry(self.settings), _Watch(self.gpus), "worker-1")  # type: ignore[arg-type]
        self.pool.client_of = lambda server: self.gpus[server.name]  # type: ignore[method-assign,assignment,return-value]
        self.service = service_over(self.settings, self.store)
        self.sending = RenderStage(
            *(self.store, self.folders, self.pool, self.settings, _at_once, self._pause, _persist, threading.Event())
        )
        self.renders = FollowedRenders(self.store, self.folders, self.pool, self.settings, threading.Event())
        self.preparing = PrepareStage(
            *(self.store, self.folders, self.settings, LentKeys(), _at_once, _persist, threading.Event())
        )
        self.dispatch = Dispatch(self.store, self.pool)
        self.slots = SlotWatch(self.store, self.folders, self.pool)
        self.pauses = 0
        self.patches: list[Any] = [
            patch.object(jobs.execution.render, "SETTLE_SECONDS", 0.0),
            patch.object(Folders, "first_frame", lambda *_: b"png"),
            patch.object(Folders, "write_record", lambda *_: None),
            patch.object(RenderStage, "_fetch", _fetched),
            patch.object(PrepareStage, "_buy", self._bought),
        ]
        for one in self.patches:
            one.start()
        self.known = self.jobs

    @rule(kind=st.sampled_from(KINDS), act=st.sampled_from(ACTS), number=st.integers(0, _MOST), way=st.integers(0, 99))
    def step(self, kind: str, act: Act, number: int, way: int) -> None:
        """One rule for all: Hypothesis leaves whole rules out of a history, and every history is to have acts."""
        gpu, jobs = self.gpus[GPUS[way % 2]], self.known
        if kind == "order" and len(jobs) < _MOST:
            self._order(started=way % 3 > 0)
        elif kind == "act" and jobs:
            self.act(act, jobs[number % len(jobs)])
        elif kind == "all go on":
            list(self.dispatch.claimed())
            for job in jobs:
                self._advance(job)
        elif kind == "one goes on" and jobs:
            list(self.dispatch.claimed())
            self._advance(jobs[number % len(jobs)], at_most=1 + way % 2)
        elif kind == "slots":
            self.slots.look()
        elif kind == "fault":
            gpu.fault = FAULTS[number % len(FAULTS)] if way % 3 else "well"
        elif kind == "end":
            gpu.end("completed" if way % 3 else "failed")
        elif kind == "restart":
            gpu.restart()

    def _order(self, started: bool) -> JobRecord:
        steps = tuple(
            StepRecord(job_id="", step=step, state="skipped")
            if step == "first_frame"
            else StepRecord(job_id="", step=step, state="done", output="A dog barks.", edited=True)
            for step in PREPARATION
        )
        order = white_order()
        request = order.request.changed(mode="full")
        job = self.service.create(replace(order, request=request, steps=steps))
        assert not started or self.service.approve(job.id)
        return job

    def act(self, act: Act, job: JobRecord) -> None:
        """Do it, and see that it happens where the table allows it, and changes nothing where not."""
        held, steps = self.store.queue.holds(job.id), self.service.steps.of(job.id)
        may = act in RULES[job.state].acts
        if act == "move":
            may = may and self.store.queue.order(job.queue_key)[:1] != (job.id,)
        elif act in ("retry", "regenerate") and job.state in FINAL:
            may = may and not held
        elif act == "look_again":
            may = may and held
        elif act == "send_again" and job.state in ON_SERVER:  # one that is well keeps its job
            may = may and job.unreachable_since is not None
        try:
            result = call(act)(self.service, job)
            happened = result is not None and result is not False
        except InputError:
            happened = False
        assert happened == may, (act, job.state, held)
        if not happened:  # and not half of it either
            assert (self.service.get(job.id), self.service.steps.of(job.id)) == (job, steps), act
        seen[f"{act} in {job.state}"] += 1

    # ---- what holds --------------------------------------------------------------------------------------------

    @invariant()
    def slots_are_held_while_gpus_may_be_busy(self) -> None:
        seen["steps"] += 1
        places = {slot.job_id: slot.server for slot in self.store.queue.occupied()}
        self.known = self.jobs
        for job in self.known:
            rule = RULES[job.state].slot
            assert rule == "until free" or (job.id in places) == (rule == "held"), job.state
        for gpu in self.gpus.values():
            assert len(gpu.rendering) <= 1, "two on one GPU"
            assert all(places.get(job) == gpu.name for job in gpu.rendering)

    def teardown(self) -> None:
        try:
            self.all_is_well()
        finally:
            self.end()

    def end(self) -> None:
        for one in self.patches:
            one.stop()
        self.pool.close()

    def all_is_well(self) -> None:
        """See that everything comes to rest once every server is well and its jobs end."""
        for gpu in self.gpus.values():
            gpu.fault = "well"
        for _ in range(8 * _MOST):
            self.slots.look()
            if not self.store.queue.occupied() and not {job.state for job in self.jobs} & MOVING:
                break
            list(self.dispatch.claimed())
            for job in self.jobs:
                self._advance(job)
            for gpu in self.gpus.values():
                gpu.end("completed")
            self.slots_are_held_while_gpus_may_be_busy()
        self.slots.look()
        assert not {job.state for job in self.jobs} & MOVING, "something moves for ever"
        assert not self.store.queue.occupied(), "a place stays taken"
        for job in self.jobs:
            if job.state in moved_by("person"):
                assert self.service.cancel(job.id) or self.service.stop_waiting(job.id)
        assert all(self.service.delete(job.id) is not None for job in self.jobs)
        assert not self.store.jobs.deleted(), "something is left of a deleted job"

    def brought_to(self, state: JobState) -> JobRecord:
        """A job in this state, with all that the state says of its slot."""
        job, jobs = self._order(started=False), self.store.jobs
        way = {"waiting": ["waiting"], "cancelled": ["cancelled"], "preparing": ["preparing"], "draft": []}.get(state)
        if way is None:
            assert self.store.queue.enqueue(job.id)
            way = [] if state == "queued" else [state]
        if way == [state] and state not in ("waiting", "cancelled", "preparing"):
            assert self.store.queue.claim("plain", job.queue_key, 1, "http://127.0.0.1:2") == job.id
            way = {"submitted": [], "completed": ["saving", "completed"]}.get(state, way)
        assert all(jobs.move_to(job.id, cast(JobState, one)) for one in way)
        return self.service.get(job.id)

    # ---- helpers -----------------------------------------------------------------------------------------------

    @property
    def jobs(self) -> list[JobRecord]:
        return list(self.store.jobs.in_states(JOB_STATES))

    def _advance(self, job: JobRecord, *, at_most: int = 20) -> None:
        run = {"prepare": self.preparing.advance, "render": self._render}.get(RULES[job.state].mover)
        if run is None:
            return
        self.pauses = 0
        for gpu in self.gpus.values():
            gpu.busy_for = job.id
        for _ in range(at_most):
            try:
                if not run(job.id):
                    return
            except (Later, Killed):
                return
        assert at_most < 20, "it runs in circles"

    def _render(self, job_id: str) -> bool:
        """Send, look at it once, or fetch it; whether there is more to do."""
        job = self.store.jobs.get(job_id)
        if job is None or job.state != "rendering":
            went_on = self.sending.advance(job_id)
            return went_on or self._is(job_id, "rendering")
        for one in self.renders.refresh().values():
            if one.job.id == job_id:
                self._look_at(one)
        if write := self.renders.taken():
            write()
        if self._is(job_id, "rendering"):
            raise Later
        return self._is(job_id, "saving")

    def _look_at(self, one: Followed) -> None:
        try:
            found = self.pool.client(one.job).retrieve(one.server_job_id)
        except ServerError as error:
            self.renders.met(one, error, time.monotonic())
        else:
            self.renders.saw(one, found, time.monotonic())

    def _is(self, job_id: str, state: JobState) -> bool:
        job = self.store.jobs.get(job_id)
        return job is not None and job.state == state

    def _pause(self, _seconds: float) -> None:
        self.pauses += 1
        if self.pauses > 1:
            raise Later

    def _bought(self, job: JobRecord, running: StepRecord, _materials: object) -> None:
        if any(gpu.fault == "silent" for gpu in self.gpus.values()):  # a service has faults, too
            raise ProviderTimeout(provider="gemini", seconds=1)
        if running.step == "first_frame":  # its output is a file
            self.store.steps.save(replace(running, state="skipped"))
        else:
            self.store.steps.save(replace(running, state="done", output="A dog barks.", edited=True))


class _Watch:
    """What was seen of servers last: here always the truth."""

    def __init__(self, gpus: dict[str, Gpu]) -> None:
        self._gpus = gpus

    def seems_well(self, server: Any) -> bool:
        return self._gpus[server.name].fault != "unreachable"

    def record_error(self, _server: object, _error: object) -> None:
        pass

    def server_status(self) -> None:
        """Nobody asks what stands in for these servers: they are configured."""


def _at_once(work: Callable[[], Any]) -> Any:
    return work()


def _persist(write: Callable[[], None]) -> None:
    write()


def _fetched(sending: RenderStage, job: JobRecord) -> bool:
    sending.store.jobs.move_to(job.id, "completed")
    return False


def histories(machine: type[Acts], number: int) -> int:
    """Play histories of a hundred steps; returns how many steps that were."""
    seen.clear()
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=number,
            stateful_step_count=100,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # a history that fails is said as it was: to shorten it takes an hour
            database=None,
        ),
    )
    return seen["steps"]
