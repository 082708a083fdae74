"""The script of sglang_client.py: submit, status, wait, download, list."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import sglang_client
from cli.terminal import NO_JOBS, add_render_options, described, run_script, translated
from core.errors import without_paths
from core.file_access import keep_private
from core.limits import plain_id, whole_within
from core.messages import gettext_noop, message

if TYPE_CHECKING:
    from config import Settings
    from jobs.servers.selection import ChosenServer
    from render.answers import VideoJob


def _parser() -> argparse.ArgumentParser:
    parser = described(sglang_client.__doc__, prog="sglang_client.py")
    commands = parser.add_subparsers(dest="command", required=True, metavar="submit|status|wait|download|list")
    submit = commands.add_parser("submit", help="send a prompt and a first frame; prints the server's job id")
    submit.add_argument("--prompt", required=True)
    submit.add_argument("--image", required=True, type=Path, metavar="F", help="the first frame; cropped as MOVA needs")
    submit.add_argument("--tag", default="", help="a mark of your own, echoed as the job's `model`")
    add_render_options(submit)
    for name, words in (
        ("status", "the state of one job"),
        ("wait", "follow a job to its end"),
        ("download", "fetch and check a finished video"),
    ):
        command = commands.add_parser(name, help=words)
        command.add_argument("job", metavar="ID")
        if name == "download":
            command.add_argument("--output", type=Path, metavar="F", help="default: ID.mp4")
    listing = commands.add_parser("list", help="the server's jobs, newest first")
    listing.add_argument("--limit", type=int, default=20, help="1 to 100 (default 20)")
    for command in commands.choices.values():
        if command is not submit:
            command.add_argument("--server", metavar="KEY|URL", help="default: the first ready server of the settings")
        command.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")
    return parser


def _run(options: argparse.Namespace) -> dict[str, object]:
    import config
    from cli.terminal import say_server_error
    from jobs.servers.selection import chosen_server

    settings = config.load()
    keep_private(settings.file_access)
    server = chosen_server(settings, options.server, say_server_error)
    return _COMMANDS[options.command](options, server, settings)


def _submit(options: argparse.Namespace, server: ChosenServer, settings: Settings) -> dict[str, object]:
    from cli.requests import CommandOptions, picture_and_settings
    from cli.terminal import say

    first_frame, render, notes = picture_and_settings(CommandOptions.of(options), server.model, settings)
    for words in notes:
        say(words)
    job = server.client.submit(options.prompt, first_frame, render, tag=options.tag)
    return {**_shown(job, server), "text": job.id, "seed": render.seed, "size": render.size}


def _status(options: argparse.Namespace, server: ChosenServer, settings: Settings) -> dict[str, object]:
    return _shown(server.client.retrieve(options.job), server)


def _wait(options: argparse.Namespace, server: ChosenServer, settings: Settings) -> dict[str, object]:
    from cli.terminal import progress_bar

    with progress_bar("render") as on_progress:
        job = server.client.wait(
            options.job, timeout=settings.render_timeout, patience=settings.server_patience, on_progress=on_progress
        )
    return _shown(job, server)


def _download(options: argparse.Namespace, server: ChosenServer, settings: Settings) -> dict[str, object]:
    from media.videos import probe

    path = options.output or Path(f"{plain_id(options.job)}.mp4")
    video = server.client.download(
        options.job,
        path,
        max_bytes=settings.max_video_mb * 2**20,
        timeout=settings.download_timeout,
        check=probe,
    )
    size, seconds = f"{video.width}x{video.height}", f"{video.seconds:.2f}"
    template = gettext_noop("{path}: {size} · {num_frames} frames · {seconds} s")
    words = message(template, path=str(path), size=size, num_frames=video.num_frames, seconds=seconds)
    return {"text": translated(words), "id": options.job, "video": str(path), "num_frames": video.num_frames}


def _list(options: argparse.Namespace, server: ChosenServer, settings: Settings) -> dict[str, object]:
    whole_within("--limit", options.limit, 1, 100)
    jobs = [_shown(job, server) for job in server.client.list_jobs(limit=options.limit)]
    return {
        "text": "\n".join(str(job["text"]) for job in jobs) or translated(NO_JOBS),
        "server": server.name,
        "jobs": jobs,
    }


def _shown(job: VideoJob, server: ChosenServer) -> dict[str, object]:
    reason = without_paths(job.error)
    text = f"{job.id}  {job.status}  {job.progress} %  {reason}".rstrip()
    return {
        "text": text,
        "id": job.id,
        "state": job.status,
        "progress": job.progress,
        "error": reason,
        "model": job.model,
        "server": server.name,
    }


_COMMANDS: dict[str, Callable[..., dict[str, object]]] = {
    "submit": _submit,
    "status": _status,
    "wait": _wait,
    "download": _download,
    "list": _list,
}


def main() -> None:
    run_script(_parser(), _run)


if __name__ == "__main__":
    main()
