"""A long run in which everything goes wrong at random: does every job end truly, and does nothing leak.

    python -m benchmarks.soak [--minutes 30] [--seed 1] [--bucket]

Jobs are created, cancelled, abandoned, retried and deleted at random. The services of steps 1 to 4 and three servers
misbehave on the wire, restart, and forget their jobs. Workers are processes, as ``python -m jobs.worker`` starts them:
one lives through it all and is measured, the others are killed at random. At the end everything is healed, what waits
for a person is sent, and then every job has to be in a true final state. With ``--bucket`` every process has a folder
of its own, and shares nothing but PostgreSQL and a bucket; then every recorded file has to be in the bucket, and in it
nothing that is nobody's.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import MovaError
from jobs.model.records import JobRecord
from jobs.model.request import JobRequest
from jobs.model.states import FINAL, JobState
from jobs.service.service import JobService
from jobs.store.orders import Order
from jobs.store.store import Store
from media.videos import probe
from record.folder import VIDEO
from tests.hostile.faults import ELSEWHERE, FAULTS
from tests.hostile.faulty_server import PLACES, FaultyServer
from tests.hostile.odd_videos import DEVIATING, UNPLAYABLE
from tests.jobs.load.video_server import FakeJob
from tests.jobs.load.workers import SMALL, WorkerProcess, environment, service_at, settings_of, white_order, worker
from tests.jobs.storage.buckets import database_and_bucket
from tests.jobs.storage.whole import not_whole
from tests.providers.fake_services import FakeServices, Received, Reply

SERVERS, MORTALS = 3, 2
# Short, so that much goes wrong in a minute.
LIMITS = {"TEXT_TIMEOUT": "2", "IMAGE_TIMEOUT": "2", "PROVIDER_ATTEMPTS": "2", "SERVER_PATIENCE": "20"}
LIMITS |= {"DOWNLOAD_TIMEOUT": "4", "MAX_VIDEO_MB": "2"}
ROUTES = ("dashscope.text", "dashscope.image", "dashscope.vision", "picture")
MOST_ON_THE_WAY = 12
# What people do, and to jobs in which states.
FITTING: dict[str, tuple[JobState, ...]] = {
    "cancel": ("preparing", "queued"),
    "stop": ("submitted", "rendering"),
    "retry": ("failed", "cancelled", "abandoned", "lost"),
    "render again": ("failed", "cancelled", "abandoned", "lost"),
    "delete": ("completed", "failed", "cancelled", "abandoned", "lost"),
    "approve": ("waiting",),
}
_DRAIN_SECONDS = 300.0
_REST_SECONDS = 12.0  # longer than a connection or a look at a server is kept


@dataclass(frozen=True)
class Held:
    """What a process holds: threads, open files (connections among them), open connections, memory in MiB."""

    threads: int
    files: int
    connections: int
    memory: int


@dataclass
class Seen:
    """What the run came to; ``untrue`` are jobs whose state is not true, each with the reason.

    ``memory`` is that of the worker that lives through it, in MiB, once a minute.
    """

    jobs: int = 0
    states: dict[str, int] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    faults: int = 0
    renders: int = 0
    untrue: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    before: Held | None = None
    after: Held | None = None
    memory: list[int] = field(default_factory=list)
    drain_seconds: float = 0.0
    words: str = ""
    visited_elsewhere: bool = False


def run_soak(
    folder: Path, *, minutes: float, seed: int = 1, at_least: int = 0, shared: Mapping[str, str] | None = None
) -> Seen:
    """One run; whatever the end is, it is in what was seen.

    Args:
        at_least: so many jobs are made, up to five times as long where the machine is busy.
        shared: the settings of a database and a bucket; with them the processes share no folder.
    """
    with ExitStack() as stack:
        servers = [stack.enter_context(FaultyServer(seconds=0.5)) for _ in range(SERVERS)]
        services = stack.enter_context(FakeServices())
        alike = {**LIMITS, **services.environment("dashscope"), **(shared or {})}

        def machine(name: str) -> dict[str, str]:
            return environment(folder / name if shared else folder, servers) | alike

        service, store = stack.enter_context(service_at(settings_of(machine("page"))))
        survivor = stack.enter_context(worker(folder, machine("survivor")))
        soak = Soak(service, store, servers, services, random.Random(seed), Seen())  # noqa: S311
        soak.warm_up()
        soak.seen.before = held_by(survivor.process.pid)
        with mortals(folder, machine, soak), _beside(soak.error):
            started = time.monotonic()
            while (passed := time.monotonic() - started) < 60 * minutes * (1 if soak.seen.jobs >= at_least else 5):
                if passed >= 60 * len(soak.seen.memory):
                    soak.seen.memory.append(held_by(survivor.process.pid).memory)
                soak.act()
        soak.heal()
        soak.drain()
        time.sleep(_REST_SECONDS)
        soak.seen.after = held_by(survivor.process.pid)
        soak.sum_up(folder, survivor, with_bucket=bool(shared))
        return soak.seen


@dataclass
class Soak:
    """The people at the pages and the trouble around them."""

    service: JobService
    store: Store
    servers: list[FaultyServer]
    services: FakeServices
    dice: random.Random
    seen: Seen
    mine: list[str] = field(default_factory=list)

    # ---- people ------------------------------------------------------------------------------------------------

    def warm_up(self) -> None:
        """One job of each mode while nothing is wrong, so that everything is loaded before it is measured."""
        for order in (self._simple(), self._full()):
            self._start(order)
        self.drain()
        time.sleep(_REST_SECONDS)

    def act(self) -> None:
        """One thing that a person does; many jobs are left alone."""
        jobs = [job for job in map(self.service.known, self.mine[-60:]) if job]
        on_the_way = [job for job in jobs if job.state not in FINAL]
        if len(on_the_way) < MOST_ON_THE_WAY and self.dice.random() < 0.7:
            self._start(self._full() if self.dice.random() < 0.4 else self._simple())
        else:
            act = self.dice.choice(list(FITTING))
            fitting = [job.id for job in jobs if job.state in FITTING[act]]
            if fitting:
                self._do(act, self.dice.choice(fitting))
        time.sleep(self.dice.uniform(0.05, 0.5))

    def _do(self, act: str, job_id: str) -> None:
        acts: dict[str, Callable[[str], object]] = {
            "cancel": self.service.cancel,
            "stop": self.service.stop_waiting,
            "retry": self.service.retry,
            "render again": self.service.retry_from,
            "delete": self.service.delete,
            "approve": self.service.approve,
        }
        with suppress(MovaError):  # a job that is gone, or not in a state for it
            if acts[act](job_id):
                self.seen.acts[act] += 1

    def _start(self, order: Order) -> None:
        job = self.service.create(order)
        self.mine.append(job.id)
        self.seen.jobs += 1
        self.service.start(job.id)

    def _simple(self) -> Order:
        owner = self.dice.choice(("ann", "bob", "eve"))
        return white_order(owner, text=f"A cat purrs, take {self.seen.jobs}.")

    def _full(self) -> Order:
        request = JobRequest(mode="full", text=f"An orange cat looks up, take {self.seen.jobs}.", render=SMALL)
        return Order(request=request, owner="ann")

    # ---- trouble -----------------------------------------------------------------------------------------------

    def error(self, over: threading.Event) -> None:
        """Something goes wrong with a server or a service, again and again, and passes."""
        dice = random.Random(self.dice.random())  # noqa: S311
        for route in ROUTES:
            self.services.script(route, lambda call: self._reply(dice, call))
        while not over.wait(dice.uniform(0.3, 2.0)):
            self.seen.faults += 1
            self._strike(dice, dice.choice(self.servers))

    def _strike(self, dice: random.Random, server: FaultyServer) -> None:
        stroke = dice.choice(("fault",) * 6 + ("video", "restart", "forget", "fail", "heal", "heal"))
        if stroke == "fault":
            server.takes = dice.random() < 0.5
            server.faults = {dice.choice(PLACES): FAULTS[dice.choice(list(FAULTS))]}
        elif stroke == "video":
            odd = {**UNPLAYABLE, **DEVIATING}
            server.file = odd[dice.choice([name for name in odd if name != "100,000 frames"])][0]()
        elif stroke == "restart":
            server.stop()
            server.forget_all()
            time.sleep(dice.uniform(0, 1.5))
            server.start()
        elif stroke == "forget":
            server.forget_all()
        elif stroke == "fail":
            server.fail(dice.choice(("CUDA out of memory", "worker exited", "no luck")))
        else:
            server.heal()

    def _reply(self, dice: random.Random, call: Received) -> Reply:
        return FAULTS[dice.choice(list(FAULTS))] if dice.random() < 0.15 else self.services.default(call)

    # ---- the end -----------------------------------------------------------------------------------------------

    def heal(self) -> None:
        """From now on everything behaves."""
        for server in self.servers:
            server.heal()
        for route in ROUTES:
            self.services.script(route)

    def drain(self) -> None:
        """Wait until every job has ended and no slot is taken; what waits for a person is sent."""
        started = time.monotonic()
        while time.monotonic() - started < _DRAIN_SECONDS:
            jobs = [job for job in map(self.service.known, self.mine) if job]
            for job in jobs:
                if job.state in ("waiting", "draft"):
                    self._do("approve", job.id)
            if all(job.state in FINAL for job in jobs) and not self.store.queue.occupied():
                break
            time.sleep(0.3)
        self.seen.drain_seconds = time.monotonic() - started

    def sum_up(self, folder: Path, survivor: WorkerProcess, *, with_bucket: bool) -> None:
        """Look at every job once more, as it is recorded and as it is on the disk and in the bucket."""
        jobs = [job for job in map(self.service.known, self.mine) if job]
        posts = Counter(sent.tag for server in self.servers for sent in server.accepted)
        self.seen.states = dict(Counter(job.state for job in jobs))
        self.seen.errors = Counter(job.error.kind for job in jobs if job.error)
        self.seen.renders = posts.total()
        self.seen.untrue = [f"{job.id}: {why}" for job in jobs for why in self._untrue(job, posts)]
        sent = sorted((job for server in self.servers for job in server.accepted), key=lambda job: job.arrived)
        self.seen.untrue += [f"{job.tag}: rendered once more" for job in sent if _is_needless(job, sent)]
        slots = [f"slot of {slot.job_id}" for slot in self.store.queue.occupied()]
        files = [str(path.relative_to(folder)) for path in folder.rglob(".*.part") if "mortal" not in str(path)]
        gone = set(self.mine) - {job.id for job in jobs}
        folders = [f"folder of deleted {job_id}" for job_id in gone if (folder / job_id).exists()]
        self.seen.left = [*slots, *files, *folders, *(not_whole(self.service, self.store) if with_bucket else ())]
        self.seen.words = survivor.words
        self.seen.visited_elsewhere = ELSEWHERE.visited

    def _untrue(self, job: JobRecord, posts: Counter[str]) -> Iterator[str]:
        """Why a job's state is not what really happened; nothing where it is."""
        files = self.service.files.whole(job.id)
        record = json.loads((files / "job.json").read_text())
        sent = sum(count for tag, count in posts.items() if f"#{job.id}." in tag)
        if job.state not in FINAL:
            yield f"still {job.state}"
        if record["state"] != job.state:
            yield f"its record says {record['state']}, not {job.state}"
        if job.state == "completed":
            yield from _no_video(files / VIDEO, sent)
        if job.state in ("failed", "lost") and job.error is None:
            yield f"{job.state} without a reason"


def _is_needless(job: FakeJob, sent: list[FakeJob]) -> bool:
    """Whether a job was sent although a server had it already; one that a server has forgotten is lost."""
    earlier = [one for one in sent if one.tag == job.tag and one.arrived < job.arrived]
    return any(one.forgotten is None or one.forgotten > job.arrived for one in earlier)


def _no_video(path: Path, sent: int) -> Iterator[str]:
    if not sent:
        yield "completed and never sent"
    try:
        probe(path)
    except MovaError as problem:
        yield f"completed with a bad video: {problem}"


@contextmanager
def mortals(folder: Path, machine: Callable[[str], dict[str, str]], soak: Soak) -> Iterator[None]:
    """Workers that are killed at random moments, and started again, for as long as the block lasts."""
    with ExitStack() as stack:
        for number in range(MORTALS):
            name = f"mortal-{number}"
            stack.enter_context(_beside(_Mortal(folder / name, machine(name), soak, number)))
        yield


@dataclass
class _Mortal:
    folder: Path
    variables: dict[str, str]
    soak: Soak
    number: int

    def __call__(self, over: threading.Event) -> None:
        dice = random.Random(f"mortal {self.number}")  # noqa: S311
        while not over.is_set():
            with worker(self.folder, self.variables) as life:
                over.wait(dice.uniform(2, 15))
                life.process.send_signal(signal.SIGKILL)
                life.process.wait()
                self.soak.seen.kills += 1


@contextmanager
def _beside(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Run something in a thread until the block ends; it gets an event that says so."""
    over = threading.Event()
    thread = threading.Thread(target=work, args=(over,))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def held_by(pid: int) -> Held:
    """What a process holds now."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = {name: int(value) for name, value in re.findall(r"^(Threads|VmRSS):\s+(\d+)", status, re.MULTILINE)}
    files = []
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            files.append(str(file.readlink()))
    connections = sum(name.startswith("socket:") for name in files)
    return Held(found["Threads"], len(files), connections, found["VmRSS"] // 1024)


def show(seen: Seen) -> None:
    """The figures, one a line."""
    print(f"jobs: {seen.jobs}; ended: {seen.states}; renders: {seen.renders}")
    print(f"reasons: {dict(seen.errors.most_common())}")
    print(f"acts of people: {dict(seen.acts)}; faults of servers: {seen.faults}; workers killed: {seen.kills}")
    print(f"all ended {seen.drain_seconds:.0f} s after everything was healed")
    print(f"not true: {seen.untrue or 'none'}; left over: {seen.left or 'nothing'}")
    print(f"held by the worker that lived through it, before: {seen.before}, after: {seen.after}")
    print(f"its memory, minute by minute (MB): {' '.join(map(str, seen.memory))}")
    print(f"faults of ours in its log: {seen.words.count('Traceback')}; sent elsewhere: {seen.visited_elsewhere}")


def main() -> None:
    """Run once and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bucket", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, _shared(options.bucket) as shared:
        show(run_soak(Path(folder), minutes=options.minutes, seed=options.seed, shared=shared))


@contextmanager
def _shared(wanted: bool) -> Iterator[dict[str, str] | None]:
    if not wanted:
        yield None
        return
    with database_and_bucket() as (database, bucket):
        yield bucket.variables | {"DATABASE_URL": database}


if __name__ == "__main__":
    main()
