"""``workflow.py film``: from an idea, a script or a table to a joined film. A command that was stopped goes on."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cli.film_options import MAX_TAKES
from cli.runs import lacks_key, say_preview
from cli.terminal import BAR, INTERRUPTED, column, remark, say, translated
from core.errors import storage_error
from core.files import atomic_file, atomic_write, ready
from core.limits import read_at_most, whole_within
from core.messages import Message, gettext_noop, message
from core.render_settings import TRAINED_FPS
from film.composition import marks_of, speech_seconds_of
from film.document import Film, film_from
from film.subtitles import MAX_BYTES, Cue, cues_from
from jobs.model.records import JobRecord
from jobs.model.request import QueueKey
from jobs.model.states import FINAL
from jobs.service.film_assembly import level_notes, trim_notes
from jobs.service.film_drafts import MAX_FILM_BYTES, text_of
from jobs.worker import service_without_worker, working

if TYPE_CHECKING:
    from config import Settings
    from film.proposal import Proposal
    from jobs.service.service import JobService
    from jobs.service.shot_states import ShotState

_PACE = 0.5
# States of a shot that no job has.
_STALE, _PENDING, _FRAMED = gettext_noop("stale"), gettext_noop("pending"), gettext_noop("frame")
STOPPED = gettext_noop(
    "Stopped. What was made is kept, and what a server has it finishes; the same command goes on from there."
)


def run_film(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    commands: dict[str, Callable[[argparse.Namespace, Settings], dict[str, object]]] = {
        "draft": _draft,
        "frames": _frames,
        "render": _render,
        "join": _join,
        "make": _make,
        "cast": _cast,
        "cards": _cards,
        "status": _status,
        "export": _export,
    }
    return commands[options.film_command](options, settings)


# ---- the commands ----------------------------------------------------------------------------------------------------


def _draft(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    target = ready(options.output)
    with service_without_worker(settings) as service:
        if options.chain:
            film, notes = service.films.from_chain(options.chain), list[str]()
        else:
            proposal = _proposal(options, settings, service)
            film, notes = proposal.film, list(map(str, proposal.notes))
            _say_notes(proposal)
        atomic_write(target, film.as_json().encode())
        service.films.save(film)
    words = gettext_noop("{shots} shots, {seconds} s: {file}")
    said = message(words, shots=len(film.shots), seconds=f"{film.seconds:.1f}", file=str(target))
    return {
        "text": translated(said),
        "film": str(target.resolve()),
        **_summary(film),
        "notes": notes,
    }


def _frames(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    film = _read(options.film)
    sheet = ready(options.sheet) if options.sheet else None
    with working(settings, own_only=True) as service:
        service.films.save(film)
        result = _until_done(service, film, lambda: service.shots.make_frames(film), "frames")
        if sheet is not None:
            _write_sheet(service, film, sheet)
            result["sheet"] = str(sheet.resolve())
    return result


def _render(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    whole_within("--takes", options.takes, 1, MAX_TAKES)
    film = _read(options.film)
    _say_preview(film, settings, options)
    with working(settings, own_only=True) as service:
        service.films.save(film)
        return _until_done(service, film, lambda: service.shots.render(film, takes=options.takes), "takes")


def _join(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    film, target = _read(options.film), ready(options.output)
    with service_without_worker(settings) as service:
        sounding = _with_sound(service, film, options)
        service.films.save(sounding)
        if sounding != film:
            atomic_write(options.film, sounding.as_json().encode())
        return _joined(service, sounding, options.film, target, subtitles=options.subtitles)


def _with_sound(service: JobService, film: Film, options: argparse.Namespace) -> Film:
    """The film with the loudness, music and subtitles that the options name; they are kept in its document."""
    document = film.model_dump(mode="json", by_alias=True)
    if options.subtitle_mode is not None:
        document["subtitle_mode"] = options.subtitle_mode
    if options.loudness is not None:
        document["loudness"] = None if options.loudness == "as-is" else options.loudness
    if options.music is not None:
        document["bed"] = service.films.sounds.add_music(options.music).model_dump(mode="json")
    if options.music_level is not None and document["bed"] is not None:
        document["bed"]["level"] = options.music_level
    return film_from(json.dumps(document), options.film.name)


def _make(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """The document lies beside the film, and is taken up again where it is there from an earlier start."""
    target = ready(options.output)
    document = target.with_suffix(".json")
    with working(settings, own_only=True) as service:
        film = _known_film(document, options)
        if film is None:
            proposal = _proposal(options, settings, service)
            film = proposal.film
            _say_notes(proposal)
            atomic_write(document, film.as_json().encode())
        service.films.save(film)
        _say_preview(film, settings, options)
        result = _until_done(service, film, lambda: service.shots.render(film), "takes")
        if result["exit_code"]:
            return result
        return {**_joined(service, film, document, target), "film": str(document.resolve())}


def _cast(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """The cards into the document; ``--words-only`` stands there too, and is off again without it."""
    film = _read(options.film)
    with service_without_worker(settings) as service:
        film = _with_cast(film, options.cast, settings, service)
        film = film.model_copy(update={"words_only": bool(options.words_only)})
        service.films.save(film)
    atomic_write(options.film, film.as_json().encode())
    pictures = sum(len(one.pictures) for one in film.cast) + sum(len(one.pictures) for one in film.places)
    words = gettext_noop("{people} people and {places} places with {pictures} pictures: {file}")
    said = message(words, people=len(film.cast), places=len(film.places), pictures=pictures, file=str(options.film))
    return {"text": translated(said), "film": str(options.film.resolve()), **_summary(film), "pictures": pictures}


def _cards(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    film, target = _read(options.film), ready(options.output)
    with service_without_worker(settings) as service:
        service.films.export_cards(film, target)
    return {"text": str(target), **_summary(film), "zip": str(target.resolve())}


def _status(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    film = _read(options.film)
    with service_without_worker(settings) as service:
        rows = [_row(service, film, state) for state in service.films.shots(film)]
    return {"text": "\n".join(map(_line, rows)), **_summary(film), "shots": rows}


def _export(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    from jobs.service.hand_over import notes_on, zipped

    film, target = _read(options.film), ready(options.output)
    with service_without_worker(settings) as service:
        service.films.save(film)
        files = service.hand_over.files(film, options.format or ["all"], lambda words: translated(Message(words)))
        try:
            with atomic_file(target) as part, part.open("wb") as archive:
                archive.writelines(zipped(files))
        except OSError as problem:
            raise storage_error(target.parent, problem) from None
    size = target.stat().st_size
    notes = notes_on(film, options.format or ["all"])
    for note in notes:
        say(remark(note))
    words = gettext_noop("Files: {n}, {size} MB: {file}")
    said = message(words, n=len(files), size=f"{size / 1e6:.1f}", file=str(target))
    result = {"file": str(target.resolve()), "bytes": size, "files": sorted(files), "notes": list(map(str, notes))}
    return {"text": translated(said), **_summary(film), **result}


# ---- helpers ---------------------------------------------------------------------------------------------------------


def _proposal(options: argparse.Namespace, settings: Settings, service: JobService) -> Proposal:
    proposal = _proposed(options, settings, service)
    if not options.cast:
        return proposal
    return replace(proposal, film=_with_cast(proposal.film, options.cast, settings, service))


def _proposed(options: argparse.Namespace, settings: Settings, service: JobService) -> Proposal:
    from film.idea import MAX_PROPOSED

    drafts, script = service.films.drafts, options.script
    table: Path | None = getattr(options, "csv", None)
    if options.shots is not None:
        whole_within("--shots", options.shots, 1, MAX_PROPOSED)
    if script:
        return drafts.from_script(_text_of(script), name=script.name)
    if table is None:
        return drafts.from_idea(options.idea, shots=options.shots, name="--idea")

    def keep(image: str) -> str:
        from media.frames import read_own

        return service.films.add_picture(read_own(table.parent / image, settings)[0])

    return drafts.from_table(_text_of(table), keep_picture=keep, name=table.name)


def _with_cast(film: Film, file: Path, settings: Settings, service: JobService) -> Film:
    from cli.cards import picture_of_card, read_cards
    from film.cards import with_cards

    return with_cards(
        film, read_cards(file), lambda name: service.films.add_picture(picture_of_card(file, name, settings))
    )


def _text_of(path: Path) -> str:
    return text_of(read_at_most(path, MAX_FILM_BYTES), path.name)


def _read(path: Path) -> Film:
    return film_from(_text_of(path), path.name)


def _known_film(document: Path, options: argparse.Namespace) -> Film | None:
    """The film that an earlier start of the same command has begun."""
    if not document.exists():
        return None
    say(message(gettext_noop("Going on with the film in {file}; remove it to begin anew."), file=str(document)))
    return _read(document)


def _say_preview(film: Film, settings: Settings, options: argparse.Namespace) -> None:
    say_preview(QueueKey(model=film.model, wanted_server=None), settings, json=options.json)


def _say_notes(proposal: Proposal) -> None:
    for note in (*proposal.notes, *marks_of(proposal.film)):
        say(remark(note))


def _until_done(service: JobService, film: Film, order: Callable[[], tuple[str, ...]], what: str) -> dict[str, object]:
    """Order what is missing, again and again, until nothing is left that moves by itself."""
    seen: set[str] = set()
    still: tuple[str, ...] = ()
    try:
        with _bar(what) as show:
            while True:
                ordered = order()
                pending = [one for one in ordered if not _stands_still(service, one)]
                # What has ended since it was ordered may let another shot begin: all is done when that is said twice.
                if not pending and ordered in ((), still):
                    break
                still = () if pending else ordered
                for job_id in pending:
                    if job_id not in seen:
                        seen.add(job_id)
                        service.work_on(job_id)
                show([service.get(one) for one in seen])
                time.sleep(_PACE)
            show([service.get(one) for one in seen])
    except KeyboardInterrupt:
        for job_id in seen:
            service.hold(job_id)
        say(message(STOPPED))
        return {**_result(service, film), "exit_code": INTERRUPTED}
    return _result(service, film)


def _stands_still(service: JobService, job_id: str) -> bool:
    """Whether a job waits for a person or for a key, or has ended."""
    job = service.get(job_id)
    return job.state in FINAL | {"unclear"} or lacks_key(job) or (job.state == "waiting" and job.error is not None)


@contextmanager
def _bar(what: str) -> Iterator[Callable[[list[JobRecord]], None]]:
    """A bar over the jobs, with how many are in which state."""
    from tqdm import tqdm

    lively = sys.stderr.isatty()
    with tqdm(
        total=1, desc=column(what, 10), bar_format=BAR, file=sys.stderr, mininterval=0.2 if lively else 10
    ) as bar:

        def show(jobs: list[JobRecord]) -> None:
            states = Counter(job.state for job in jobs)
            words = ", ".join(
                f"{translated(Message(state))} {n}" for state, n in states.items() if state != "completed"
            )
            bar.total = max(1, len(jobs))
            bar.set_postfix_str(words, refresh=False)
            bar.update(sum(n for state, n in states.items() if state in FINAL | {"waiting"}) - bar.n)

        yield show


def _result(service: JobService, film: Film) -> dict[str, object]:
    """What every shot has by now; 1 as exit code where something is missing of those that were wanted."""
    rows = [_row(service, film, state) for state in service.films.shots(film)]
    for row in rows:
        if isinstance(row["error"], dict):
            template = gettext_noop("Shot {n}: {words}")
            say(message(template, n=int(str(row["number"])), words=str(row["error"]["what"])))
    states = Counter(str(row["state"]) for row in rows)
    text = " · ".join(f"{translated(message(state))} {n}" for state, n in states.items())
    failed = any(row["error"] for row in rows)
    return {"text": text, **_summary(film), "shots": rows, "exit_code": int(failed)}


def _summary(film: Film) -> dict[str, object]:
    return {
        "id": film.id,
        "title": film.title,
        "num_frames": film.num_frames,
        "seconds": round(film.seconds, 3),
    }


def _row(service: JobService, film: Film, state: ShotState) -> dict[str, object]:
    job, take = state.job, state.chosen
    words = state.shot.action or " / ".join(one.text for one in state.shot.utterances)
    return {
        "number": state.number,
        "shot": state.shot.id,
        "state": _state_of(state),
        "stale": state.is_stale,
        "job": job.id if job else None,
        "jobs": [one.id for one in state.jobs],
        "frame": str(frame.resolve()) if (frame := _frame_of(service, state)) else None,
        "take": take.id if take else None,
        "takes": [one.id for one in state.takes],
        "preview": take.is_preview if take else None,
        "speech": round(speech_seconds_of(state.shot), 1),
        "seconds": round(film.frames_of(state.shot) / TRAINED_FPS, 2),
        "text": words[:80],
        "error": job.error.rebuilt().as_json() if job and job.error else None,
    }


def _frame_of(service: JobService, state: ShotState) -> Path | None:
    """The file of a shot's first frame; it is made of what was drawn where nobody has looked at it before."""
    return service.files.first_frame(state.job) if state.job and state.has_frame else None


def _line(row: dict[str, object]) -> str:
    state = column(translated(Message(str(row["state"]))), 10)
    return f"{row['number']:>4}  {state} {row['seconds']:>5} s  {row['text']}"


def _state_of(state: ShotState) -> str:
    if state.is_stale:
        return _STALE
    if state.chosen is not None and state.chosen in state.jobs:
        return "completed"
    if state.job is None:
        return _PENDING
    return _FRAMED if state.job.state == "waiting" and state.has_frame else state.job.state


def _joined(
    service: JobService, film: Film, document: Path, target: Path, *, subtitles: Path | None = None
) -> dict[str, object]:
    from tqdm import tqdm

    service.assembly.clips(film)  # whether all of them are there
    film = _trimmed(service, film, document)
    cues: list[Cue] | None = None
    if subtitles is not None:
        cues = cues_from(read_at_most(subtitles, MAX_BYTES), subtitles.name, film.seconds)
    with tqdm(total=film.num_frames, desc=column("join", 10), bar_format=BAR, file=sys.stderr) as bar:

        def on_frame(done: int, _whole: int) -> None:
            bar.update(done - bar.n)

        levels = service.assembly.join(film, target, on_frame, cues=cues)
    words = gettext_noop("{shots} shots, {seconds} s: {file}")
    said = message(words, shots=len(film.shots), seconds=f"{film.seconds:.1f}", file=str(target))
    lines = [translated(said), *map(translated, level_notes(levels))]
    result = {**_summary(film), "video": str(target.resolve()), "loudness": asdict(levels)}
    return {"text": "\n".join(lines), **result, "exit_code": 0}


def _trimmed(service: JobService, film: Film, document: Path) -> Film:
    """The film as it is joined; a trim that was needed is said, and written into its document."""
    trimmed = service.assembly.trimmed(film)
    for note in trim_notes(film, trimmed):
        say(remark(note))
    if trimmed != film:
        service.films.save(trimmed)
        atomic_write(document, trimmed.as_json().encode())
    return trimmed


def _write_sheet(service: JobService, film: Film, target: Path) -> None:
    from core.render_settings import SIZES
    from media.contact_sheet import Cell, contact_sheet

    cells = []
    for state in service.films.shots(film):
        path = _frame_of(service, state)
        spoken = speech_seconds_of(state.shot)
        head = f"{state.number} · {state.shot.size} · {spoken:.1f} / {film.shot_frames / TRAINED_FPS:.2f} s"
        words = " ".join([state.shot.action, *(f"“{one.text}”" for one in state.shot.utterances)])
        cells.append(Cell(path.read_bytes() if path else None, head, words))
    width, height = SIZES[film.model][film.orientation]
    atomic_write(target, contact_sheet(cells, aspect=width / height))
