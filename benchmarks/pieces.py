"""Where the program's own time goes, by the clock at the seams between its parts.

``python -m benchmarks.pieces FILE full …`` is workflow.py with its seams watched: it writes them to FILE as JSON.
"""

from __future__ import annotations

import functools
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.takes import TAKES

# What is watched, under its short name.
SEAMS = {
    "database": "jobs.worker:open_store",
    "engine": "jobs.execution.engine:launch",
    "prepare": "jobs.execution.prepare:PrepareStage.advance",
    "render": "jobs.execution.render:RenderStage.advance",
    "download": "sglang_client:SGLangClient.download",
    "recorded": "jobs.execution.finalize:FinalizeStage.recorded",
    "reported": "jobs.execution.finalize:FinalizeStage.reported",
    "stop": "jobs.worker:Worker.stop",
}
_STEPS = (
    ("image prompt", TAKES["gemini.text"]),
    ("first frame", TAKES["gemini.image"]),
    ("visual elements", TAKES["gemini.vision"]),
    ("video description", TAKES["gemini.text"]),
)


@dataclass(frozen=True)
class Passage:
    """One call of a watched function, in seconds of the monotonic clock, which all processes share."""

    seam: str
    began: float
    ended: float


@contextmanager
def watched() -> Iterator[list[Passage]]:
    """Watch the seams for as long as the block lasts; the list grows with every call that has ended."""
    seen: list[Passage] = []
    before = [(seam, *_place(path)) for seam, path in SEAMS.items()]
    for seam, owner, name, original in before:
        setattr(owner, name, _noting(seam, original, seen))
    try:
        yield seen
    finally:
        for _, owner, name, original in before:
            setattr(owner, name, original)


def _place(path: str) -> tuple[Any, str, Callable[..., Any]]:
    module, _, names = path.partition(":")
    owner: Any = import_module(module)
    *outer, name = names.split(".")
    for one in outer:
        owner = getattr(owner, one)
    return owner, name, getattr(owner, name)


def _noting(seam: str, original: Callable[..., Any], seen: list[Passage]) -> Callable[..., Any]:
    @functools.wraps(original)
    def noted(*given: Any, **more: Any) -> Any:
        began = time.monotonic()
        try:
            return original(*given, **more)
        finally:
            seen.append(Passage(seam, began, time.monotonic()))

    return noted


def pieces(seen: list[Passage], began: float, ended: float, render_ended: float) -> dict[str, float]:
    """Seconds by piece of one Full run, between ``began`` and ``ended``; what services and the render took is left out.

    Args:
        render_ended: when the server had the film.
    """
    seen = sorted((one for one in seen if began <= one.began <= ended), key=lambda one: one.began)
    prepare, render = _of(seen, "prepare"), _of(seen, "render")
    found: dict[str, float] = {}
    for name, seam in (("database opened", "database"), ("DBOS launched", "engine")):
        found |= dict.fromkeys([name] if _of(seen, seam) else [], _took(seen, seam))
    found["before, all else"] = prepare[0].began - began - sum(found.values())
    for (name, takes), this, after in zip(_STEPS, prepare, prepare[1:], strict=False):
        found[name] = after.began - this.began - takes
    found["into the queue and to a server"] = render[0].began - prepare[-1].began
    found["sent"] = render[0].ended - render[0].began
    (fetched,), (kept,), (told,) = (_of(seen, one) for one in ("download", "recorded", "reported"))
    found["end noticed"] = fetched.began - render_ended
    found["fetched and checked"] = fetched.ended - fetched.began
    found["recorded"] = kept.ended - kept.began
    found["listened to, written into the film"] = told.ended - told.began
    found["after it"] = ended - told.ended - _took(seen, "stop")
    return found | dict.fromkeys(["engine stopped"] if _of(seen, "stop") else [], _took(seen, "stop"))


def _of(seen: list[Passage], seam: str) -> list[Passage]:
    return [one for one in seen if one.seam == seam]


def _took(seen: list[Passage], seam: str) -> float:
    return sum(one.ended - one.began for one in _of(seen, seam))


def read(path: Path) -> list[Passage]:
    """What a watched command line has written."""
    return [Passage(**one) for one in json.loads(path.read_text(encoding="utf-8"))]


def main() -> None:
    """Run workflow.py with the rest of the command line."""
    path = Path(sys.argv.pop(1))
    sys.argv[0] = "workflow.py"
    from workflow import main as workflow

    with watched() as seen:
        try:
            workflow()
        finally:
            path.write_text(json.dumps([vars(one) for one in seen]), encoding="utf-8")


if __name__ == "__main__":
    main()
