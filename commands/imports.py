"""A run's folder, with a person's edits in it, becomes a job again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from errors import EmptyText, FileMissing
from input_limits import read_at_most
from jobs.desk import Desk, Order
from jobs.folders import TEXT_FILES
from jobs.records import JobRecord, StepRecord
from notes import N_, Note
from record.folder import FIRST_FRAME
from step_result import Step

if TYPE_CHECKING:
    from record.folder import RunRecord

_MAX_TEXT_BYTES, _MAX_PICTURE_BYTES = 2**20, 2**28


def brought_in(desk: Desk, order: Order, folder: Path, before: RunRecord) -> JobRecord:
    """The job to go on with: the folder's own where it has no video yet, else a new one over the same results.

    Raises:
        FileMissing, EmptyText: an edited file cannot be used.
    """
    texts, frame = _texts(folder), _frame(folder, before)
    known = desk.known(before.id)
    if known and not before.video and desk.folder(known.id).resolve() == folder.resolve():
        desk.change(known.id, _with_source(order, before), order.render, order.line)
        job = desk.get(known.id)
    else:
        job = desk.create(_over(order, folder, before))
    _take_edits(desk, job.id, texts, frame)
    if order.picture is not None and known is job:
        desk.swap_frame(job.id, order.picture)
    return desk.get(job.id)


def _take_edits(desk: Desk, job_id: str, texts: dict[Step, str | None], frame: bytes | None) -> None:
    chosen = {step.step: step for step in desk.steps(job_id) if step.chosen and step.state != "skipped"}
    if frame is not None:
        desk.swap_frame(job_id, frame)
    for step, text in texts.items():
        if text is None and step in chosen:
            desk.discard_step(job_id, step)
        elif text is not None and (step not in chosen or text != (chosen[step].output or "").strip()):
            desk.edit_step(job_id, step, text)


def _texts(folder: Path) -> dict[Step, str | None]:
    """Each text step's file as it is now; None where it is gone."""
    found: dict[Step, str | None] = {}
    for step, name in TEXT_FILES.items():
        path = folder / name
        found[step] = None
        if path.is_file():
            try:
                found[step] = read_at_most(path, _MAX_TEXT_BYTES).decode("utf-8-sig").strip()
            except UnicodeDecodeError:
                raise FileMissing(name=name, reason=N_("it is not UTF-8 text")) from None
            if not found[step]:
                raise EmptyText(name=name)
    return found


def _frame(folder: Path, before: RunRecord) -> bytes | None:
    """The first frame where it was swapped by hand."""
    path = folder / FIRST_FRAME
    if not path.is_file():
        return None
    data = read_at_most(path, _MAX_PICTURE_BYTES)
    return data if hashlib.sha256(data).hexdigest() != before.first_frame_sha256 else None


def _with_source(order: Order, before: RunRecord) -> Any:
    import dataclasses

    return dataclasses.replace(order.wish, source_picture=before.source_picture)


def _over(order: Order, folder: Path, before: RunRecord) -> Order:
    """A new job that begins with the results of the run before."""
    import dataclasses

    files: dict[str, bytes] = {}
    steps = [_step(one) for one in before.steps if one["step"] != "render"]
    for step in [one for one in steps if one.step == "first_frame"]:
        source = folder / Path(step.output or FIRST_FRAME).name
        if source.is_file():
            files[source.name] = source.read_bytes()
        else:
            steps.remove(step)
    return dataclasses.replace(
        order, wish=_with_source(order, before), parent=before.id, steps=tuple(steps), files=files
    )


def _step(one: dict[str, Any]) -> StepRecord:
    output = one.get("file") or one["output"] if one["step"] == "first_frame" else one["output"]
    return StepRecord(
        job_id="",
        step=cast(Step, one["step"]),
        version=1,
        state="skipped" if one.get("state") == "skipped" else "done",
        provider=one.get("provider"),
        model=one.get("model"),
        input_hash=one.get("input_hash"),
        output=output,
        edited=bool(one.get("edited")),
        # Under a name that is looked up: a sentence without facts is found in the catalogue again.
        warnings=tuple(Note("{reason}", {"reason": words}) for words in one.get("warnings", ())),
        seconds=one.get("seconds"),
        tokens=one.get("tokens"),
    )
