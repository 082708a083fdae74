"""The options of ``workflow.py film``, apart from its commands: ``--help`` loads nothing else."""

from __future__ import annotations

import argparse
from pathlib import Path

MAX_TAKES = 8
SUBTITLE_MODES = ("track", "burnt", "none")
EXPORTS = ("all", "otio", "fcpxml", "fcp7xml", "edl", "srt", "pdf", "jianying")


def add_film_commands(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """The commands of ``film`` and their options."""
    commands = parser.add_subparsers(dest="film_command", required=True, metavar="COMMAND")
    draft = commands.add_parser("draft", help="an idea, a script or a table becomes a film's document")
    _add_sources(draft, csv=True)
    draft.add_argument("--output", type=Path, default=Path("film.json"), metavar="F", help="default: film.json")
    frames = _with_film(commands.add_parser("frames", help="make the first frames that are missing or stale"))
    frames.add_argument("--sheet", type=Path, metavar="F", help="all of them on one picture, such as sheet.png")
    render = _with_film(commands.add_parser("render", help="render the takes that are missing or stale"))
    render.add_argument("--takes", type=int, default=1, metavar="N", help=f"of each shot, 1 to {MAX_TAKES}; default 1")
    join = _with_film(commands.add_parser("join", help="join the chosen takes to one file"))
    join.add_argument("--output", type=Path, default=Path("film.mp4"), metavar="F", help="default: film.mp4")
    join.add_argument("--loudness", metavar="LUFS", help="of the film and each shot, such as -16; 'as-is' changes none")
    join.add_argument("--music", type=Path, metavar="F", help="your own music under the film, quieter under speech")
    join.add_argument("--music-level", type=float, metavar="LU", help="beside the film's loudness; default -9")
    join.add_argument("--subtitles", type=Path, metavar="F", help="your own, SRT or WebVTT; default: the film's lines")
    join.add_argument("--subtitle-mode", choices=SUBTITLE_MODES, help="default: the film's, at first a track beside it")
    make = commands.add_parser("make", help="all of it, from an idea or a script to the joined film")
    _add_sources(make, csv=False)
    make.add_argument("--output", type=Path, default=Path("film.mp4"), metavar="F", help="default: film.mp4")
    cast = _with_film(commands.add_parser("cast", help="put cards of people and places into a film"))
    cast.add_argument("cast", type=Path, metavar="cast.json", help="the cards, their pictures beside it")
    cast.add_argument("--words-only", action="store_true", help="send no pictures of people and places")
    cards = _with_film(commands.add_parser("cards", help="the film's document, its cards and their pictures as a ZIP"))
    cards.add_argument("--output", type=Path, default=Path("cards.zip"), metavar="F", help="default: cards.zip")
    status = _with_film(commands.add_parser("status", help="what each shot has, and what is stale"))
    delete = _with_film(commands.add_parser("delete", help="forget the film; this document and its jobs stay"))
    delete.add_argument("--yes", action="store_true", help="do it; without it you are told what would go and stay")
    export = _with_film(commands.add_parser("export", help="videos, timelines, subtitles and storyboard, in one ZIP"))
    export.add_argument("--format", choices=EXPORTS, action="append", help="repeat for more than one; default: all")
    export.add_argument("--output", type=Path, default=Path("film.zip"), metavar="F", help="default: film.zip")
    return [draft, frames, render, join, make, cast, cards, status, export, delete]


def _add_sources(parser: argparse.ArgumentParser, *, csv: bool) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--idea", metavar="TEXT", help="speech in quotes is said word for word")
    source.add_argument("--script", type=Path, metavar="F", help="a screenplay in Fountain, or plain text")
    if csv:
        source.add_argument("--from", dest="chain", metavar="JOB", help="a chain made with Extend, by any of its jobs")
        source.add_argument("--csv", type=Path, metavar="F", help="your own storyboard, a row a shot")
    parser.add_argument("--cast", type=Path, metavar="F", help="cards of people and places, their pictures beside it")
    parser.add_argument("--shots", type=int, metavar="N", help="about how many, with --idea")


def _with_film(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("film", type=Path, metavar="film.json", help="the film's document")
    return parser
