"""The MCP server over standard input and output, for a program on this machine: ``python -m api.mcp``.

It acts as the one person of this machine, whose jobs the command line makes; with MOVA_API_KEY as the key's person.
Files are given by an address on 127.0.0.1, which holds as long as this process lives.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

import config
from api.access import Caller
from api.mcp_acts import Acts
from api.mcp_files import PATH, send
from api.mcp_server import create_server
from cli.terminal import say_error
from core.errors import ApiKeyRefused, MovaError
from core.translations import translator
from jobs.model.api_keys import SCOPES
from jobs.model.people import SHARED
from jobs.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config import Settings

KEY = "MOVA_API_KEY"
_FIRST_LOOK = 3.0


def _serve() -> None:
    """Serve until the client closes its end; jobs go on at the next start."""
    settings = config.load()
    worker = Worker(settings)
    worker.start(working=settings.embedded_worker)
    try:
        worker.monitor.server_status(patience=_FIRST_LOOK)  # or an estimate of now would not hold a moment later
        caller = _caller(worker, settings)
        with _files(worker, settings) as address:
            create_server(lambda _ctx: Acts(caller, address)).run("stdio")
    finally:
        worker.stop()


def _caller(worker: Worker, settings: Settings) -> Caller:
    """Who is acted for; raises ApiKeyRefused."""
    person, scopes = SHARED, SCOPES
    if key := os.environ.get(KEY, "").strip():
        found = worker.service.api_keys.of_program(key)
        if found is None:
            raise ApiKeyRefused
        person, scopes = found.person(settings), found.scopes
    return Caller(person, scopes, worker.service.of(person), settings, translator("en"))


@contextmanager
def _files(worker: Worker, settings: Settings) -> Iterator[str]:
    """Gives files on a free port of this machine; yields the address."""
    app = Starlette(routes=[Route(PATH, partial(send, settings, lambda: worker.service))])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True, name="files")
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(5)


def main() -> None:
    argparse.ArgumentParser(prog="python -m api.mcp", description=__doc__).parse_args()
    try:
        _serve()
    except MovaError as problem:  # standard output is the client's
        say_error(problem)
        sys.exit(problem.exit_code)


if __name__ == "__main__":
    main()
