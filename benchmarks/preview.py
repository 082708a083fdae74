"""The preview engine's speed against real time, and its memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.material import PROMPT, drawn, plan
from benchmarks.processes import timed
from tests.jobs.load.workers import REPO

_SIZES = {"360p": (640, 352), "720p": (1280, 720)}
_PICTURES = {"a picture": "", "drawn from its words": ", drawn"}
_FRAMES, _FPS = 193, 24


def preview(rounds: int) -> Iterable[Figure]:
    """Each render in a process of its own, so that its memory is its own."""
    kinds = [(name, picture) for name in _SIZES for picture in _PICTURES]
    seen: dict[tuple[str, str], list[tuple[float, float]]] = {kind: [] for kind in kinds}
    for _ in range(rounds):
        for name, picture in kinds:
            seen[name, picture].append(_in_new_process(*_SIZES[name], picture))
    for (size, picture), runs in seen.items():
        name = f"{size}{_PICTURES[picture]}"
        speeds = tuple(_FRAMES / seconds for seconds, _ in runs)
        aim = 1.0 if name in ("720p", "360p, drawn") else None
        yield Figure("preview", f"{name}: frames a second", "", speeds)
        against = tuple(speed / _FPS for speed in speeds)
        yield Figure("preview", f"{name}: speed / real time", "", against, aim=aim, at_least=True)
        yield Figure("preview", f"{name}: memory", "MB", tuple(memory for _, memory in runs))


def _in_new_process(width: int, height: int, picture: str) -> tuple[float, float]:
    command = [sys.executable, "-m", "benchmarks.preview", str(width), str(height), picture]
    done = subprocess.run(command, cwd=REPO, check=True, capture_output=True, text=True)
    seconds, memory = json.loads(done.stdout)
    return seconds, memory


def _render(width: int, height: int, kind: str) -> None:
    from preview.animatic import render
    from storyboard.signature import still

    with tempfile.TemporaryDirectory() as folder:
        picture, video = Path(folder) / "frame.png", Path(folder) / "video.mp4"
        if _PICTURES[kind]:
            still(PROMPT, width, height).save(picture)
        else:
            picture.write_bytes(drawn())
        seconds = timed(lambda: render(plan(width, height, _FRAMES), picture, video, lambda done, whole: None))
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


if __name__ == "__main__":
    _render(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
