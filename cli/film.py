"""``workflow.py film``: from an idea, a script or a table to a joined film. A command that was stopped goes on."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cli.film_options import MAX_TAKES
from cli.film_shots import line_of, row_of, summary, until_done, write_sheet
from cli.runs import say_preview
from cli.terminal import BAR, column, remark, say, translated
from core.errors import storage_error
from core.files import atomic_file, atomic_write, ready
from core.limits import read_at_most, whole_within
from core.messages import Message, gettext_noop, message
from film.composition import marks_of
from film.document import Film, film_from
from film.subtitles import MAX_BYTES, Cue, cues_from
from jobs.model.request import QueueKey
from jobs.service.film_assembly import level_notes, trim_notes
from jobs.service.film_drafts import MAX_FILM_BYTES, text_of
from jobs.worker import service_without_worker, working

if TYPE_CHECKING:
    from config import Settings
    from film.proposal import Proposal
    from jobs.service.service import JobService


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
        "delete": _delete,
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
        **summary(film),
        "notes": notes,
    }


def _frames(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    film = _read(options.film)
    sheet = ready(options.sheet) if options.sheet else None
    with working(settings, own_only=True) as service:
        service.films.save(film)
        result = until_done(service, film, lambda: service.shots.make_frames(film), "frames")
        if sheet is not None:
            write_sheet(service, film, sheet)
            result["sheet"] = str(sheet.resolve())
    return result


def _render(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    whole_within("--takes", options.takes, 1, MAX_TAKES)
    film = _read(options.film)
    _say_preview(film, settings, options)
    with working(settings, own_only=True) as service:
        service.films.save(film)
        return until_done(service, film, lambda: service.shots.render(film, takes=options.takes), "takes")


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
        result = until_done(service, film, lambda: service.shots.render(film), "takes")
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
    return {"text": translated(said), "film": str(options.film.resolve()), **summary(film), "pictures": pictures}


def _cards(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    film, target = _read(options.film), ready(options.output)
    with service_without_worker(settings) as service:
        service.films.export_cards(film, target)
    return {"text": str(target), **summary(film), "zip": str(target.resolve())}


def _status(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    film = _read(options.film)
    with service_without_worker(settings) as service:
        rows = [row_of(service, film, state) for state in service.films.shots(film)]
    return {"text": "\n".join(map(line_of, rows)), **summary(film), "shots": rows}


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
    return {"text": translated(said), **summary(film), **result}


def _delete(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    film = _read(options.film)
    with service_without_worker(settings) as service:
        kept = service.films.jobs_of(film.id)
        if options.yes:
            service.films.delete(film.id)
    if options.yes:
        words = gettext_noop("The film is deleted. What stays: its jobs in the library ({n}), and {file}.")
    else:
        words = gettext_noop(
            "Nothing was deleted. With --yes the film goes, all its revisions and its joined video; its jobs stay in "
            "the library ({n}), and so does {file}."
        )
    said = message(words, n=kept, file=str(options.film))
    return {"text": translated(said), **summary(film), "deleted": bool(options.yes), "jobs": kept}


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
    result = {**summary(film), "video": str(target.resolve()), "loudness": asdict(levels)}
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
