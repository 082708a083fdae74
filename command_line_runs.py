"""One run of the workflow on the command line, from its options to its result; what happens is said on the way."""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import sys
from typing import TYPE_CHECKING

from command_line import INTERRUPTED, crop_choice, progress_bar, render_from, say, say_error, say_trouble, step_bar
from errors import MovaError
from folder_walk import FILES, ORIGINAL, FolderWalk
from job_folder import VIDEO, JobFolder, JobRecord, new_job_id
from media.frames import kind_of, open_source, render_frame
from notes import N_, Note, note
from pipeline import Materials, Tools
from rendering import OFFLINE_NOTE, PREVIEW_NOTE, Render, render_video
from servers import ChosenServer, chosen_server, likely_model
from step_calls import given
from version import VERSION

if TYPE_CHECKING:
    from config import Settings
    from render_settings import RenderSettings

STILL_ON_GPU = N_(
    "Stopped waiting. The server cannot abort a job: the GPU goes on with it. "
    "Fetch the video later with: python sglang_client.py download {job} --server {server} --output {file}"
)
NOT_SENT = N_("Stopped. Nothing is running on a server.")
GO_ON = N_("What was made is kept. Go on with: python workflow.py full --from {folder}")
TO_EDIT = N_("Stopped after {step}. Edit the files in {folder}, then: python workflow.py full --from {folder}")

# What a run that goes on from a folder takes over from it, where the command line says nothing else.
_TAKEN_OVER = ("orientation", "num_frames", "fps", "guidance_scale", "num_inference_steps", "seed", "negative_prompt")


def run_simple(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """Prompt and first frame straight to MOVA."""
    from description.text import collapse

    prompt = collapse(given(options.prompt, "prompt"))
    picture = open_source(options.image, settings) if options.image else None
    _check_early(options, settings)
    with chosen_server(settings, options.server, say_trouble) as server:
        _say_preview(options, server)
        render, notes = render_from(options, server.model, settings)
        frame, cut = render_frame(picture, render, crop_choice(options))
        record = _new_record(options, "simple", render)
        record.prompt, record.white_frame = prompt, picture is None
        record.source_picture = f"{picture.width}x{picture.height}" if picture else None
        record.warn((*notes, *cut))
        folder = JobFolder.create(options.output_dir or settings.output_dir, record.id)
        folder.write_first_frame(record, frame)
        for words in (*notes, *cut):
            _say(options, words)
        return _rendered(Render(prompt, frame, render, server, folder, record), settings, options)


def run_full(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """Description to video over all steps, or up to ``--until``, or on from ``--from``."""
    before = JobFolder(options.from_dir).load() if options.from_dir else None
    _take_over(options, before)
    description = given(options.description or "", "description")
    source = options.image.read_bytes() if options.image and open_source(options.image, settings) else None
    _check_early(options, settings)
    if options.until:
        walk = _walk(options, settings, likely_model(settings, options.server), description, before)
        return _prepared(walk, options, source) or _waiting(walk, options)
    with chosen_server(settings, options.server, say_trouble) as server:
        _say_preview(options, server)
        walk = _walk(options, settings, server.model, description, before)
        return _prepared(walk, options, source) or _sent(walk, server, settings, options)


def _check_early(options: argparse.Namespace, settings: Settings) -> None:
    """Wrong numbers are said before a server is asked and before anything is paid for."""
    render_from(options, "mova-360p", settings)
    crop_choice(options)


def _take_over(options: argparse.Namespace, before: JobRecord | None) -> None:
    for name in (*_TAKEN_OVER, "description", "captions"):
        if before and getattr(options, name) is None:
            value = getattr(before, name)
            setattr(options, name, int(value) if name == "fps" and value else value)


def _new_record(options: argparse.Namespace, mode: str, render: RenderSettings) -> JobRecord:
    record = JobRecord(id=new_job_id(), mode=mode, program=VERSION, orientation=options.orientation or "landscape")
    record.crop = dataclasses.asdict(crop_choice(options))
    record.take_settings(render)
    return record


def _walk(
    options: argparse.Namespace, settings: Settings, model: str, description: str, before: JobRecord | None
) -> FolderWalk:
    """The folder of the run: a new one, or the one to go on from, with what is asked for now."""
    from providers import choose

    render, notes = render_from(options, model, settings)
    record = _new_record(options, "full", render)
    record.description, record.captions = description, bool(options.captions)
    if before:
        record.steps = [step for step in before.steps if step["step"] != "render"]
        record.warn(warning for step in record.steps for warning in step["warnings"])
    record.warn(notes)
    folder = _folder(options, settings, record, before)
    materials = Materials(
        description=description,
        orientation=options.orientation or "landscape",
        render=render,
        captions=record.captions,
        subtitle_marker=settings.subtitle_marker,
    )
    tools = Tools(settings, lambda capability: choose(settings, capability))
    return FolderWalk(folder, record, materials, tools, crop_choice(options))


def _folder(options: argparse.Namespace, settings: Settings, record: JobRecord, before: JobRecord | None) -> JobFolder:
    """A run goes on in its own folder until that has a video, then in a new one: nothing is overwritten."""
    if before and not before.video:
        record.id, record.created, record.parent = before.id, before.created, before.parent
        return JobFolder(options.from_dir)
    folder = JobFolder.create(options.output_dir or settings.output_dir, record.id)
    if before:
        record.parent = before.id
        for name in FILES.values():
            if (options.from_dir / name).is_file():
                shutil.copyfile(options.from_dir / name, folder.path / name)
        for original in options.from_dir.glob(f"{ORIGINAL}.*"):
            shutil.copyfile(original, folder.path / original.name)
    return folder


def _prepared(walk: FolderWalk, options: argparse.Namespace, source: bytes | None) -> dict[str, object] | None:
    """Walk the steps before the render; returns the run's result only where it ends here."""
    walk.record.state = "preparing"
    try:
        if source:
            walk.give_picture(source, kind_of(source))
        walk.folder.save(walk.record)
        walk.to(options.until or "video_description", step_bar)
    except MovaError as problem:
        walk.record.state = "failed"
        walk.record.take_error(problem)
        walk.folder.save(walk.record)
        say_error(problem)
        say(note(GO_ON, folder=str(walk.folder.path)))
        return _result(walk.folder, walk.record, "", problem.exit_code)
    except KeyboardInterrupt:
        walk.record.state = "cancelled"
        walk.folder.save(walk.record)
        say(note(GO_ON, folder=str(walk.folder.path)))
        return _result(walk.folder, walk.record, "", INTERRUPTED)
    for words in walk.record.warnings:
        _say(options, f"Note: {words}")
    _use_offer(walk, options)
    return None


def _use_offer(walk: FolderWalk, options: argparse.Namespace) -> None:
    offered = walk.negative_prompt
    for reason in offered.notes if offered else ():
        _say(options, f"Note: {reason} (--trim-negative-prompt)")
    if offered and options.trim_negative_prompt and options.negative_prompt is None:
        render = dataclasses.replace(walk.materials.render, negative_prompt=offered.value)
        walk.materials = dataclasses.replace(walk.materials, render=render)
        walk.record.take_settings(render)


def _waiting(walk: FolderWalk, options: argparse.Namespace) -> dict[str, object]:
    walk.record.state = "waiting"
    walk.folder.save(walk.record)
    words = note(TO_EDIT, step=options.until, folder=str(walk.folder.path))
    return _result(walk.folder, walk.record, str(words), 0)


def _sent(walk: FolderWalk, server: ChosenServer, settings: Settings, options: argparse.Namespace) -> dict[str, object]:
    materials = walk.materials
    walk.record.prompt = materials.video_description
    if not server.preview and any(step["provider"] == "offline" for step in walk.record.steps):
        walk.record.warn([OFFLINE_NOTE])
        _say(options, OFFLINE_NOTE)
    prompt, frame = materials.video_description, materials.first_frame
    return _rendered(Render(prompt, frame, materials.render, server, walk.folder, walk.record), settings, options)


def _rendered(render: Render, settings: Settings, options: argparse.Namespace) -> dict[str, object]:
    """Say exactly what is sent, send it, and follow it to its end."""
    record, exit_code = render.record, 0
    record.take_server(render.server)
    _say(options, f"{render.settings.receipt} · {render.server.name}")
    said = [*record.warnings, str(PREVIEW_NOTE)]
    try:
        with progress_bar("render") as on_progress:
            render_video(render, settings, on_progress)
    except MovaError as problem:
        say_error(problem)
        exit_code = problem.exit_code
    except KeyboardInterrupt:
        say(_stopped(render))
        exit_code = INTERRUPTED
    return _result(render.folder, record, _told(render, said), exit_code)


def _stopped(render: Render) -> Note:
    """Record what Ctrl-C means for the job, and say it."""
    record = render.record
    on_gpu = record.server_job_id and not render.server.stops_with_us
    render.became("abandoned" if on_gpu else "cancelled")
    if not on_gpu:
        return note(NOT_SENT)
    file = str(render.folder.path / VIDEO)
    return note(STILL_ON_GPU, job=str(record.server_job_id), server=render.server.name, file=file)


def _told(render: Render, said: list[str]) -> str:
    """The result for a person: the file and what is unusual about it and not yet said."""
    record = render.record
    if not record.video:
        return f"{record.state}: {render.folder.path}"
    lines = [f"Note: {warning}" for warning in record.warnings if warning not in said]
    sound = "with sound" if record.sound else "WITHOUT sound"
    lines.append(f"{record.size} · {record.num_frames} frames · {record.seconds:.2f} s · {sound}")
    return "\n".join([*lines, str(render.folder.path / record.video)])


def _result(folder: JobFolder, record: JobRecord, text: str, exit_code: int) -> dict[str, object]:
    def path(name: str | None) -> str | None:
        return str((folder.path / name).resolve()) if name else None

    return {
        "text": text,
        "exit_code": exit_code,
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
        "folder": str(folder.path.resolve()),
        "error": record.error,
    }


def _say_preview(options: argparse.Namespace, server: ChosenServer) -> None:
    if server.preview:
        _say(options, PREVIEW_NOTE)


def _say(options: argparse.Namespace, words: object) -> None:
    """To the person: on stdout, unless stdout belongs to a program."""
    say(words, sys.stderr if options.json else sys.stdout)
