"""Plays `sglang serve` for tests of --tune: a render's time, memory and picture answer to its options.

It obeys SGLang's contract over HTTP, reports times instead of taking them, and writes each start to STARTS.
"""

from __future__ import annotations

import json
import os
import re
import sys
import uuid
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av
import numpy as np

HELP = """--model-type --model-path --served-model-name --host --port --num-gpus --ring-degree --ulysses-degree
--cfg-parallel-size --attention-backend --enable-breakable-cuda-graph"""
WORDS = sys.argv[1:]
jobs: dict[str, dict[str, Any]] = {}


def value(option: str, default: str = "") -> str:
    return WORDS[WORDS.index(option) + 1] if option in WORDS else default


def seconds_a_step() -> float:
    attention = {"fa": 0.8, "torch_cudnn_sdpa": 0.6, "sage_attn": 0.3}.get(value("--attention-backend"), 1.0)
    degrees = int(value("--cfg-parallel-size", "1")) * 1.0 + int(value("--ring-degree", "1")) * 0.1
    spread = {"1": 1.3}.get(value("--cfg-parallel-size", "1"), 1.0) if value("--num-gpus") != "1" else 1.0
    return round(attention * spread + 0.001 * degrees, 4)


def render(fields: dict[str, Any], path: Path) -> None:
    """Moving waves of light and a tone; fewer than four steps make other waves."""
    width, height = map(int, fields["size"].split("x"))
    frames, steps = int(fields["num_frames"]), int(fields["num_inference_steps"])
    backend = value("--attention-backend")
    noise = np.random.default_rng(1)
    with av.open(str(path), "w") as file:
        video = file.add_stream("libx264", rate=24, options={"crf": "5", "preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        sound = file.add_stream("aac", rate=48_000, layout="mono")
        x, y = np.meshgrid(np.arange(width), np.arange(height))
        for number in range(frames):
            wave = np.sin((x + 4 * number) / (9.0 if backend == "sage_attn" or steps < 4 else 14.0)) * np.cos(y / 17)
            light = 128 + 100 * wave
            light = light + noise.integers(-1, 2, light.shape) if backend == "fa" else light
            picture = np.repeat(light.astype(np.uint8)[:, :, None], 3, axis=2)
            file.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        at = np.arange(48_000 * frames // 24) / 48_000
        tone = av.AudioFrame.from_ndarray((0.3 * np.sin(2760 * at)).astype(np.float32)[None, :], "fltp", "mono")
        tone.sample_rate = 48_000
        file.mux(sound.encode(tone))
        for stream in (video, sound):
            file.mux(stream.encode(None))


def made(fields: dict[str, Any]) -> dict[str, Any]:
    job_id, steps = str(uuid.uuid4()), int(fields["num_inference_steps"])
    path = Path(value("--output-path", ".")) / f"{job_id}.mp4"
    step = seconds_a_step()
    if "--enable-breakable-cuda-graph" in WORDS:
        return {"id": job_id, "status": "failed", "error": {"message": "CUDA error: operation not permitted"}}
    render(fields, path)
    stages = {"InputValidationStage": 0.2, "mova_denoising_stage": step * steps, "mova_decoding_stage": 1.5}
    report = {
        "steps": [{"name": name, "duration_ms": took * 1000} for name, took in stages.items()],
        "denoise_steps_ms": [{"step": number, "duration_ms": step * 1000} for number in range(steps)],
    }
    Path(fields["perf_dump_path"]).write_text(json.dumps(report))
    whole = sum(stages.values())
    told = {"inference_time_s": whole, "peak_memory_mb": 40_000.0, "file": str(path)}
    return {"id": job_id, "status": "completed", **told}


class Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/health":
            self._answer(200, b"{}")
            return
        job = jobs[self.path.split("/")[3]]
        is_file = self.path.endswith("/content")
        self._answer(200, Path(job["file"]).read_bytes() if is_file else json.dumps(job).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        parts = BytesParser(policy=HTTP).parsebytes(kind + body)
        fields = {str(part.get_param("name", header="content-disposition")): part for part in parts.iter_parts()}
        assert fields["input_reference"].get_payload(decode=True)[:4] == b"\x89PNG"  # type: ignore[index]
        text = {name: part.get_content().strip() for name, part in fields.items() if name != "input_reference"}
        job = made(text)
        jobs[job["id"]] = job
        self._answer(200, json.dumps(job).encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    if "--help" in WORDS:
        print(HELP)
        return
    with Path(os.environ["STARTS"]).open("a") as starts:
        told = re.findall(r"(?:attention-backend|cuda-graph|cfg-parallel-size|ulysses-degree) \S+", " ".join(WORDS))
        starts.write(f"{' '.join(told)}\n")
    print(f"pids {os.getpid()} {os.getpid()}", flush=True)
    if value("--attention-backend") == "torch_sdpa":
        print("RuntimeError: no kernel for this head size\nEOFError", flush=True)
        raise SystemExit(1)
    ThreadingHTTPServer(("127.0.0.1", int(value("--port"))), Server).serve_forever()


if __name__ == "__main__":
    main()
