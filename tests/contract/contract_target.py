"""The server that the contract suite talks to, and what is expected of it because of its model."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import av
import requests

from tests.pictures import gradient

PROMPT = "The cat pounces on the yarn."
FINAL = ("completed", "failed")
TINY = {"num_frames": 5, "num_inference_steps": 2}
ONE_FRAME = {"num_frames": 1, "num_inference_steps": 1}
# A render of 97 frames takes two minutes on a busy CPU, and a job may wait for others before it.
_SECONDS = 900
KEYS = {
    *("id", "object", "model", "status", "progress", "created_at", "size", "seconds", "quality", "url", "urls"),
    *("remixed_from_video_id", "completed_at", "expires_at", "error", "file_path", "file_paths", "num_outputs"),
    *("peak_memory_mb", "inference_time_s", "revised_prompt", "action", "lidar"),
}
Fields = dict[str, Any]


@dataclass(frozen=True)
class Clip:
    """What PyAV finds in a rendered file. Sizes in pixels; ``seconds`` of the sound track."""

    size: tuple[int, int]
    frames: int
    fps: float
    codecs: tuple[str, str]
    sample_rate: int
    channels: int
    sound_seconds: float


@dataclass(frozen=True)
class Target:
    """``key`` opens our own queue, whose texts of refusals are our own; ``served`` is the model behind it."""

    base_url: str
    key: str = ""
    served: str = ""

    @property
    def is_queue(self) -> bool:
        return bool(self.key)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    @cached_property
    def model(self) -> str:
        """``mova-360p`` or ``mova-720p``, read from the only place that says it."""
        if self.served:
            return self.served
        return "mova-720p" if "720p" in self.get("/server_info").json()["model_path"].lower() else "mova-360p"

    def get(self, path: str, **options: Any) -> requests.Response:
        headers = {**self.headers, **options.pop("headers", {})}
        return requests.get(self.base_url + path, timeout=30, headers=headers, **options)

    def post(self, **options: Any) -> requests.Response:
        headers = {**self.headers, **options.pop("headers", {})}
        return requests.post(f"{self.base_url}/v1/videos", timeout=30, headers=headers, **options)

    def delete(self, job_id: str) -> requests.Response:
        return requests.delete(f"{self.base_url}/v1/videos/{job_id}", timeout=30, headers=self.headers)

    def create(self, upload: Any = (), **fields: Any) -> requests.Response:
        """POST a multipart form: the fields, a prompt unless it is None, and a picture unless ``upload`` is None."""
        given = {"prompt": PROMPT, **fields}
        if self.is_queue and given.get("num_frames") == 1:  # its shortest video has five frames
            given["num_frames"] = 5
        parts = [(name, (None, str(value))) for name, value in given.items() if value is not None]
        file = ("frame.png", gradient(640, 352), "image/png") if upload == () else upload
        return self.post(files=[*parts, *([("input_reference", file)] if file else [])])

    def submit(self, upload: Any = (), **fields: Any) -> Fields:
        """A job that must be accepted."""
        response = self.create(upload, **{**TINY, **fields})
        assert response.status_code == 200, response.text
        job: Fields = response.json()
        return job

    def job(self, job_id: str) -> Fields:
        response = self.get(f"/v1/videos/{job_id}")
        assert response.status_code == 200, response.text
        job: Fields = response.json()
        return job

    def followed(self, job_id: str) -> Iterator[Fields]:
        """The job as it is looked at until it has ended: often at first, as a job of the preview engine wants it, then
        less, since a server that renders on a CPU is held up by each look.
        """
        ends, pause = time.monotonic() + _SECONDS, 0.01
        while True:
            yield (seen := self.job(job_id))
            if seen["status"] in FINAL:
                return
            assert time.monotonic() < ends, seen
            time.sleep(pause)
            pause = min(pause * 1.1, 0.2)

    def wait(self, job_id: str) -> Fields:
        """The job once it has ended."""
        *_, ended = self.followed(job_id)
        return ended

    def render(self, upload: Any = (), **fields: Any) -> Fields:
        """A job that must be completed."""
        job = self.wait(self.submit(upload, **fields)["id"])
        assert job["status"] == "completed", job
        return job

    def content(self, job_id: str) -> bytes:
        response = self.get(f"/v1/videos/{job_id}/content")
        assert response.status_code == 200, response.text
        return response.content

    def clip(self, job_id: str) -> Clip:
        """The rendered file, decoded to its end."""
        with av.open(io.BytesIO(self.content(job_id)), "r") as container:
            video, audio = container.streams.video[0], container.streams.audio[0]
            pictures = samples = 0
            for frame in container.decode(video, audio):
                if isinstance(frame, av.VideoFrame):
                    pictures += 1
                elif isinstance(frame, av.AudioFrame):
                    samples += frame.samples
            return Clip(
                size=(video.width, video.height),
                frames=pictures,
                fps=float(video.average_rate or 0),
                codecs=(video.codec_context.name, audio.codec_context.name),
                sample_rate=audio.rate,
                channels=audio.channels,
                sound_seconds=samples / audio.rate,
            )
