#!/usr/bin/env python3
"""The workflow on the command line.

simple   prompt + first frame → MOVA → a checked video file
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from errors import MovaError
from notes import N_, Note, note

if TYPE_CHECKING:
    from PIL.Image import Image

    from config import Settings
    from job_folder import JobFolder, JobRecord
    from pipeline import Render
    from servers import ChosenServer

STILL_ON_GPU = N_(
    "Stopped waiting. The server cannot abort a job: the GPU goes on with it. "
    "Fetch the video later with: python sglang_client.py download {job} --server {server} --output {file}"
)
NOT_SENT = N_("Stopped. Nothing is running on a server.")


def _parser() -> argparse.ArgumentParser:
    from command_line import add_render_options, described

    parser = described(__doc__, prog="workflow.py")
    commands = parser.add_subparsers(dest="command", required=True, metavar="simple")
    simple = commands.add_parser("simple", help="a prompt and a first frame become a video")
    simple.add_argument("--prompt", required=True, metavar="TEXT", help="goes to MOVA as it is")
    frame = simple.add_mutually_exclusive_group(required=True)
    frame.add_argument("--image", type=Path, metavar="F", help="the first frame; cropped to the size of the render")
    frame.add_argument("--white-frame", action="store_true", help="text only: a white first frame is made for you")
    add_render_options(simple)
    for command in commands.choices.values():
        command.add_argument("--output-dir", type=Path, metavar="DIR", help="default: OUTPUT_DIR (outputs)")
        command.add_argument("--json", action="store_true", help="the last thing on stdout is one JSON object")
    return parser


def _run(options: argparse.Namespace) -> dict[str, object]:
    import config
    from command_line import render_from, say_trouble
    from media.frames import open_source
    from pipeline import clean_text
    from servers import chosen_server

    settings = config.load()
    options.prompt = clean_text(options.prompt, "prompt")
    picture = open_source(options.image, settings) if options.image else None
    render_from(options, "mova-360p", settings)  # wrong numbers are said before any server is asked
    with chosen_server(settings, options.server, say_trouble) as server:
        return _rendered(_prepared(options, settings, server, picture), settings, options)


def _prepared(options: argparse.Namespace, settings: Settings, server: ChosenServer, picture: Image | None) -> Render:
    """Make the job's folder and its first frame, and say exactly what will be rendered."""
    from command_line import crop_choice, render_from
    from job_folder import JobFolder, JobRecord, new_job_id
    from media.frames import render_frame
    from pipeline import PREVIEW_NOTE, Render
    from version import VERSION

    if server.preview:
        _say(options, PREVIEW_NOTE)
    settings_of_render, notes = render_from(options, server.model, settings)
    crop = crop_choice(options)
    frame, cut = render_frame(picture, settings_of_render, crop)
    record = JobRecord(
        id=new_job_id(),
        mode="simple",
        program=VERSION,
        prompt=options.prompt,
        orientation=options.orientation,
        white_frame=picture is None,
        source_picture=f"{picture.width}x{picture.height}" if picture else None,
        crop=dataclasses.asdict(crop) if picture else None,
        warnings=[str(words) for words in (*notes, *cut)],
    )
    record.take_settings(settings_of_render)
    record.take_server(server)
    folder = JobFolder.create(options.output_dir or settings.output_dir, record.id)
    folder.write_first_frame(record, frame)
    for words in (*notes, *cut, f"{settings_of_render.receipt} · {server.name}"):
        _say(options, words)
    return Render(options.prompt, frame, settings_of_render, server, folder, record)


def _rendered(render: Render, settings: Settings, options: argparse.Namespace) -> dict[str, object]:
    from command_line import INTERRUPTED, progress_bar, say, say_error
    from pipeline import PREVIEW_NOTE, render_video

    exit_code, said = 0, [*render.record.warnings, str(PREVIEW_NOTE)]
    try:
        with progress_bar("render") as on_progress:
            render_video(render, settings, on_progress)
    except MovaError as problem:
        say_error(problem)
        exit_code = problem.exit_code
    except KeyboardInterrupt:
        say(_stopped(render))
        exit_code = INTERRUPTED
    return {"text": _told(render, said), "exit_code": exit_code, **_result(render.folder, render.record)}


def _stopped(render: Render) -> Note:
    """Record what Ctrl-C means for the job, and say it."""
    record = render.record
    on_gpu = record.server_job_id and not render.server.stops_with_us
    render.became("abandoned" if on_gpu else "cancelled")
    if not on_gpu:
        return note(NOT_SENT)
    file = str(render.folder.path / "video.mp4")
    return note(STILL_ON_GPU, job=str(record.server_job_id), server=render.server.name, file=file)


def _told(render: Render, said: list[str]) -> str:
    """The result for a person: the file and what is unusual about it and not yet said."""
    record = render.record
    lines = [f"Note: {warning}" for warning in record.warnings if warning not in said]
    if record.video:
        sound = "with sound" if record.sound else "WITHOUT sound"
        lines.append(f"{record.size} · {record.num_frames} frames · {record.seconds:.2f} s · {sound}")
        lines.append(str(render.folder.path / record.video))
    else:
        lines.append(f"{record.state}: {render.folder.path}")
    return "\n".join(lines)


def _result(folder: JobFolder, record: JobRecord) -> dict[str, object]:
    def path(name: str | None) -> str | None:
        return str((folder.path / name).resolve()) if name else None

    return {
        "id": record.id,
        "state": record.state,
        "video": path(record.video),
        "first_frame": path(record.first_frame),
        "seed": record.seed,
        "server": record.server,
        "size": record.size,
        "num_frames": record.num_frames,
        "warnings": record.warnings,
        "steps": record.steps,
        "preview": record.preview,
        "error": record.error,
    }


def _say(options: argparse.Namespace, words: object) -> None:
    """To the person: on stdout, unless stdout belongs to a program."""
    from command_line import say

    say(words, sys.stderr if options.json else sys.stdout)


if __name__ == "__main__":
    from command_line import run_script

    run_script(_parser(), _run)
