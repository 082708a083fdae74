"""The official OpenAI SDK's ``videos``, unchanged, against the server."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path

import av
import openai
import pytest
from openai.types import Video

from tests.contract.contract_target import PROMPT, TINY, Target
from tests.pictures import gradient

# Its `videos` is marked as deprecated since OpenAI's own service ended; here it is the client under test.
pytestmark = pytest.mark.filterwarnings("ignore:The Sora API:DeprecationWarning")


@pytest.fixture
def client(server: Target) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server.base_url}/v1", api_key=server.key or "EMPTY", max_retries=0) as made:
        yield made


def created(client: openai.OpenAI) -> Video:
    return client.videos.create(
        prompt=PROMPT,
        model="mova-360p",
        size="640x352",  # type: ignore[arg-type]
        input_reference=("frame.png", gradient(640, 352), "image/png"),
        extra_body={**TINY, "seed": 7, "guidance_scale": 5.0, "enable_teacache": False},
    )


def test_create_retrieve_download_delete(client: openai.OpenAI, tmp_path: Path) -> None:
    video = created(client)
    assert (video.object, video.status, video.model, video.size) == ("video", "queued", "mova-360p", "640x352")
    while video.status in ("queued", "in_progress"):
        time.sleep(0.1)
        video = client.videos.retrieve(video.id)
    assert (video.status, video.progress, video.error) == ("completed", 100, None)
    content = client.videos.download_content(video.id).read()
    with client.videos.with_streaming_response.download_content(video.id) as response:
        response.stream_to_file(tmp_path / "video.mp4")
    assert (tmp_path / "video.mp4").read_bytes() == content
    with av.open(io.BytesIO(content), "r") as container:
        assert sum(1 for _ in container.decode(video=0)) == TINY["num_frames"]
    assert client.videos.delete(video.id).id == video.id
    with pytest.raises(openai.NotFoundError) as failure:
        client.videos.retrieve(video.id)
    assert failure.value.body == {"detail": "Video not found"}


def test_list_pages_through_all(client: openai.OpenAI) -> None:
    ids = [created(client).id for _ in range(3)]
    listed = [video.id for video in client.videos.list(limit=2, order="desc")]
    assert len(listed) == len(set(listed))
    assert set(ids) <= set(listed)


def test_refusals_are_the_sdks_own_exceptions(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        client.videos.create(prompt=PROMPT, extra_body={"num_frames": 0})
    assert "num_frames" in str(refused.value.body)
    with pytest.raises(openai.UnprocessableEntityError):
        client.videos.create(prompt=PROMPT, extra_body={"num_frames": "many"})


@pytest.mark.engine_only("it has one model")
def test_models(client: openai.OpenAI, server: Target) -> None:
    (model,) = client.models.list().data
    assert model.id == server.get("/server_info").json()["served_model_name"]
    with pytest.raises(openai.NotFoundError) as failure:
        client.models.retrieve("nope")
    assert failure.value.code == "model_not_found"
