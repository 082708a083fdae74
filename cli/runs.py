"""One run of the workflow on the command line, from its options to its result, with its progress."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cli.bars import ProgressBars
from cli.import_folder import brought_in
from cli.requests import CommandOptions, full_order, simple_order, uploaded_picture
from cli.terminal import (
    INTERRUPTED,
    NO_JOBS,
    column,
    remark,
    say,
    say_error,
    say_server_error,
    translated,
    with_spaces,
)
from core.errors import InputError, ServiceMissing
from core.limits import MAX_LISTED, checked_text, whole_within
from core.messages import Message, gettext_noop, message
from jobs.model.records import JobRecord
from jobs.model.request import PREVIEW, QueueKey
from jobs.model.states import ENDED_BADLY, allowing
from jobs.servers.selection import previews_now, queue_for, queue_without_asking
from jobs.service.service import JobService
from jobs.store.orders import Order
from jobs.worker import working
from media.findings import said as looks_said
from pipeline import PREVIEW_MESSAGE
from providers import load_behind
from record.folder import RunFolder

if TYPE_CHECKING:
    from config import Settings
    from jobs.plan.plan import JobPlan
    from jobs.plan.render import RenderPlan
    from record.folder import RunRecord

STILL_ON_GPU = gettext_noop(
    "Stopped watching. The server cannot abort a job, so the GPU finishes it. Fetch the video with: python "
    "workflow.py resume {job}"
)
MOST_TAKES_SAID = gettext_noop("Up to {n} takes are rendered; no render like these was measured yet.")
MOST_MINUTES = gettext_noop("Up to {n} takes are rendered: about {minutes} minutes of GPU time at most.")
BEST_TAKES = gettext_noop("The best of the takes, tied where there are several: {jobs}")
NOT_SENT = gettext_noop(
    "Stopped. Nothing is running on a server, and what was made is kept. Continue with: python workflow.py resume {job}"
)
GO_ON = gettext_noop("What was made is kept. Continue with: python workflow.py full --from {folder}")
TO_EDIT = gettext_noop(
    "Stopped after {step}. Edit the files in {folder}, then: python workflow.py full --from {folder}"
)
COPY_GOES = gettext_noop("The server may still be rendering it, so a copy is sent instead: job {job}.")
STILL_TAKEN = gettext_noop(
    "Job {job} has not been sent again: its slot on the server stays taken until the GPU is free."
)
UNCLEAR = gettext_noop(
    "To check again: python workflow.py resume {job}. To send it anyway, at the risk of rendering it twice: "
    "python workflow.py resume {job} --retry"
)
MADE_BEFORE = gettext_noop(
    "Exactly the same text was used before: job {job} of {date} ({made}). This run makes its own texts and "
    "picture; to start from those of that job: --reuse {job}"
)
RETRY = gettext_noop("To send it again with the same seed: python workflow.py resume {job} --retry")


def run_simple(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """Prompt and first frame straight to MOVA."""
    checked_text(options.prompt, gettext_noop("prompt"))
    wanted, picture = uploaded_picture(CommandOptions.of(options), settings)
    key = queue_for(settings, options.server, say_server_error)
    say_preview(key, settings, json=options.json)
    return _ordered(simple_order(wanted, settings, picture, key), options, settings)


def run_full(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """Description to video through all steps, or up to ``--until``, or continued with ``--from``."""
    if options.from_dir and options.extend:
        raise InputError("--from, --extend")
    if options.cast and (others := [one for one in ("from_dir", "image", "extend") if getattr(options, one)]):
        raise InputError(f"--cast, --{others[0].removesuffix('_dir')}")
    if options.reuse and (others := [one for one in ("from_dir", "image", "extend") if getattr(options, one)]):
        raise InputError(f"--reuse, --{others[0].removesuffix('_dir')}")
    wanted = CommandOptions.of(options)
    before = RunFolder(options.from_dir).load() if options.from_dir else None
    if before:
        wanted = wanted.like(before)
    checked_text(wanted.description or "", gettext_noop("description"))
    if before is None and not options.reuse:
        load_behind(settings)
    wanted, picture = uploaded_picture(wanted, settings)
    if wanted.until:
        key = queue_without_asking(settings, wanted.server)
    else:
        key = queue_for(settings, wanted.server, say_server_error)
        say_preview(key, settings, json=options.json)
    order = full_order(wanted, settings, picture, key)
    if before is None:
        return _ordered(order, options, settings)
    with working(settings, own_only=True) as service:
        job = brought_in(service, order, options.from_dir, before)
        decide(service, job.id, options)
        return _followed(service, job, options)


def run_resume(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """Continue a job that was stopped, killed, or waits; for a finished one print its result."""
    with working(settings, own_only=True) as service:
        job = service.get(options.job)
        decide(service, job.id, options)
        going = job.id
        if options.words_only:
            service.steps.words_only(job.id)
        if job.state != "completed":
            _say_cautions(service.plans.of(job.id))
        if job.state == "unclear":
            going = _sent_again(service, job.id) if options.retry else _looked_for(service, job.id)
        elif options.retry and service.plans.is_stalled(job):
            going = _sent_again(service, job.id)
        elif job.state == "cancelled" or ((options.retry or options.words_only) and job.state in ENDED_BADLY):
            if not service.retry(job.id):
                say(message(STILL_TAKEN, job=job.id))
        elif job.state in allowing("approve"):
            service.approve(job.id, to_end=True)
        return watched(service, service.get(going), options)


def _sent_again(service: JobService, job_id: str) -> str:
    """The job that is sent: a copy, if the one before may be on a GPU."""
    anywhere = service.plans.other_server(service.get(job_id)) is not None
    going = service.send_again(job_id, anywhere=anywhere) or job_id
    if going != job_id:
        say(message(COPY_GOES, job=going))
    return going


def _looked_for(service: JobService, job_id: str) -> str:
    service.look_again(job_id)  # if there is nothing to search for, the end of this run says what else can be done
    return job_id


def run_jobs(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """The newest jobs first."""
    from jobs.service.listing import listing

    whole_within("--limit", options.limit, 1, MAX_LISTED)
    jobs = listing(settings, options.limit)
    return {"text": "\n".join(map(_line, jobs)) or translated(NO_JOBS), "json": jobs}


def _line(job: dict[str, object]) -> str:
    state, mode = column(str(job["state"]), 10), column(str(job["mode"]), 8)
    return f"{job['id']}  {state} {mode} {job['progress']:3} %  {job['text']}"


def _ordered(order: Order, options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    with working(settings, own_only=True) as service:
        if getattr(options, "reuse", None):
            order = service.library.reusing(order, options.reuse)
        elif order.request.mode == "full" and order.picture is None:
            _offer(service, order, options)
        job = service.create(order)
        for words in order.warnings:
            _say(options, words)
        return _followed(service, job, options)


def _offer(service: JobService, order: Order, options: argparse.Namespace) -> None:
    """Tell what was made before from exactly the same text; it is used only if that is asked for."""
    for one in service.library.made_before(order.request.text, order.request.orientation):
        made = ", ".join(dict.fromkeys(f"{step.provider} · {step.model}" for step in one.steps if step.model))
        _say(options, message(MADE_BEFORE, job=one.job.id, date=f"{one.job.created:%Y-%m-%d}", made=made))


def _say_cautions(plan: JobPlan) -> None:
    """What a person should know before a job goes on."""
    for caution in plan.cautions:
        say(remark(caution))


def decide(service: JobService, job_id: str, options: argparse.Namespace) -> None:
    """Answer a job's question about results of another maker, if the command line says how."""
    if options.other_maker:
        service.steps.decide(job_id, keep=options.other_maker == "keep")


def _followed(service: JobService, job: JobRecord, options: argparse.Namespace) -> dict[str, object]:
    """Say what the receipt of a page says before anything is spent, then start the job and watch it."""
    plan = service.plans.of(job.id)
    _say_cautions(plan)
    if plan.takes > 1:
        say(_most(plan.render))
    service.start(job.id)
    return watched(service, service.get(job.id), options)


def watched(service: JobService, job: JobRecord, options: argparse.Namespace) -> dict[str, object]:
    """Show the job's progress until it ends, or until a person stops it."""
    service.work_on(job.id)
    said = [*map(str, job.warnings), str(PREVIEW_MESSAGE)]
    try:
        with ProgressBars(service, lambda words: _say(options, words)) as bars:
            for seen in service.queue.follow(job.id):
                bars.show(seen)
                if lacks_key(seen):
                    break
    except KeyboardInterrupt:
        say(_stopped(service, job.id))
        return _result(service, job.id, options, said, INTERRUPTED)
    result = _result(service, job.id, options, said, None)
    next_try = service.get(job.id).bookkeeping.next_try
    if next_try is None or service.known(next_try) is None:
        return _best(service, job, options, result)
    _say(options, result["text"])  # it looks failed: the retry that was started in its place is the result
    return watched(service, service.get(next_try), options)


def _most(render: RenderPlan) -> Message:
    """What several takes cost at most, as far as renders like them were measured."""
    if render.gpu_seconds is None:
        return message(MOST_TAKES_SAID, n=render.takes)
    return message(MOST_MINUTES, n=render.takes, minutes=math.ceil(render.gpu_seconds / 60))


def _best(
    service: JobService, job: JobRecord, options: argparse.Namespace, last: dict[str, object]
) -> dict[str, object]:
    """Of several takes the best is the result: the last one, where it is as good as any."""
    found = service.library.best_takes(job.id) if job.request.takes > 1 else []
    if sum(map(len, found)) < 2:
        return last
    say(message(BEST_TAKES, jobs=", ".join(one.id for one in found[0])))
    if job.id in [one.id for one in found[0]]:
        return last
    return _result(service, found[0][0].id, options, [], None)


def lacks_key(job: JobRecord) -> bool:
    """Whether no worker has the key of a service that the job needs."""
    return job.state == "preparing" and job.error is not None and job.error.kind == ServiceMissing.__name__


def _stopped(service: JobService, job_id: str) -> Message:
    """Treat Ctrl-C as a cancel if nothing is on a GPU; a job on a GPU continues."""
    ours = service.get(job_id).on_own_preview
    if service.cancel(job_id) or (ours and service.stop_waiting(job_id)):
        return message(NOT_SENT, job=job_id)
    return message(STILL_ON_GPU, job=job_id)


def _result(
    service: JobService, job_id: str, options: argparse.Namespace, said: list[str], exit_code: int | None
) -> dict[str, object]:
    job, record = service.get(job_id), service.files.record(job_id)
    folder = service.files.whole(job_id)
    notes = _sentences(service, job)
    lines: list[Message | str] = [remark(notes.get(words, words)) for words in record.warnings if words not in said]
    code = 0
    if looks := looks_said(job.look or ()):
        lines.append(remark(looks))
    if job.state == "completed":
        lines += [_video_in_words(record), str(folder / str(record.video))]
    elif job.state == "waiting" and job.error is None:
        lines.append(message(TO_EDIT, step=with_spaces(job.request.until or ""), folder=str(folder)))
    else:
        code = _say_end(job, folder)
        lines.append(message(gettext_noop("{state}: {folder}"), state=job.state, folder=str(folder)))
    return {
        "text": "\n".join(map(translated, lines)),
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
        "preview": job.is_preview,
        "look": record.look,
        "folder": str(folder.resolve()),
        "error": record.error,
    }


def _sentences(service: JobService, job: JobRecord) -> dict[str, Message]:
    """The record's English warnings as sentences that can be said in any language."""
    of_steps = (words for step in service.steps.of(job.id) for words in step.warnings)
    return {str(words): words for words in (*job.warnings, *of_steps)}


def _video_in_words(record: RunRecord) -> Message:
    with_sound = gettext_noop("{size} · {num_frames} frames · {seconds} s · with sound")
    template = (
        with_sound if record.sound else gettext_noop("{size} · {num_frames} frames · {seconds} s · WITHOUT sound")
    )
    seconds = f"{record.seconds:.2f}"
    return message(template, size=record.size or "", num_frames=record.num_frames or 0, seconds=seconds)


def _say_end(job: JobRecord, folder: Path) -> int:
    """Print why a job ended without a video, and how to continue; returns the exit code."""
    if job.error is None:
        return 1
    problem = job.error.rebuilt()
    say_error(problem)
    if job.state != "unclear" and job.stage != "render" and job.sent is None and job.mode == "full":
        say(message(GO_ON, folder=str(folder)))
    elif job.state == "unclear":
        say(message(UNCLEAR, job=job.id))
    elif job.final:
        say(message(RETRY, job=job.id))
    return problem.exit_code


def say_preview(key: QueueKey, settings: Settings, *, json: bool) -> None:
    """Say beforehand that it will be no MOVA video, as things are now; on stderr where stdout is a program's."""
    if key.wanted_server == PREVIEW or (key.wanted_server is None and previews_now(settings)):
        say(PREVIEW_MESSAGE, sys.stderr if json else sys.stdout)


def _say(options: argparse.Namespace, words: object) -> None:
    """Print for the person: on stdout, unless stdout is for a program."""
    say(words, sys.stderr if options.json else sys.stdout)
