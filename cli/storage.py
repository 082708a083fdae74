"""What an installation that gets a bucket brings into it."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from cli.terminal import translated
from core.messages import gettext_noop, message

if TYPE_CHECKING:
    from config import Settings

_UPLOADED = gettext_noop("Uploaded: {n} files, {size} MB. In the bucket already: {there}.")
_NOTHING = gettext_noop("Nothing to upload: {there} files are in the bucket.")
_MISSING = gettext_noop("Neither there nor on this machine: {missing}. Start this on the machine that has them.")


def add_storage_commands(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """The commands of ``storage``."""
    commands = parser.add_subparsers(dest="storage_command", required=True, metavar="COMMAND")
    text = "upload what this machine made before STORAGE_URL was set; started again it goes on"
    return [commands.add_parser("upload", help=text)]


def run_storage(_: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """Upload."""
    from tqdm import tqdm

    from jobs.worker import service_without_worker

    lively = sys.stderr.isatty()
    with service_without_worker(settings) as service, tqdm(file=sys.stderr, disable=not lively) as bar:

        def on_step(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)

        found = service.files.housekeeping().upload(on_step)
    size = f"{found.bytes / 1e6:.1f}"
    said = [message(_UPLOADED if found.files else _NOTHING, n=found.files, size=size, there=found.there)]
    if found.missing:
        said.append(message(_MISSING, missing=found.missing))
    return {"text": "\n".join(map(translated, said)), **asdict(found)}
