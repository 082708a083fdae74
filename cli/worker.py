"""The script of ``python -m jobs.worker``: a worker by itself."""

from __future__ import annotations

import argparse
import logging
import signal
import threading

import config
from cli.terminal import run_script
from jobs import worker

_LOG = logging.getLogger("mova.worker")


def _run(options: argparse.Namespace) -> dict[str, object]:
    """Work until SIGTERM or Ctrl-C."""
    logging.basicConfig(format="%(asctime)s %(message)s")
    _LOG.setLevel(logging.INFO)
    stopped = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stopped.set())
    with worker.working(config.load()):
        _LOG.info("working")
        stopped.wait()
        _LOG.info("stopping")
    return {"text": "stopped"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m jobs.worker", description=worker.__doc__)
    parser.set_defaults(json=False)
    run_script(parser, _run)


if __name__ == "__main__":
    main()
