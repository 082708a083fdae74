"""A manifest's rows as runs: each is checked as the command line checks its options, and gets its job's id.

The id follows from the manifest's place, the row's fields, its picture's bytes, and how many rows before it are the
same. So a manifest that is started again finds the jobs it has made already, also where rows were added, removed or
put in another order; a row that was edited is a new run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from batch.manifest import ReadRow, Row
from commands.orders import full_order, own_picture, simple_order
from config import checked_address
from errors import BadAddress, InputError, UnknownServer
from notes import N_, Note, note
from render.servers import PREVIEW

if TYPE_CHECKING:
    from config import Settings
    from jobs.desk import Order

LineOf = Callable[[str | None], str]


@dataclass(frozen=True)
class PlannedRow:
    """A row that is in order; ``job_id`` is the same whenever the manifest is started."""

    line: int
    row: Row
    job_id: str


@dataclass(frozen=True)
class Plan:
    """All rows of a manifest: those that can run, and those that cannot, with the reasons."""

    rows: tuple[PlannedRow, ...]
    bad: tuple[ReadRow, ...]


def plan(rows: Iterable[ReadRow], manifest: Path, settings: Settings, line_of: LineOf) -> Plan:
    """Check every row; pictures are opened, nothing is sent and nothing is created.

    Args:
        line_of: the line of jobs for a row's server, which tells the size of its video.
    """
    good: list[PlannedRow] = []
    bad: list[ReadRow] = []
    seen: Counter[str] = Counter()
    for read in rows:
        troubles, digest = _checked(read, manifest.parent, settings, line_of)
        if read.row is None or troubles:
            bad.append(ReadRow(read.line, None, tuple(troubles)))
            continue
        good.append(PlannedRow(read.line, read.row, _job_id(manifest, digest, seen[digest])))
        seen[digest] += 1
    return Plan(tuple(good), tuple(bad))


def order_of(row: Row, folder: Path, settings: Settings, line_of: LineOf) -> Order:
    """The row as an order for the desk.

    Raises:
        InputError
    """
    options = _options(row, folder)
    picture = own_picture(options, settings)
    make = simple_order if row.kind == "simple" else full_order
    return make(options, settings, picture, line_of(row.server))


def _checked(read: ReadRow, folder: Path, settings: Settings, line_of: LineOf) -> tuple[list[Note], str]:
    """What is wrong with a row, and the digest of its content."""
    if read.row is None:
        return list(read.troubles), ""
    row, picture = read.row, b""
    troubles = [*_contradictions(row)]
    try:
        _check_server(row.server, settings)
    except InputError as problem:
        troubles.append(Note(problem.what, problem.facts))
    try:
        picture = order_of(row, folder, settings, line_of).picture or b""
    except InputError as problem:
        troubles.append(Note(problem.what, problem.facts))
    return troubles, _digest(row, picture)


def _contradictions(row: Row) -> Iterator[Note]:
    """Fields that do not go together, as the command line has it."""
    other = "description" if row.kind == "simple" else "prompt"
    if getattr(row, other) is not None:
        yield note(N_("{field} does not belong to mode {mode}."), field=other, mode=row.kind)
    if row.kind == "simple" and bool(row.image) == row.white_frame:
        yield note(N_("Either image or white_frame is needed, and not both."))
    only_full = {"captions": row.captions, "trim_negative_prompt": row.trim_negative_prompt}
    only_simple = {"white_frame": row.white_frame}
    for field, given in (only_full if row.kind == "simple" else only_simple).items():
        if given:
            yield note(N_("{field} does not belong to mode {mode}."), field=field, mode=row.kind)


def _check_server(named: str | None, settings: Settings) -> None:
    names = [*(server.name for server in settings.sglang_servers), PREVIEW]
    if named is None or named in names:
        return
    if "://" not in named:
        raise UnknownServer(value=named[:80], known=", ".join(names))
    try:
        checked_address(named)
    except ValueError:
        raise BadAddress(value=named[:120]) from None


def _options(row: Row, folder: Path) -> argparse.Namespace:
    """What the command line would have of this row."""
    image = folder / row.image if row.image else None
    return argparse.Namespace(**{**row.model_dump(), "image": image, "until": None, "extend": None})


def _digest(row: Row, picture: bytes) -> str:
    content = json.dumps(row.model_dump(exclude_defaults=True), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(hashlib.sha256(picture).digest() + content.encode()).hexdigest()


def _job_id(manifest: Path, digest: str, same_before: int) -> str:
    whole = f"{manifest.resolve()}\n{digest}\n{same_before}"
    mark = hashlib.sha256(whole.encode("utf-8", "surrogateescape")).hexdigest()
    return f"batch-{mark[:14]}-{mark[14:20]}"
