"""A manifest's rows as runs: each is checked as the command line checks its options, and gets its job's id.

The id follows from the manifest's place, the row's fields, its picture's bytes, and how many rows before it are the
same. So a manifest that is started again finds the jobs it has made already, also where rows were added, removed or
put in another order; a row that was edited is a new run.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cli.batch_manifest import ReadRow, Row
from cli.requests import full_order, simple_order, uploaded_picture
from core.errors import BadAddress, InputError, UnknownServer
from core.messages import Message, gettext_noop, message
from core.setting_values import checked_address
from jobs.model.request import PREVIEW, QueueKey

if TYPE_CHECKING:
    from config import Settings
    from jobs.store.orders import Order

QueueOf = Callable[[str | None], QueueKey]


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


def plan(rows: Iterable[ReadRow], manifest: Path, settings: Settings, queue_of: QueueOf) -> Plan:
    """Check every row; pictures are opened, nothing is sent and nothing is created.

    Args:
        queue_of: the queue for a row's server, which tells the size of its video.
    """
    good: list[PlannedRow] = []
    bad: list[ReadRow] = []
    seen: Counter[str] = Counter()
    for read in rows:
        errors, digest = _checked(read, manifest.parent, settings, queue_of)
        if read.row is None or errors:
            bad.append(ReadRow(read.line, None, tuple(errors)))
            continue
        good.append(PlannedRow(read.line, read.row, _job_id(manifest, digest, seen[digest])))
        seen[digest] += 1
    return Plan(tuple(good), tuple(bad))


def order_of(row: Row, folder: Path, settings: Settings, queue_of: QueueOf) -> Order:
    """The row as an order for the service.

    Raises:
        InputError
    """
    files = {"image": row.image, "cast": row.cast if row.kind == "full" else None}
    there = row.model_copy(update={name: folder / file if file else None for name, file in files.items()})
    options, picture = uploaded_picture(there, settings)
    make = simple_order if row.kind == "simple" else full_order
    return replace(make(options, settings, picture, queue_of(row.server)), name=row.name or "")


def _checked(read: ReadRow, folder: Path, settings: Settings, queue_of: QueueOf) -> tuple[list[Message], str]:
    """What is wrong with a row, and the digest of its content."""
    if read.row is None:
        return list(read.errors), ""
    row, picture = read.row, b""
    errors = [*_contradictions(row)]
    try:
        _check_server(row.server, settings)
    except InputError as problem:
        errors.append(Message(problem.what, problem.facts))
    try:
        order = order_of(row, folder, settings, queue_of)
        picture = order.picture or b""
        if row.cast:  # whatever the cards say now, and whatever their pictures show
            picture += json.dumps([order.request.text, sorted(order.references)]).encode()
    except InputError as problem:
        errors.append(Message(problem.what, problem.facts))
    return errors, _digest(row, picture)


def _contradictions(row: Row) -> Iterator[Message]:
    """Fields that do not go together, as the command line has it."""
    other = "description" if row.kind == "simple" else "prompt"
    if getattr(row, other) is not None:
        yield message(gettext_noop("{field} does not belong to mode {mode}."), field=other, mode=row.kind)
    if row.kind == "simple" and bool(row.image) == row.white_frame:
        yield message(gettext_noop("Either image or white_frame is needed, and not both."))
    if row.cast and row.image:
        yield message(gettext_noop("Either image or cast can be given: cards are for a first frame that is made."))
    if row.cast and row.kind == "simple":
        yield message(gettext_noop("{field} does not belong to mode {mode}."), field="cast", mode=row.kind)
    only_full = {name: given for name, given in row.switches.items() if name != "draft"}
    only_simple = {"white_frame": row.white_frame}
    for field, given in (only_full if row.kind == "simple" else only_simple).items():
        if given:
            yield message(gettext_noop("{field} does not belong to mode {mode}."), field=field, mode=row.kind)


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


def _digest(row: Row, picture: bytes) -> str:
    content = json.dumps(row.model_dump(exclude_defaults=True), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(hashlib.sha256(picture).digest() + content.encode()).hexdigest()


def _job_id(manifest: Path, digest: str, same_before: int) -> str:
    whole = f"{manifest.resolve()}\n{digest}\n{same_before}"
    mark = hashlib.sha256(whole.encode("utf-8", "surrogateescape")).hexdigest()
    return f"batch-{mark[:14]}-{mark[14:20]}"
