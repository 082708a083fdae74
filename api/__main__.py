"""The API alone, without pages: ``python -m api --port 8600``. Keys: ``python workflow.py key create NAME``."""

from __future__ import annotations

import argparse
import tomllib
from contextlib import suppress
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import config
from api.app import create_api
from api.context import ApiContext
from cli.terminal import run_script
from config import HERE, Settings
from jobs.worker import Worker

_SECRETS = (HERE / ".streamlit" / "secrets.toml", Path.home() / ".streamlit" / "secrets.toml")


def _run(options: argparse.Namespace) -> dict[str, object]:
    """Serve until SIGTERM or Ctrl-C; jobs go on at the next start."""
    import uvicorn

    settings = config.load()
    if options.output_dir:
        settings = config.with_overrides(settings, {"output_dir": str(options.output_dir)})
    worker = Worker(settings)
    worker.start(working=settings.embedded_worker)
    context = ApiContext(settings, worker.service, partial(_is_closed, options.host, settings))
    app = create_api(lambda: context, max_image_mb=settings.max_image_mb)
    try:
        # No proxy's word for an address is taken, as nobody has named one.
        uvicorn.run(app, host=options.host, port=options.port, log_level="warning", proxy_headers=False)
    finally:
        worker.stop()
    return {"text": "stopped"}


def _is_closed(host: str, settings: Settings) -> bool:
    """Whether API_OPEN opens nothing: others reach the address, or people log in to the pages over the same jobs."""
    try:
        is_own = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        is_own = False
    return not is_own or bool(settings.trusted_user_header) or any(map(_has_login, _SECRETS))


def _has_login(secrets: Path) -> bool:
    """Whether a file sets up a login; one that cannot be read counts as one."""
    if not secrets.exists():
        return False
    with suppress(OSError, ValueError):
        return "auth" in tomllib.loads(secrets.read_text("utf-8"))
    return True


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m api", description=__doc__)
    parser.add_argument("--port", type=int, default=8600, metavar="P", help="default 8600")
    parser.add_argument("--host", default="127.0.0.1", metavar="H", help="default 127.0.0.1, this machine alone")
    parser.add_argument("--output-dir", type=Path, metavar="DIR", help="default: OUTPUT_DIR (outputs)")
    parser.set_defaults(json=False)
    run_script(parser, _run)


if __name__ == "__main__":
    main()
