"""python -m preview --port 30010 --model mova-360p

The first line on stdout, written once the server listens, is
"preview engine ready: http://HOST:PORT" and nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from preview.sizes import MODELS

if TYPE_CHECKING:
    import uvicorn


def arguments() -> argparse.Namespace:
    """The command line, checked."""
    parser = argparse.ArgumentParser(
        prog="python -m preview", description="An animatic engine behind SGLang's video API."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=30010, help="0 takes a free one")
    parser.add_argument(
        "--allowed-host", action="append", default=[], metavar="NAME", help="a name of this machine in your network"
    )
    parser.add_argument("--model", choices=sorted(MODELS), default="mova-360p")
    parser.add_argument("--output-path", type=Path, help="keep the videos in this folder (default: until the end only)")
    parser.add_argument("--stop-with-parent", action="store_true", help="end when standard input is closed")
    return parser.parse_args()


def server(options: argparse.Namespace) -> uvicorn.Server:
    """The server, not yet running."""
    import uvicorn

    from preview.app import create_app

    class ReadyServer(uvicorn.Server):
        """Says where it listens as soon as it does."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            port = self.servers[0].sockets[0].getsockname()[1]
            print(f"preview engine ready: http://{options.host}:{port}", flush=True)

    config = uvicorn.Config(
        create_app(MODELS[options.model], options.output_path, [options.host, *options.allowed_host]),
        host=options.host,
        port=options.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    return ReadyServer(config)


def stop_at_end_of_input(running: uvicorn.Server) -> None:
    """End the server when the parent is gone: its end of standard input closes, however it died."""

    def wait() -> None:
        sys.stdin.buffer.read()
        running.should_exit = True

    threading.Thread(target=wait, daemon=True, name="preview-parent").start()


def main() -> None:
    options = arguments()
    os.umask(0o077)  # pictures and videos are for this account alone
    running = server(options)
    if options.stop_with_parent:
        stop_at_end_of_input(running)
    with contextlib.suppress(KeyboardInterrupt):
        running.run()


if __name__ == "__main__":
    main()
