#!/usr/bin/env python3
"""SGLang-Diffusion 0.5.23 itself on a CPU, with only the MOVA model played.

SGLang's own: HTTP routes, request validation, scheduler process and its queue, worker, pipeline executor, image checks,
progress, warm-up, mp4 and AAC writing, the watch over the worker. Played: text encoder, DiT and VAE, by a stage that
sleeps for each step and one that draws a moving gradient and a tone. Seed and prompt decide both, so the same request
gives the same bytes.

    .sglang-venv/bin/python tests/real_sglang/serve.py --port 31000 --model mova-360p
    .sglang-venv/bin/python tests/real_sglang/serve.py --load-delay 5 -- serve --model-path DIR --port 31000

Everything after ``--`` goes to the parser of ``sglang serve``. Words in the prompt steer one request:
``[[step=0.5]]`` seconds a step, ``[[fail=TEXT]]``, ``[[oom]]``, ``[[crash]]`` (ends the worker), ``[[empty]]`` (no
output), ``[[noaudio]]``.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MODELS = {"mova-360p": "MOVA-360p", "mova-720p": "MOVA-720p"}
COMPONENTS = "video_vae audio_vae text_encoder tokenizer scheduler video_dit video_dit_2 audio_dit dual_tower_bridge"
SAMPLE_RATE = 48_000
Speeds = Mapping[str, float]
# How the played model answers to --attention-backend, for the test of --tune: a factor for the seconds a step, how far
# the picture is moved, whether loading fails.
ATTENTION: Mapping[str, Speeds] = {
    "torch_cudnn_sdpa": {"step_time": 0.5},
    "sage_attn": {"step_time": 0.2, "moved": 0.3},
    "torch_sdpa": {"fails": 1},
}


def model_folder(root: Path, model: str) -> Path:
    """A folder that SGLang's registry takes for this model; it looks at names only."""
    path = root / MODELS[model]
    for component in COMPONENTS.split():
        (path / component).mkdir(parents=True, exist_ok=True)
    index = {name: ["played", "Played"] for name in COMPONENTS.split()}
    about = {"_class_name": "MOVA", "_diffusers_version": "0.37.0"}
    (path / "model_index.json").write_text(json.dumps({**about, **index}))
    return path


# ---- the worker process ----------------------------------------------------------------------------------------


def worker(payload: Any, speeds: Speeds, pipe: Any) -> None:
    """SGLang's own start of a worker, with another pipeline."""
    from sglang.multimodal_gen.runtime.utils.process import kill_itself_when_parent_died

    kill_itself_when_parent_died()
    from sglang.multimodal_gen.runtime.platforms import initialize_current_platform

    initialize_current_platform()
    server_args = payload.materialize()
    from sglang.multimodal_gen.runtime.managers import gpu_worker

    gpu_worker.build_pipeline = lambda args: played_pipeline(args, speeds)
    time.sleep(speeds["load_delay"])
    if speeds.get("fails"):
        raise RuntimeError("no kernel for this head size (played)")
    gpu_worker.run_scheduler_process(local_rank=0, rank=0, server_args=server_args, pipe_writer=pipe)


def played_pipeline(server_args: Any, speeds: Speeds) -> Any:
    from sglang.multimodal_gen.runtime.disaggregation.roles import RoleType
    from sglang.multimodal_gen.runtime.pipelines.mova_pipeline import MOVAPipeline
    from sglang.multimodal_gen.runtime.pipelines_core.stages import InputValidationStage
    from sglang.multimodal_gen.runtime.pipelines_core.stages.base import PipelineStage

    class Denoising(PipelineStage):  # type: ignore[misc]
        role_affinity = property(lambda self: RoleType.DENOISER)

        def forward(self, batch: Any, server_args: Any) -> Any:
            with self.progress_bar(total=int(batch.num_inference_steps), batch=batch) as bar:
                denoise(batch, bar, speeds)
            return batch

    class Decoding(PipelineStage):  # type: ignore[misc]
        role_affinity = property(lambda self: RoleType.DECODER)

        def forward(self, batch: Any, server_args: Any) -> Any:
            time.sleep(0 if batch.is_warmup else speeds["decode_time"])
            return decoded(batch, speeds.get("moved", 0.0))

    class PlayedPipeline(MOVAPipeline):  # type: ignore[misc]
        def load_modules(self, server_args: Any, loaded_modules: Any = None) -> dict[str, Any]:
            return {}

        def create_pipeline_stages(self, server_args: Any) -> None:
            self.add_stage(InputValidationStage())
            self.add_stage(Denoising(), "mova_denoising_stage")
            self.add_stage(Decoding(), "mova_decoding_stage")

    return PlayedPipeline(server_args.model_path, server_args)


def word(batch: Any, name: str) -> str | None:
    """The value of a word such as ``[[step=0.5]]`` in the prompt; empty without a value, None where it is not there."""
    prompt = batch.prompt if isinstance(batch.prompt, str) else ""
    found = re.search(rf"\[\[{name}(?:=([^\]]*))?\]\]", prompt)
    return (found[1] or "") if found else None


def denoise(batch: Any, bar: Any, speeds: Speeds) -> None:
    steps = int(batch.num_inference_steps)
    pause = float(word(batch, "step") or speeds["step_time"])
    for step in range(steps):
        time.sleep(speeds["warmup_time"] / max(steps, 1) if batch.is_warmup else pause)
        if step >= steps // 2:
            _end_badly(batch)
        bar.update()


def _end_badly(batch: Any) -> None:
    import torch

    if word(batch, "crash") is not None:
        os._exit(1)
    if word(batch, "oom") is not None:
        raise torch.OutOfMemoryError("CUDA out of memory (played)")
    if (text := word(batch, "fail")) is not None:
        raise RuntimeError(text or "played failure")


def decoded(batch: Any, moved: float) -> Any:
    """Picture of shape (videos, 3, frames, height, width) in 0 to 1, sound of shape (videos, 1, samples)."""
    import torch
    from sglang.multimodal_gen.runtime.pipelines_core.schedule_batch import OutputBatch

    if word(batch, "empty") is not None:
        return OutputBatch(metrics=batch.metrics)
    if len(batch.seeds) > 1:  # as the MOVA pipeline itself fails where several videos are asked for
        raise RuntimeError(
            "Sizes of tensors must match except in dimension 1. Expected size "
            f"{len(batch.seeds)} but got size 1 for tensor number 1 in the list."
        )
    silent = word(batch, "noaudio") is not None
    return OutputBatch(
        output=torch.stack([_picture(batch, int(seed), moved) for seed in batch.seeds]),
        audio=None if silent else _sound(batch),
        audio_sample_rate=None if silent else SAMPLE_RATE,
        metrics=batch.metrics,
    )


def _picture(batch: Any, seed: int, moved: float) -> Any:
    import torch

    width, height, frames = int(batch.width), int(batch.height), int(batch.num_frames)
    x = torch.linspace(0, 1, width).view(1, 1, 1, width)
    y = torch.linspace(0, 1, height).view(1, 1, height, 1)
    t = torch.arange(frames).view(1, frames, 1, 1) / max(frames - 1, 1)
    tint = torch.rand(3, generator=torch.Generator().manual_seed(seed)).view(3, 1, 1, 1)
    return ((x + t + moved) % 1.0 * 0.6 + y * 0.4) * tint


def _sound(batch: Any) -> Any:
    import torch

    pitch = 220.0 + 2 * (len(str(batch.prompt)) % 200)
    at = torch.arange(int(SAMPLE_RATE * int(batch.num_frames) / int(batch.fps))) / SAMPLE_RATE
    return (0.2 * torch.sin(2 * math.pi * pitch * at)).view(1, 1, -1).repeat(len(batch.seeds), 1, 1)


# ---- the server process ----------------------------------------------------------------------------------------


def parsed(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=sorted(MODELS), default="mova-360p")
    parser.add_argument("--port", type=int, default=30000, help="P, P+1, P+1000 and P+1001 are used")
    parser.add_argument("--work-dir", type=Path, default=Path("real_sglang_work"), help="for all its files")
    for name, seconds, of in (
        ("--step-time", 0.05, "a denoising step"),
        ("--decode-time", 0.0, "decoding"),
        ("--load-delay", 0.0, "loading, before the port opens"),
        ("--warmup-time", 0.2, "the request of the warm-up"),
    ):
        parser.add_argument(name, type=float, default=seconds, metavar="S", help=f"seconds for {of}")
    parser.add_argument("sglang", nargs="*", help="after --: as for `sglang serve`")
    return parser.parse_args(words)


def sglang_words(options: argparse.Namespace) -> list[str]:
    """What SGLang's own parser gets: ours first, so that theirs win."""
    theirs = list(options.sglang)
    if theirs[:1] == ["serve"]:
        theirs.pop(0)
    if "--model-type" in theirs:  # which `sglang serve` itself takes
        at = theirs.index("--model-type")
        del theirs[at : at + 2]
    work = options.work_dir.absolute()
    ours = {
        "--port": options.port,
        "--output-path": work / "outputs",
        "--input-save-path": work / "inputs",
        "--scheduler-port": options.port + 1000,
        "--master-port": options.port + 1001,
    }
    words = [str(part) for pair in ours.items() if pair[0] not in theirs for part in pair]
    if not {"--model-path", "--help"} & set(theirs):
        words += ["--model-path", str(model_folder(work / "models", options.model))]
    return [*words, "--sleep-on-idle", "--strict-ports", *theirs]


def main() -> None:
    """The way of ``sglang serve``, but for how the worker is started."""
    if "sgl_cpu_shims" not in sys.modules:
        raise SystemExit("run this with the Python of the environment that setup.sh makes")
    options = parsed(sys.argv[1:])
    speeds = {name: getattr(options, name) for name in ("step_time", "decode_time", "load_delay", "warmup_time")}
    if "--attention-backend" in options.sglang:
        answer = ATTENTION.get(options.sglang[options.sglang.index("--attention-backend") + 1], {})
        speeds |= {**answer, "step_time": speeds["step_time"] * answer.get("step_time", 1.0)}
    from sglang.multimodal_gen.runtime import launch_server
    from sglang.multimodal_gen.runtime.entrypoints.cli.serve import add_multimodal_gen_serve_args
    from sglang.multimodal_gen.runtime.managers.worker_bootstrap import ServerArgsPayload
    from sglang.multimodal_gen.runtime.server_args import ServerArgs

    sys.argv = ["sglang", *sglang_words(options)]  # SGLang looks here for what was said explicitly
    parser = add_multimodal_gen_serve_args(argparse.ArgumentParser("sglang serve"))
    named, unknown = parser.parse_known_args()
    server_args = ServerArgs.from_cli_args(named, unknown, default_args={"warmup_mode": "server"})
    launch_server.configure_logger(server_args)
    context = multiprocessing.get_context("spawn")
    reader, writer = context.Pipe(duplex=False)
    payload = ServerArgsPayload.capture(server_args)
    process = context.Process(target=worker, name="sglang-worker", daemon=True, args=(payload, speeds, writer))
    process.start()
    writer.close()
    if reader.recv()["status"] != "ready":
        raise SystemExit("the worker did not start")
    print(f"[real] http pid={os.getpid()} worker pid={process.pid} url={server_args.url()}", flush=True)
    try:
        launch_server.launch_http_server_only(server_args, worker_pids=(process.pid,))
    finally:
        launch_server.shutdown_scheduler_processes(server_args, [process])


if __name__ == "__main__":
    main()
