"""From the fields of a request to what is rendered, or the 400 that SGLang 0.5.23 answers in its words and order."""

from __future__ import annotations

import math
from dataclasses import dataclass

from preview.fields import VideoGenerationsRequest
from preview.sizes import Model, rendered_frames, rendered_size

DEFAULT_SECONDS, DEFAULT_FPS, DEFAULT_STEPS, DEFAULT_SEED = 4, 24, 50, 42
MAX_OUTPUTS = 10
# Far beyond what MOVA renders; SGLang has no such limits, but a preview has one worker for everybody.
HIGHEST = {"width": 100_000, "height": 100_000, "num_frames": 2_000, "num_inference_steps": 10_000, "fps": 240}
QUALITIES = ["exact", "lossless", "high", "extra-high"]
# How much of a picture is kept, 10 to 100, by SGLang's words for a video.
OUTPUT_QUALITIES = {"maximum": 100, "high": 90, "medium": 55, "low": 35, "default": 50}
PRESETS = ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"]
TASKS = ["I2V", "T2V", "TI2V", "T2I", "I2I", "TI2I", "I2M", "VLA_ACTION", "V2V", "F2V"]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One render: sizes in pixels, ``num_frames`` of the form 4k+1. The ``asked`` size is what answers show."""

    prompt: str
    asked_width: int
    asked_height: int
    width: int
    height: int
    num_frames: int
    fps: int
    num_inference_steps: int
    seeds: tuple[int, ...]
    num_outputs: int
    output_compression: int

    @property
    def crf(self) -> int:
        """What x264 is given for it, as imageio makes it: 100 is 0, 50 is 25."""
        return int((1 - self.output_compression / 100) * 51)

    @property
    def seed(self) -> int:
        return self.seeds[0]

    @property
    def seconds(self) -> float:
        return self.num_frames / self.fps


def plan_of(asked: VideoGenerationsRequest, *, has_picture: bool, model: Model) -> Plan:
    """What is rendered for a request.

    Raises:
        ValueError: it is refused, in SGLang's words (or ours for what a preview never does).
    """
    _refuse_what_a_preview_never_does(asked)
    _check_task(asked)
    width, height = _asked_size(asked, model)
    fps = DEFAULT_FPS if asked.fps is None else asked.fps
    frames = asked.num_frames if asked.num_frames is not None else fps * _seconds(asked)
    steps = DEFAULT_STEPS if asked.num_inference_steps is None else asked.num_inference_steps
    _check_positive(width=width, height=height, num_frames=frames, num_inference_steps=steps)
    _check_choices(asked)
    seeds = _seeds(asked)
    _check_encoding(asked, fps)
    _check_guidance(asked)
    _check_highest(width=width, height=height, num_frames=frames, num_inference_steps=steps, fps=fps)
    if not has_picture:
        raise ValueError("Served model with task type 'I2V' requires an 'image_path' input, but none was provided")
    compression = _output_compression(asked)
    rendered_width, rendered_height = rendered_size(model, width, height)
    return Plan(
        prompt=asked.prompt,
        asked_width=width,
        asked_height=height,
        width=rendered_width,
        height=rendered_height,
        num_frames=rendered_frames(frames),
        fps=fps,
        num_inference_steps=steps,
        seeds=seeds,
        num_outputs=_num_outputs(asked),
        output_compression=compression,
    )


def _refuse_what_a_preview_never_does(asked: VideoGenerationsRequest) -> None:
    if asked.enhance_prompt:
        raise ValueError("Prompt enhancement requires --prompt-enhancer-config")
    for name in ("output_path", "perf_dump_path"):
        if getattr(asked, name):
            raise ValueError(f"{name} is refused: the preview engine writes to no named path")
    for name in ("enable_frame_interpolation", "enable_upscaling"):
        if getattr(asked, name):
            raise ValueError(f"{name} is not supported by the preview engine")


def _check_task(asked: VideoGenerationsRequest) -> None:
    if asked.task_type is None or asked.task_type.upper() == "I2V":
        return
    task = asked.task_type.upper()
    if task not in TASKS:
        raise ValueError(f"Unknown task_type {asked.task_type!r}; choose from {TASKS}")
    raise ValueError(f"Unsupported task_type {task}; this pipeline supports ['I2V']")


def _asked_size(asked: VideoGenerationsRequest, model: Model) -> tuple[int, int]:
    """``width`` and ``height`` win over ``size``; what is missing is the model's own."""
    width, height = _size_of_text(asked.size) if asked.size else (model.width, model.height)
    return (
        width if asked.width is None else asked.width,
        height if asked.height is None else asked.height,
    )


def _size_of_text(size: str) -> tuple[int, int]:
    try:
        width, height = (int(side) for side in size.lower().replace(" ", "").split("x"))
    except ValueError:
        width = height = 0
    if width <= 0 or height <= 0:
        raise ValueError("size must be formatted as positive WIDTHxHEIGHT")
    return width, height


def _seconds(asked: VideoGenerationsRequest) -> int:
    return DEFAULT_SECONDS if asked.seconds is None else asked.seconds


def _check_positive(**numbers: int) -> None:
    for name, number in numbers.items():
        if number <= 0:
            raise ValueError(f"{name} must be positive")


def _check_highest(**numbers: int) -> None:
    for name, number in numbers.items():
        if number > HIGHEST[name]:
            raise ValueError(f"{name} must be at most {HIGHEST[name]}: this is the preview engine")


def _check_choices(asked: VideoGenerationsRequest) -> None:
    if asked.quality is not None and asked.quality not in QUALITIES:
        raise ValueError(f"quality must be one of {QUALITIES}, got {asked.quality!r}")


def _seeds(asked: VideoGenerationsRequest) -> tuple[int, ...]:
    if isinstance(asked.seed, list):
        if not asked.seed:
            raise ValueError("seed list must not be empty")
        if min(asked.seed) < 0:
            raise ValueError(f"seed list must contain non-negative ints, got {asked.seed!r}")
        return tuple(asked.seed)
    seed = DEFAULT_SEED if asked.seed is None else asked.seed
    if seed < 0:
        raise ValueError(f"seed must be a non-negative int or list of ints, got {seed!r}")
    return (seed,)


def _check_encoding(asked: VideoGenerationsRequest, fps: int) -> None:
    if asked.x264_preset is not None and asked.x264_preset not in PRESETS:
        raise ValueError(f"x264_preset must be one of {', '.join(PRESETS)}, got {asked.x264_preset!r}")
    if fps <= 0:
        raise ValueError(f"fps must be a positive int, got {fps!r}")


def _check_guidance(asked: VideoGenerationsRequest) -> None:
    for name in ("guidance_scale", "guidance_scale_2", "true_cfg_scale"):
        value = getattr(asked, name)
        if value is not None and not math.isfinite(value):
            raise ValueError(f"{name} must be finite, got {value!r}")
        if value is not None and value < 0:
            raise ValueError(f"{name} must be non-negative, got {value!r}")


def _output_compression(asked: VideoGenerationsRequest) -> int:
    """A number that is given counts more than a word."""
    if asked.output_compression is not None:
        return asked.output_compression
    wanted = "default" if asked.output_quality is None else asked.output_quality
    if wanted not in OUTPUT_QUALITIES:
        raise ValueError(f"Invalid output_quality {wanted!r}. Expected one of: {list(OUTPUT_QUALITIES)}")
    return OUTPUT_QUALITIES[wanted]


def _num_outputs(asked: VideoGenerationsRequest) -> int:
    wanted = asked.num_outputs_per_prompt if asked.num_outputs_per_prompt is not None else asked.n or 1
    return max(1, min(wanted, MAX_OUTPUTS))
