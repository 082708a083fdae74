#!/usr/bin/env python3
"""The workflow on the command line.

simple   prompt + first frame → MOVA → a checked video file
full     description → image prompt → first frame → visual elements → video description → MOVA
batch    many of them, out of one file
film     an idea, a script or a storyboard → shots of one look → one film
storage  what is here into the bucket of STORAGE_URL
key      keys by which programs reach your jobs over HTTP
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config import Settings

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

BATCH_FIELDS = """Fields of a row are named like the options of `simple` and `full`, with underscores: mode, prompt,
description, image and cast (relative to the manifest), white_frame, orientation, server, num_frames, fps, seed,
guidance_scale, num_inference_steps, negative_prompt, output_quality, crop_shift, bars, captions,
trim_negative_prompt, draft, takes;
and name, your own word for the row. Started again it goes on: no row runs twice."""
_EXTEND = "go on from a video: its last frame is the first one"
TEXTS = ("--prompt", "--description", "--negative-prompt", "--idea")


def _parser() -> argparse.ArgumentParser:
    from cli.film_options import add_film_commands
    from cli.keys import add_key_commands
    from cli.storage import add_storage_commands
    from cli.terminal import described

    parser = described(__doc__, prog="workflow.py")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    simple, full, batch = _simple(commands), _full(commands), _batch(commands)
    jobs = commands.add_parser("jobs", help="the jobs so far, newest first")
    jobs.add_argument("--limit", type=int, default=50, metavar="N", help="default 50")
    resume, rerun, export = _resume(commands), _rerun(commands), _export(commands)
    for command in (full, batch, resume):
        command.add_argument(
            "--other-maker",
            choices=("keep", "remake"),
            help="what another service, model or prompt made than would now; without it the job waits for your word",
        )
    film = commands.add_parser("film", help="an idea, a script or a storyboard becomes a film")
    key = commands.add_parser("key", help="keys by which programs reach your jobs over HTTP")
    storage = commands.add_parser("storage", help="what is here into the bucket of STORAGE_URL")
    below = (*add_film_commands(film), *add_key_commands(key), *add_storage_commands(storage))
    for command in (simple, full, batch, jobs, resume, rerun, export, *below):
        command.add_argument("--output-dir", type=Path, metavar="DIR", help="default: OUTPUT_DIR (outputs)")
        command.add_argument("--json", action="store_true", help="the last thing on stdout is one JSON object")
    return parser


def _simple(commands: Commands) -> argparse.ArgumentParser:
    from cli.terminal import add_render_options

    command = commands.add_parser("simple", help="a prompt and a first frame become a video")
    command.add_argument("--prompt", required=True, metavar="TEXT", help="goes to MOVA as it is")
    frame = command.add_mutually_exclusive_group(required=True)
    frame.add_argument("--image", type=Path, metavar="F", help="the first frame; cropped to the size of the render")
    frame.add_argument("--white-frame", action="store_true", help="text only: a white first frame is made for you")
    frame.add_argument("--extend", metavar="JOB|FILE", help=_EXTEND)
    add_render_options(command)
    return command


def _full(commands: Commands) -> argparse.ArgumentParser:
    from cli.terminal import add_render_options, add_switch
    from core.steps import STEPS

    command = commands.add_parser("full", help="a description becomes a video, every step on record")
    request = command.add_mutually_exclusive_group(required=True)
    request.add_argument("--description", metavar="TEXT", help="what is to be seen and heard; speech in quotes")
    request.add_argument(
        "--from", dest="from_dir", type=Path, metavar="DIR", help="go on from a job's folder, edits and all"
    )
    frame = command.add_mutually_exclusive_group()
    frame.add_argument("--image", type=Path, metavar="F", help="your own first frame")
    frame.add_argument("--extend", metavar="JOB|FILE", help=_EXTEND)
    command.add_argument(
        "--reuse", metavar="JOB", help="begin with what a job for the very same words has made; it is paid for"
    )
    command.add_argument(
        "--cast", type=Path, metavar="F", help="cards of people and places (JSON), their pictures beside it"
    )
    command.add_argument("--until", choices=STEPS[:-1], metavar="STEP", help=f"stop after: {', '.join(STEPS[:-1])}")
    add_switch(command, "captions", "captions are wanted on the picture")
    add_switch(command, "trim_negative_prompt", "use the trimmed negative prompt where one is offered")
    add_render_options(command)
    return command


def _batch(commands: Commands) -> argparse.ArgumentParser:
    command = commands.add_parser("batch", help="many runs out of one file", epilog=BATCH_FIELDS)
    command.add_argument("manifest", type=Path, metavar="MANIFEST", help="one run a row, .jsonl or .csv")
    command.add_argument("--dry-run", action="store_true", help="check every row and create nothing")
    command.add_argument("--encoding", metavar="NAME", help="of a file that is not UTF-8, such as gb18030")
    command.add_argument("--retry", action="store_true", help="send again what failed at an earlier start")
    return command


def _resume(commands: Commands) -> argparse.ArgumentParser:
    command = commands.add_parser("resume", help="take up a job that was stopped or killed")
    command.add_argument("job", metavar="JOB", help="its id")
    command.add_argument("--words-only", action="store_true", help="send no pictures of people and places")
    command.add_argument("--retry", action="store_true", help="send a failed or lost job again, with the same seed")
    return command


def _rerun(commands: Commands) -> argparse.ArgumentParser:
    command = commands.add_parser("rerun", help="a run once more, from its id or from its mp4 or job.json alone")
    run = "its id, its video, or its job.json next to first_frame.png"
    command.add_argument("run", metavar="JOB|FILE", help=run)
    command.add_argument("--seed", type=int, metavar="N", help="default: the same seed; 0 draws one")
    command.add_argument("--server", metavar="KEY|URL", help="default: any server of the same size")
    final = "of a draft: its final, with the same seed, frame and text"
    command.add_argument("--final", action="store_true", help=final)
    return command


def _export(commands: Commands) -> argparse.ArgumentParser:
    command = commands.add_parser("export", help="everything of one job as a zip file")
    command.add_argument("job", metavar="JOB", help="its id")
    level = "its video's sound at this loudness; alone: -16. Without it the sound is as it was made"
    command.add_argument("--loudness", type=int, nargs="?", const=-16, metavar="LUFS", help=level)
    command.add_argument("--label", action="store_true", help="its video with a visible AI label in a corner")
    command.add_argument("--output", type=Path, metavar="F", help="default: mova-JOB.zip here")
    return command


def _run(options: argparse.Namespace) -> dict[str, object]:
    import config
    from cli import runs
    from cli.batch import run_batch
    from cli.export import run_export
    from cli.film import run_film
    from cli.keys import run_key
    from cli.rerun import run_rerun
    from cli.storage import run_storage

    settings: Settings = config.load()
    if options.output_dir:
        settings = config.with_overrides(settings, {"output_dir": str(options.output_dir)})
    commands = {
        "simple": runs.run_simple,
        "full": runs.run_full,
        "jobs": runs.run_jobs,
        "resume": runs.run_resume,
        "batch": run_batch,
        "rerun": run_rerun,
        "export": run_export,
        "film": run_film,
        "key": run_key,
        "storage": run_storage,
    }
    return commands[options.command](options, settings)


def main() -> None:
    from core.quick_start import collect_seldom, leave_garbage

    collect_seldom()
    from cli.terminal import run_script, with_values

    sys.argv[1:] = with_values(sys.argv[1:], TEXTS)
    try:
        run_script(_parser(), _run)
    finally:
        leave_garbage()


if __name__ == "__main__":
    from core.quick_start import run_and_leave

    run_and_leave(main)
