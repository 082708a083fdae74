"""The script of ``python -m jobs.backup``."""

from __future__ import annotations

import argparse
from pathlib import Path

import config
from cli.terminal import described, run_script, translated
from core.file_access import keep_private
from core.messages import gettext_noop, message
from jobs import backup


def _run(options: argparse.Namespace) -> dict[str, object]:
    settings = config.load()
    keep_private(settings.file_access)
    jobs, files = backup.back_up(settings, options.folder)
    template = gettext_noop("Copied to {folder}, and checked: jobs {jobs}, files {files}.")
    if jobs is None:
        template = gettext_noop(
            "Copied to {folder}: files {files}. The database is in PostgreSQL: copy it with pg_dump."
        )
    return {"text": translated(message(template, jobs=jobs or 0, files=files, folder=str(options.folder)))}


def main() -> None:
    parser = described(backup.__doc__, prog="python -m jobs.backup")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a folder that is not there yet")
    parser.set_defaults(json=False)
    run_script(parser, _run)


if __name__ == "__main__":
    main()
