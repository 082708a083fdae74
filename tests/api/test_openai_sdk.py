"""The unmodified OpenAI SDK against our queue, also where the program is killed while it polls: one render."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import av
import openai
import pytest
import requests

from jobs.servers.preview_process import preview_engine
from tests.api.running_api import RunningApi
from tests.pictures import gradient
from tests.waiting import until

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore:The Sora API:DeprecationWarning")]
SMALL = {"num_frames": 5, "num_inference_steps": 2}
LONG = {"num_frames": 9, "num_inference_steps": 60}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with preview_engine("mova-360p") as address:
        yield address


@pytest.fixture(scope="module")
def api(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApi]:
    running = RunningApi(tmp_path_factory.mktemp("api"), SGLANG_360P_URL=server)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def client(api: RunningApi) -> Iterator[openai.OpenAI]:
    # The usual retries are its own: while the program is started again its polls go on.
    with openai.OpenAI(base_url=f"{api.address}/v1", api_key=api.key, max_retries=4) as made:
        yield made


def rendered(server: str) -> int:
    return len(requests.get(f"{server}/v1/videos", params={"limit": 100}, timeout=10).json()["data"])


def test_create_and_poll_download_list_delete(client: openai.OpenAI, api: RunningApi) -> None:
    video = client.videos.create_and_poll(
        prompt="A cat pounces.",
        size="720x1280",
        seconds="4",
        input_reference=("cat.png", gradient(352, 640), "image/png"),
        extra_body=SMALL,
        poll_interval_ms=200,
    )
    assert (video.status, video.progress, video.size) == ("completed", 100, "352x640")
    with av.open(io.BytesIO(client.videos.download_content(video.id).read()), "r") as container:
        assert container.streams.video[0].width == 352
        assert sum(1 for _ in container.decode(video=0)) == 5
    assert client.videos.download_content(video.id, variant="thumbnail").read().startswith(b"\xff\xd8")
    assert [one.id for one in client.videos.list(limit=1)][:1] == [video.id]
    assert client.videos.delete(video.id).id == video.id
    with pytest.raises(openai.NotFoundError):
        client.videos.retrieve(video.id)
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(base_url=f"{api.address}/v1", api_key="mova_wrong", max_retries=0).videos.retrieve(video.id)


def test_words_alone_are_enough(client: openai.OpenAI) -> None:
    video = client.videos.create_and_poll(prompt="A harbour at dawn.", extra_body=SMALL, poll_interval_ms=200)
    assert (video.status, video.size, video.model) == ("completed", "640x352", "mova-360p")


def test_killed_in_the_middle_it_renders_once(client: openai.OpenAI, api: RunningApi, server: str) -> None:
    before = rendered(server)
    video = client.videos.create(prompt="A long walk.", extra_body=LONG)
    with ThreadPoolExecutor(1) as thread:
        patient = client.with_options(max_retries=12)
        polled = thread.submit(patient.videos.poll, video.id, poll_interval_ms=200)
        until(lambda: rendered(server) == before + 1, every=0.05)
        api.kill()
        api.start()
        assert polled.result(120).status == "completed"
    assert rendered(server) == before + 1


def test_a_repeated_order_is_one_job(client: openai.OpenAI, api: RunningApi) -> None:
    """Sent again after a lost answer, also by two at once."""
    repeated = {"extra_headers": {"Idempotency-Key": "order-1"}, "extra_body": {**SMALL, "seed": 7}}
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: client.videos.create(prompt="A cat.", **repeated).id, range(4)))  # type: ignore[arg-type]
    assert len(set(made)) == 1
    body = {"prompt": "A dog.", **SMALL}
    headers = {**api.headers, "Idempotency-Key": "order-1"}
    refused = requests.post(f"{api.address}/v1/videos", json=body, headers=headers, timeout=30)
    assert (refused.status_code, "belongs to another request" in refused.json()["detail"]) == (409, True)
