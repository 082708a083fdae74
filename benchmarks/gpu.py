"""A running server by steps × frames × size: seconds a render, and what one more step takes.

Unlike the other benchmarks it needs a server, and says nothing of this machine.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.figures import Figure
from benchmarks.material import PROMPT, drawn
from core.errors import MovaError
from core.render_settings import SIZES, Orientation, RenderSettings, render_settings
from sglang_client import SGLangClient

STEPS, FRAMES = (10, 25, 50), (49, 97, 193)
_SEED = 7
_PATIENCE, _LONGEST = 60.0, 14_400.0  # seconds


def sweep(address: str, rounds: int, steps: Sequence[int] = STEPS, frames: Sequence[int] = FRAMES) -> Iterator[Figure]:
    """Every combination, one after the other; a render that fails is told of and left out."""
    client = SGLangClient(address)
    model = client.info().model or "mova-360p"
    _seconds(client, _settings(model, "landscape", min(frames), min(steps)))  # the first render is slower
    for orientation, length in itertools.product(SIZES[model], sorted(frames)):
        taken: dict[int, tuple[float, ...]] = {}
        for count in sorted(steps):
            settings = _settings(model, orientation, length, count)
            seconds = [_seconds(client, settings) for _ in range(rounds)]
            if found := tuple(one for one in seconds if one is not None):
                taken[count] = found
                yield Figure("gpu", f"{_name(settings)}, {count} steps", "s", found)
        if len(taken) > 1:
            yield Figure("gpu", f"{_name(settings)}: one more step", "s", one_more_step(taken))


def why_not(address: str) -> str:
    """What is the matter with the server to begin with; empty where it is ready."""
    try:
        SGLangClient(address).check_health()
    except MovaError as problem:
        return f"{problem.message()} {problem.next_step()}"
    return ""


def one_more_step(taken: Mapping[int, Sequence[float]]) -> tuple[float, ...]:
    """Seconds, from the fewest and the most steps of each round."""
    fewest, most = min(taken), max(taken)
    return tuple((slow - quick) / (most - fewest) for quick, slow in zip(taken[fewest], taken[most], strict=False))


def _name(settings: RenderSettings) -> str:
    return f"{settings.size}, {settings.num_frames} frames"


def _settings(model: str, orientation: Orientation, frames: int, steps: int) -> RenderSettings:
    return render_settings(
        model=model,
        orientation=orientation,
        num_frames=frames,
        fps=24,
        guidance_scale=5.0,
        num_inference_steps=steps,
        seed=_SEED,
    )[0]


def _seconds(client: SGLangClient, settings: RenderSettings) -> float | None:
    """The server's own time for a render, else ours; None where it failed."""
    began = time.monotonic()
    try:
        job = client.submit(PROMPT, drawn(settings.width, settings.height), settings)
        done = client.wait(job.id, timeout=_LONGEST, patience=_PATIENCE)
    except MovaError as problem:
        print(f"{_name(settings)}, {settings.num_inference_steps} steps: {problem.message()}", file=sys.stderr)
        return None
    return done.inference_time_s or time.monotonic() - began
