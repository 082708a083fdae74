"""The clip that every set renders: one fixed picture, prompt and seed, sent to a server over plain HTTP.

It needs no more than the standard library, as the launcher runs with the Python of the GPU machine.
"""

from __future__ import annotations

import json
import secrets
import struct
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from core.files import atomic_file

PROMPT = (
    "A woman in a yellow raincoat walks along a wet street towards the camera and says, “It will stop soon.” "
    "The camera slowly moves back. Rain patters on the pavement, and a tram passes far off."
)
SEED = 20_260_101
FPS = 24
_ANSWER_SECONDS, _SEND_SECONDS = 10.0, 300.0
_QUICK, _CALM = 0.1, 2.0
_SHARE = 0.02  # of the time that it has taken so far: the end is seen that late at most


class RenderFailed(Exception):
    """The reason in the server's words."""


@dataclass(frozen=True)
class ClipRequest:
    """Width and height in pixels; ``num_frames`` is 4k+1."""

    width: int
    height: int
    num_frames: int
    steps: int

    @property
    def size(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True)
class ClipTimes:
    """What the server told of a render, in seconds; ``peak_gb`` of 10^9 bytes. Empty or None: it did not tell.

    ``stages`` has encoding, denoising and decoding; ``seconds`` is the server's own time, else ours.
    """

    seconds: float
    stages: dict[str, float]
    step_seconds: float | None = None
    peak_gb: float | None = None


def render(port: int, clip: ClipRequest, video: Path, *, is_alive: Callable[[], bool], timeout: float) -> ClipTimes:
    """Send the clip to the server on a port of this machine, wait for its end, and fetch it.

    Args:
        video: where it is put; what the server tells of its stages comes to lie beside it.
        is_alive: whether the server still runs.
        timeout: in seconds.

    Raises:
        RenderFailed
    """
    told = video.with_suffix(".stages.json").absolute()
    told.unlink(missing_ok=True)
    began = time.monotonic()
    job = _sent(port, clip, told)
    while job.get("status") not in ("completed", "failed"):
        if not is_alive():
            raise RenderFailed("the server ended in the middle of the render")
        if time.monotonic() - began > timeout:
            raise RenderFailed(f"not finished after {timeout:.0f} s")
        time.sleep(min(_CALM, max(_QUICK, _SHARE * (time.monotonic() - began))))
        job = _json(_asked(port, "GET", f"/v1/videos/{job['id']}"))
    ours = time.monotonic() - began
    if job["status"] == "failed":
        raise RenderFailed(str((job.get("error") or {}).get("message") or "no reason was given")[:500])
    with atomic_file(video) as part:
        part.write_bytes(_asked(port, "GET", f"/v1/videos/{job['id']}/content", seconds=_SEND_SECONDS))
    return _times(job, ours, told, clip.steps)


def _sent(port: int, clip: ClipRequest, told: Path) -> dict[str, Any]:
    fields = {
        "prompt": PROMPT,
        "size": clip.size,
        "num_frames": clip.num_frames,
        "fps": FPS,
        "num_inference_steps": clip.steps,
        "guidance_scale": 5.0,
        "seed": SEED,
        "output_quality": "high",  # so that what is compared is the render, not its compression
        "perf_dump_path": told,
    }
    border = secrets.token_hex(16)
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    picture = (
        b'Content-Disposition: form-data; name="input_reference"; filename="frame.png"\r\n'
        b"Content-Type: image/png\r\n\r\n" + first_frame(clip.width, clip.height)
    )
    line = f"\r\n--{border}\r\n".encode()
    body = line[2:] + line.join([*(part.encode() for part in parts), picture]) + f"\r\n--{border}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={border}"}
    return _json(_asked(port, "POST", "/v1/videos", body=body, headers=kind, seconds=_SEND_SECONDS))


def _asked(
    port: int,
    method: str,
    path: str,
    *,
    seconds: float = _ANSWER_SECONDS,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> bytes:
    connection = HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, HTTPException) as problem:
        raise RenderFailed(f"{method} {path.split('/')[2]}: {type(problem).__name__}") from None
    finally:
        connection.close()
    if answer.status != 200:
        raise RenderFailed(f"HTTP {answer.status}: {content[:300].decode(errors='replace')}")
    return content


def _json(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not str(found.get("id", "")).replace("-", "").isalnum():
        raise RenderFailed("the server's answer is not a job")
    return found


def _times(job: dict[str, Any], ours: float, told: Path, steps_asked: int) -> ClipTimes:
    seconds, peak = job.get("inference_time_s"), job.get("peak_memory_mb")
    try:
        report = json.loads(told.read_bytes())
        stages = stages_of([(str(one["name"]), float(one["duration_ms"])) for one in report["steps"]])
        steps = [float(one["duration_ms"]) / 1000 for one in report["denoise_steps_ms"]]
    except (OSError, ValueError, KeyError, TypeError):
        stages, steps = {}, []
    if not steps and "denoising" in stages:  # not every pipeline times its steps
        steps = [stages["denoising"] / steps_asked]
    return ClipTimes(
        seconds=round(seconds if isinstance(seconds, int | float) and seconds > 0 else ours, 3),
        stages=stages,
        step_seconds=round(sorted(steps)[len(steps) // 2], 4) if steps else None,
        peak_gb=round(peak * 1.048576 / 1000, 2) if isinstance(peak, int | float) and peak > 0 else None,
    )


def stages_of(parts: list[tuple[str, float]]) -> dict[str, float]:
    """SGLang's stages, by name and milliseconds, as seconds of encoding, denoising and decoding."""
    found: dict[str, float] = {}
    for name, milliseconds in parts:
        low = name.lower()
        stage = "denoising" if "denois" in low else "decoding" if "decod" in low else "encoding"
        found[stage] = round(found.get(stage, 0.0) + milliseconds / 1000, 3)
    return found


def first_frame(width: int, height: int) -> bytes:
    """A PNG in 8-bit RGB: a wet street as bands and a figure in it, the same bytes every time."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            figure = abs(x - width // 2) < width // 16 and height // 3 < y < height * 7 // 8
            shade = 60 + 120 * y // height + (x * 7 + y * 13) % 23
            rows += bytes((230, 190, 40)) if figure else bytes((shade // 2, shade * 2 // 3, shade))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(rows))) + chunk(b"IEND", b"")
    )
