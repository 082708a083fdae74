"""A worker inside the test's process, servers to play with, and short ways to look at both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from jobs.desk import Desk
from jobs.records import JobRecord
from jobs.worker import Worker
from tests.jobs.load.video_server import FakeJob, VideoServer
from tests.jobs.load.workers import environment, in_state, settings_of, until, white_order


@dataclass
class House:
    """``servers`` are called gpu-0, gpu-1… and hold their jobs until they are told, unless the test says otherwise."""

    worker: Worker
    servers: tuple[VideoServer, ...]

    @property
    def desk(self) -> Desk:
        return self.worker.desk

    @property
    def server(self) -> VideoServer:
        return self.servers[0]

    def ordered(self, *owners: str, line: str = "mova-360p") -> list[str]:
        """A started Simple Mode job for each owner."""
        jobs = [self.desk.create(white_order(owner, line=line)).id for owner in owners or ("ann",)]
        assert all(self.desk.start(job) for job in jobs)
        return jobs

    def becomes(self, job_id: str, *states: str) -> JobRecord:
        return in_state(self.desk, job_id, *states)

    def rendering(self) -> str:
        """A job that a server has."""
        (job_id,) = self.ordered()
        self.becomes(job_id, "rendering")
        return job_id

    def stays(self, job_id: str, state: str) -> None:
        """See that nothing happens to the job while the dispatcher looks around several times."""
        for _ in range(4):
            self.worker._wake.set()
            until(lambda: not self.worker._wake.is_set(), 5)
        assert self.desk.get(job_id).state == state

    @property
    def occupied(self) -> list[str]:
        """The jobs that hold slots."""
        return [slot.job_id for slot in self.worker.store.line.occupied()]


def tag(job: JobRecord | str, attempt: int = 0) -> str:
    """What a server shows as the job's model."""
    return f"mova-360p#{job if isinstance(job, str) else job.id}.{attempt}"


def job_of(sent: FakeJob) -> str:
    """The id of ours that a server's job carries."""
    return sent.tag.split("#")[1].rsplit(".", 1)[0]


@contextmanager
def house(folder: Path, *servers: VideoServer, ahead: int = 1, tagged: bool = True, **more: str) -> Iterator[House]:
    """A working house; the servers must not be started yet."""
    with ExitStack() as stack:
        for server in servers:
            stack.enter_context(server)
        worker = Worker(settings_of(environment(folder, servers, ahead=ahead, tagged=tagged, **more)))
        worker.start()
        stack.callback(worker.stop)
        yield House(worker, servers)
