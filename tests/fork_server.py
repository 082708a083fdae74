"""A process that has imported the program, and runs commands of ours in forked copies of itself.

    python tests/fork_server.py SOCKET    # ends with its standard input

A copy has its own arguments, environment, folder, streams and session, and ends as a Python of its own would: only the
imports are done. Nothing here has a thread. ``tests/forked.py`` asks for copies.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[1]
IMPORTED = (
    *("cli.runs", "cli.batch", "cli.export", "cli.rerun", "cli.server_commands", "cli.first_frame"),
    *("cli.video_description", "cli.visual_elements", "jobs.service.listing", "alembic.command"),
    *("google.genai", "openai", "dashscope", "pi_heif", "preview.app", "uvicorn.protocols.http.auto"),
    *("uvicorn.protocols.websockets.auto", "uvicorn.lifespan.on", "uvicorn.loops.auto", "cli.worker", "tests.forked"),
    # What a run imports as it goes, such as a service's file or a way into an HTTP library.
    *("cli.film", "cli.keys", "media.measured_picture", "media.quality_check", "media.tags", "media.videos"),
    *("record.provenance", "render.http", "render.warm_up", "storyboard.telling", "description.reference_words"),
    *("providers.gemini", "providers.hearing", "providers.openai_compatible", "providers.dashscope_chat"),
    *("openai.resources.chat", "openai.resources.images", "openai.resources.chat.completions", "dbos._sys_db_sqlite"),
    *("httpcore2", "trio", "anyio._backends._asyncio", "anyio.streams.tls", "fastapi.telemetry._runtime", "tqdm"),
    *("PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.JpegImagePlugin", "PIL.PngImagePlugin", "PIL.PpmImagePlugin"),
    *("alembic.config", "av.subtitles.stream", "multiprocessing.synchronize", "numpy.fft", "numpy.random"),
)


def request(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """What to run, a line of JSON, and the three streams for it."""
    line, streams, *_ = socket.recv_fds(connection, 1 << 16, 3)
    while not line.endswith(b"\n"):
        line += connection.recv(1 << 16)
    return json.loads(line), streams


def keep(connection: socket.socket, streams: list[int]) -> None:
    """Fork the copy and tell its id, then how it ended; returns in the copy alone."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    copy = os.fork()
    if copy == 0:
        return
    for stream in streams:
        os.close(stream)
    connection.sendall(struct.pack("i", copy))
    _, status = os.waitpid(copy, 0)
    connection.sendall(struct.pack("i", status))
    os._exit(0)


def become(asked: dict[str, Any], streams: list[int], address: str) -> None:
    """Take the streams, the folder, the environment and the arguments of a command."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    if asked["session"]:
        os.setsid()
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    time.tzset()
    tempfile.tempdir = None
    from tests import forked

    forked.address = address
    subprocess.Popen = forked.Forked  # type: ignore[misc]  # the preview engine that a command starts is one, too
    sys.argv[:] = asked["words"]


def main() -> None:
    """Serve; returns in a copy, which then is the command."""
    sys.path[0] = str(REPO)
    os.umask(0o022)
    for name in IMPORTED:
        importlib.import_module(name)
    from tests import database_templates, disk

    database_templates.prepare()
    database_templates.use_copies()
    disk.wait_for_none()
    gc.freeze()
    address = sys.argv[1]
    assert len(list(Path("/proc/self/task").iterdir())) == 1, "a process with threads cannot be copied"
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        print("ready", flush=True)
        while select.select([listener.fileno(), 0], [], [])[0] == [listener.fileno()]:
            connection, _ = listener.accept()
            asked, streams = request(connection)
            if os.fork() == 0:
                listener.close()
                keep(connection, streams)
                connection.close()
                return become(asked, streams, address)
            connection.close()
            for stream in streams:
                os.close(stream)
    Path(address).unlink()
    Path(address).parent.rmdir()
    sys.exit()


if __name__ == "__main__":
    main()
    if sys.argv[0] == "-m":
        del sys.argv[0]
        warnings.filterwarnings("ignore", module="runpy")  # that the module was imported before
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")
