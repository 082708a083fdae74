"""Forks lives off a process that has loaded everything already: python -m tests.jobs.crash.nursery

Says {} when it is ready. Reads one life a line, as JSON; answers {"pid": N} and, when that process is gone,
{"ended": N, "status": S}.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from config import Settings
from core.errors import ProviderError
from tests.jobs.crash import victim


def main() -> None:
    _load_everything()
    _say({})
    for line in sys.stdin:
        life = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _live(life)
        _say({"pid": pid})
        threading.Thread(target=_report_end, args=(pid,), daemon=True).start()


def _load_everything() -> None:
    """Do a little of all that a life does, so that its imports, a second of computing, are behind us."""
    for module in ("media.videos", "prompt_rewriter_with_image", "qwen_vl_api", "render.http"):
        import_module(module)
    from generate_first_frame import write_image_prompt
    from jobs.store.store import open_store
    from media.crop import CropChoice
    from media.frames import render_frame
    from providers import choose

    with TemporaryDirectory() as folder:
        open_store(f"sqlite:///{Path(folder)}/jobs.db").close()
    render_frame(None, victim.TINY, CropChoice())
    nobody: dict[str, Any] = {"openai_base_url": "http://127.0.0.1:9/v1", "openai_text_model": "none"}
    with suppress(ProviderError):
        writer = choose(Settings(**nobody, provider_attempts=1), "text")
        write_image_prompt("a cat", orientation="landscape", writer=writer, limit=None)


def _live(life: dict[str, Any]) -> None:
    log = os.open(life["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, standard in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(ours, standard)
    try:
        victim.live(life)
    except BaseException:
        os.write(log, traceback.format_exc().encode())
    os._exit(70)


def _report_end(pid: int) -> None:
    _say({"ended": pid, "status": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])})


def _say(words: dict[str, int]) -> None:
    os.write(1, json.dumps(words).encode() + b"\n")  # one write: whole lines, and no lock that a fork could break


if __name__ == "__main__":
    main()
