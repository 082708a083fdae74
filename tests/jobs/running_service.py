"""A worker inside the test's process, servers to play with, and short ways to look at both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from jobs.model.records import JobRecord
from jobs.service.service import JobService
from jobs.worker import Worker
from tests.jobs.load.video_server import FakeJob, VideoServer
from tests.jobs.load.workers import environment, in_state, settings_of, white_order
from tests.waiting import until


@dataclass
class RunningService:
    """``servers`` are called gpu-0, gpu-1… and hold their jobs until they are told, unless the test says otherwise."""

    worker: Worker
    servers: tuple[VideoServer, ...]

    @property
    def service(self) -> JobService:
        return self.worker.service

    @property
    def server(self) -> VideoServer:
        return self.servers[0]

    def ordered(self, *owners: str, server: str | None = None) -> list[str]:
        """A started Simple Mode job for each owner."""
        jobs = [self.service.create(white_order(owner, server=server)).id for owner in owners or ("ann",)]
        assert all(self.service.start(job) for job in jobs)
        return jobs

    def becomes(self, job_id: str, *states: str) -> JobRecord:
        return in_state(self.service, job_id, *states)

    def rendering(self) -> str:
        """A job that a server has."""
        (job_id,) = self.ordered()
        self.becomes(job_id, "rendering")
        return job_id

    def stays(self, job_id: str, state: str) -> None:
        """See that nothing more happens to the job while the dispatcher looks around several times."""
        self.becomes(job_id, state)
        for _ in range(4):
            self.worker._wake.set()
            until(lambda: not self.worker._wake.is_set())
        assert self.service.get(job_id).state == state

    def stops(self, number: int) -> None:
        """Stop a server, and wait until that has been seen: a look from before would still send there."""
        self.servers[number].stop()
        until(lambda: self._is_seen_ill(number))

    def _is_seen_ill(self, number: int) -> bool:
        monitor, server = self.worker.monitor, self.worker.registry.servers[number]
        monitor.ask(name=server.name)
        look = monitor.last(server)
        return look is not None and look.error is not None

    @property
    def occupied(self) -> list[str]:
        """The jobs that hold slots."""
        return [slot.job_id for slot in self.worker.store.queue.occupied()]


def tag(job: JobRecord | str, attempt: int = 0) -> str:
    """What a server shows as the job's model."""
    return f"mova-360p#{job if isinstance(job, str) else job.id}.{attempt}"


def job_of(sent: FakeJob) -> str:
    """The id of ours that a server's job carries."""
    return sent.tag.split("#")[1].rsplit(".", 1)[0]


@contextmanager
def running_service(
    folder: Path, *servers: VideoServer, ahead: int = 1, tagged: bool = True, **more: str
) -> Iterator[RunningService]:
    """A working service; the servers must not be started yet."""
    with ExitStack() as stack:
        for server in servers:
            stack.enter_context(server)
        worker = Worker(settings_of(environment(folder, servers, ahead=ahead, tagged=tagged, **more)))
        worker.start()
        stack.callback(worker.stop)
        yield RunningService(worker, servers)
