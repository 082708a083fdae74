"""A job's whole world on this machine: the services, the server that renders, the folder, and who works on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

from PIL import Image

from config import Settings
from core.steps import STEPS
from jobs.model.records import JobRecord
from jobs.service.service import JobService
from jobs.store.orders import Order
from jobs.store.store import open_store
from media.videos import probe
from record.provenance import check_pair
from tests.jobs.crash.crash_server import CrashServer
from tests.jobs.crash.kill_switch import Switch
from tests.jobs.crash.lives import Life, Nursery
from tests.jobs.crash.victim import order_of
from tests.jobs.load.workers import service_over
from tests.providers.fake_services import FakeServices, Received, Reply

KILLED = -9
PROMPT = "A medium shot at eye level of an orange cat and a girl in a red coat on a wet street, warm light."
ELEMENTS = "A photograph in warm light. A girl in a red coat stands on the left, an orange cat sits on the right."
DESCRIPTION = (
    "In a warm photograph at eye level, a girl in a red coat stands on the left of a wet street and an orange cat "
    "sits on the right, rain glittering in the light of the shops behind them. The cat looks up, its ears turning "
    "toward her, and water runs from the brim of her hood. The girl in the red coat bends down and holds out an "
    "open hand. The cat blinks, rises slowly and takes one step toward her hand while the reflections in the "
    "puddles tremble and break into small pieces of yellow light around its paws. She smiles and her sleeve brushes "
    "over the wet stone as she waits for it. The sound is close: rain patters on the hood and drips into the "
    "puddles, and a low hum comes from the street behind. This video has no subtitles."
)
USUAL = {"text": 2, "image": 1, "vision": 1}


def noise(n: int) -> bytes:
    """Another picture for each ``n``, that no encoder makes small, so that its upload takes a while."""
    file = BytesIO()
    Image.frombytes("RGB", (640, 360), Random(n).randbytes(640 * 360 * 3)).save(file, "PNG")
    return file.getvalue()


def _prompt(request: str) -> str:
    """Another one for every wish, or jobs would share what was paid for once."""
    return f"{PROMPT} It is street number {crc32(request.encode())}."


NOISE = noise(1)


@dataclass
class Scene:
    """``service`` is the one service that is set up; all lives share the folder and the database."""

    folder: Path
    nursery: Nursery
    services: FakeServices
    server: CrashServer
    service: str = "openai"
    texts: tuple[str, ...] = ("An orange cat looks up at a girl in a red coat. Rain patters.",)
    settle: float = 3.0  # a busy machine takes in an upload long after its sender has died
    database: str | None = None
    picture: Path | None = None
    ask: bool = False
    approve: bool = False
    at_server: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    request: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind in USUAL:
            self.services.script(f"{self.service}.{kind}", self.answer_to(kind))

    def answer_to(self, kind: str) -> Callable[[Received], Reply]:
        """What a service says; the same text model is asked for the prompt and for the description."""
        answers: dict[str, Callable[[Received], Reply]] = {
            "text": lambda call: DESCRIPTION if "first_frame" in "".join(call.texts) else _prompt(call.texts[-1]),
            "image": lambda call: noise(self.services.count(f"{self.service}.image")),
            "vision": lambda call: ELEMENTS,
        }

        return answers[kind]

    def settings(self) -> dict[str, Any]:
        server = {"name": "gpu", "base_url": self.server.url, "model": "mova-360p", **self.at_server}
        given = {"output_dir": str(self.folder / "outputs"), "sglang_servers": [server]}
        given |= {"database_url": self.database} if self.database else {}
        return given | self.services.settings(self.service) | self.more

    @property
    def address(self) -> str:
        return self.database or f"sqlite:///{self.folder / 'outputs' / 'jobs.db'}"

    def life(self, *switches: Switch) -> dict[str, Any]:
        """What a victim is told."""
        return {
            "settings": self.settings(),
            "texts": self.texts,
            "switches": [asdict(switch) for switch in switches],
            "settle": self.settle,
            "picture": str(self.picture) if self.picture else None,
            "ask": self.ask,
            "request": self.request,
            "approve": self.approve,
            "result": str(self.folder / "result.json"),
            "log": str(self.folder / "log.txt"),
        }

    def order(self, text: str) -> Order:
        return order_of(text, self.life())

    def start(self, *switches: Switch) -> Life:
        """One more process on the jobs."""
        return self.nursery.start(self.life(*switches))

    @contextmanager
    def job_service(self) -> Iterator[JobService]:
        """The jobs, for one who does no work on them."""
        (self.folder / "outputs").mkdir(exist_ok=True)
        settings, store = Settings(**self.settings()), open_store(self.address)
        try:
            yield service_over(settings, store)
        finally:
            store.close()

    def job(self) -> JobRecord:
        """The only job as it is recorded now."""
        with self.job_service() as service:
            (job,) = service.library.page(size=2).jobs
            return job

    def run(self, *switches: Switch) -> int:
        """One life to its end."""
        return self.start(*switches).wait()

    @property
    def job_folder(self) -> Path:
        return self.folder / "outputs" / self.job().id

    def go_on(self) -> str:
        """One life to its end; the state in which it left the only job."""
        assert self.run() == 0, self.log
        (state,) = self.states().values()
        return state

    @property
    def log(self) -> str:
        path = self.folder / "log.txt"
        return path.read_text() if path.exists() else ""

    def states(self) -> dict[str, str]:
        """The states that the last life saw its jobs end in."""
        states: dict[str, str] = json.loads((self.folder / "result.json").read_text())
        return states

    def paid(self) -> dict[str, int]:
        """How often each kind of service was asked."""
        return {kind: self.services.count(f"{self.service}.{kind}") for kind in USUAL}

    def bought_again(self) -> int:
        """How many calls were paid for more than a run without a crash would have paid; never fewer."""
        more = [count - len(self.texts) * USUAL[kind] for kind, count in self.paid().items()]
        assert min(more) >= 0, self.paid()
        return sum(more)

    def check_completed(self, jobs: int = 1, steps: Sequence[str] = STEPS) -> None:
        """Every job is completed, with one submit, one whole video, and nothing left over."""
        store = open_store(self.address)
        recorded, slots = store.pages.page(size=100).jobs, store.queue.occupied()
        store.close()
        assert [job.state for job in recorded] == ["completed"] * jobs, [job.error for job in recorded]
        assert slots == ()
        sent = sorted(job.tag for job in self.server.accepted)
        assert sent == sorted(f"mova-360p#{job.id}.0" for job in recorded), sent
        for job in recorded:
            check_folder(self.folder / "outputs" / job.id, steps)
        left = [path.name for path in (*self.folder.rglob("*.part"), *self.folder.rglob(".answer*"))]
        assert not left, left
        assert self.services.count("unknown") == 0


def check_folder(folder: Path, steps: Sequence[str]) -> None:
    """The record and the video of a completed job."""
    record = json.loads((folder / "job.json").read_text())
    assert (record["state"], record["video"], record["num_frames"]) == ("completed", "video.mp4", 17)
    assert [step["step"] for step in record["steps"]] == list(steps)
    video = probe(folder / "video.mp4")
    assert (video.num_frames, video.has_sound, video.bytes) == (17, True, record["video_bytes"])
    assert [path.name for path in folder.glob("*.mp4")] == ["video.mp4"]
    assert check_pair(folder, prompts=True) is None


@contextmanager
def scene(folder: Path, nursery: Nursery, **more: Any) -> Iterator[Scene]:
    """A scene with services and a server of its own."""
    with FakeServices() as services, CrashServer(seconds=0.3) as server:
        yield Scene(folder, nursery, services, server, **more)
