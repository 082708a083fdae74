"""One run of the workflow on the command line, from its options to its result; what happens is said on the way."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from command_line import (
    INTERRUPTED,
    NO_JOBS,
    column,
    named,
    remark,
    say,
    say_error,
    say_trouble,
    spoken,
)
from commands.bars import Bars
from commands.imports import brought_in
from commands.orders import full_order, own_picture, simple_order
from errors import InputError
from input_limits import MAX_LISTED, given, whole_within
from jobs.desk import Desk, Order
from jobs.records import JobRecord
from jobs.wish import Wish
from jobs.worker import working
from media.findings import said as looks_said
from notes import N_, Note, note
from pipeline import PREVIEW_NOTE
from record.folder import RunFolder
from render.servers import PREVIEW, line_for

if TYPE_CHECKING:
    from config import Settings
    from record.folder import RunRecord

STILL_ON_GPU = N_(
    "Stopped watching. The server cannot abort a job: the GPU goes on with it. "
    "Fetch the video with: python workflow.py resume {job}"
)
NOT_SENT = N_("Stopped. Nothing is running on a server, and what was made is kept: python workflow.py resume {job}")
GO_ON = N_("What was made is kept. Go on with: python workflow.py full --from {folder}")
TO_EDIT = N_("Stopped after {step}. Edit the files in {folder}, then: python workflow.py full --from {folder}")
RETRY = N_("To send it again with the same seed: python workflow.py resume {job} --retry")


def run_simple(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """Prompt and first frame straight to MOVA."""
    given(options.prompt, N_("prompt"))
    picture = own_picture(options, settings)
    line = line_for(settings, options.server, say_trouble)
    say_preview(options, line)
    return _ordered(simple_order(options, settings, picture, line), options, settings)


def run_full(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """Description to video over all steps, or up to ``--until``, or on from ``--from``."""
    if options.from_dir and options.extend:
        raise InputError("--from, --extend")
    before = RunFolder(options.from_dir).load() if options.from_dir else None
    if before:
        _take_over(options, before)
    given(options.description or "", N_("description"))
    picture = own_picture(options, settings)
    line = _line_without_server(options, settings) if options.until else line_for(settings, options.server, say_trouble)
    say_preview(options, line)
    order = full_order(options, settings, picture, line)
    if before is None:
        return _ordered(order, options, settings)
    with working(settings) as desk:
        job = brought_in(desk, order, options.from_dir, before)
        return _followed(desk, job, options)


def run_resume(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """Take up a job that was stopped, killed, or waits; on a finished one say its result."""
    with working(settings) as desk:
        job = desk.get(options.job)
        if job.state == "cancelled" or (options.retry and job.state in ("failed", "lost", "abandoned")):
            desk.retry(job.id)
        elif job.state in ("draft", "waiting"):
            desk.approve(job.id, to_end=True)
        return watched(desk, desk.get(job.id), options)


def run_jobs(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """The newest jobs first."""
    from jobs.listing import listing

    whole_within("--limit", options.limit, 1, MAX_LISTED)
    jobs = listing(settings, options.limit)
    return {"text": "\n".join(map(_line, jobs)) or spoken(NO_JOBS), "json": jobs}


def _line(job: dict[str, object]) -> str:
    state, mode = column(str(job["state"]), 10), column(str(job["mode"]), 8)
    return f"{job['id']}  {state} {mode} {job['progress']:3} %  {job['text']}"


def _take_over(options: argparse.Namespace, before: object) -> None:
    """What the command line does not say stays as it was in the run to go on from."""
    names = ("orientation", "num_frames", "fps", "guidance_scale", "num_inference_steps", "seed", "negative_prompt")
    for name in (*names, "description", "captions"):
        if getattr(options, name) is None:
            value = getattr(before, name)
            setattr(options, name, int(value) if name == "fps" and value else value)


def _line_without_server(options: argparse.Namespace, settings: Settings) -> str:
    """Where nothing is sent yet no server is asked; the named one, else the first, tells the size."""
    named = [one for one in settings.sglang_servers if one.name == options.server]
    return named[0].model if named else settings.sglang_servers[0].model


def _ordered(order: Order, options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    with working(settings) as desk:
        job = desk.create(order)
        for words in order.warnings:
            _say(options, words)
        return _followed(desk, job, options)


def _followed(desk: Desk, job: JobRecord, options: argparse.Namespace) -> dict[str, object]:
    desk.start(job.id)
    return watched(desk, desk.get(job.id), options)


def watched(desk: Desk, job: JobRecord, options: argparse.Namespace) -> dict[str, object]:
    """Show the job's way to its end, or to where a person stops it."""
    said = [*map(str, job.warnings), str(PREVIEW_NOTE)]
    try:
        with Bars(desk, lambda words: _say(options, words)) as bars:
            for seen in desk.follow(job.id):
                bars.show(seen)
    except KeyboardInterrupt:
        say(_stopped(desk, job.id))
        return _result(desk, job.id, options, said, INTERRUPTED)
    result = _result(desk, job.id, options, said, None)
    next_try = Wish.of(desk.get(job.id)).next_try
    if next_try is None or desk.known(next_try) is None:
        return result
    _say(options, result["text"])  # it looks failed: the one that was begun in its place is the result
    return watched(desk, desk.get(next_try), options)


def _stopped(desk: Desk, job_id: str) -> Note:
    """Take Ctrl-C for a cancel where that is free; what a GPU has goes on."""
    ours = (desk.get(job_id).server or "").startswith(PREVIEW)
    if desk.cancel(job_id) or (ours and desk.stop_waiting(job_id)):
        return note(NOT_SENT, job=job_id)
    return note(STILL_ON_GPU, job=job_id)


def _result(
    desk: Desk, job_id: str, options: argparse.Namespace, said: list[str], exit_code: int | None
) -> dict[str, object]:
    job, record = desk.get(job_id), desk.record(job_id)
    folder = desk.folder(job_id)
    notes = _sentences(desk, job)
    lines: list[Note | str] = [remark(notes.get(words, words)) for words in record.warnings if words not in said]
    code = 0
    if looks := looks_said(job.look or ()):
        lines.append(remark(looks))
    if job.state == "completed":
        lines += [_video_in_words(record), str(folder / str(record.video))]
    elif job.state == "waiting" and job.error is None:
        lines.append(note(TO_EDIT, step=named(Wish.of(job).until or ""), folder=str(folder)))
    else:
        code = _say_end(job, folder)
        lines.append(note(N_("{state}: {folder}"), state=job.state, folder=str(folder)))
    return {
        "text": "\n".join(map(spoken, lines)),
        "exit_code": code if exit_code is None else exit_code,
        "id": job.id,
        "state": job.state,
        "video": str((folder / record.video).resolve()) if record.video else None,
        "first_frame": str((folder / record.first_frame).resolve()) if record.first_frame else None,
        "seed": record.seed,
        "server": record.server,
        "size": record.size,
        "num_frames": record.num_frames,
        "warnings": record.warnings,
        "steps": record.steps,
        "preview": job.preview,
        "look": record.look,
        "folder": str(folder.resolve()),
        "error": record.error,
    }


def _sentences(desk: Desk, job: JobRecord) -> dict[str, Note]:
    """The record's English warnings as sentences that can be said in any language."""
    of_steps = (words for step in desk.steps(job.id) for words in step.warnings)
    return {str(words): words for words in (*job.warnings, *of_steps)}


def _video_in_words(record: RunRecord) -> Note:
    with_sound = N_("{size} · {num_frames} frames · {seconds} s · with sound")
    template = with_sound if record.sound else N_("{size} · {num_frames} frames · {seconds} s · WITHOUT sound")
    seconds = f"{record.seconds:.2f}"
    return note(template, size=record.size or "", num_frames=record.num_frames or 0, seconds=seconds)


def _say_end(job: JobRecord, folder: Path) -> int:
    """Say why a job ended without a video, and how to go on; returns the exit code."""
    if job.error is None:
        return 1
    problem = job.error.rebuilt()
    say_error(problem)
    if job.stage != "render" and job.sent is None and job.mode == "full":
        say(note(GO_ON, folder=str(folder)))
    elif job.final:
        say(note(RETRY, job=job.id))
    return problem.exit_code


def say_preview(options: argparse.Namespace, line: str) -> None:
    if line.endswith(f"@{PREVIEW}"):
        _say(options, PREVIEW_NOTE)


def _say(options: argparse.Namespace, words: object) -> None:
    """To the person: on stdout, unless stdout belongs to a program."""
    say(words, sys.stderr if options.json else sys.stdout)
