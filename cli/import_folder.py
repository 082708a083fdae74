"""Turns a run's folder, with a person's edits in it, into a job again."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING, Any, cast

from core.errors import EmptyText, FileMissing
from core.limits import read_at_most
from core.messages import Message, gettext_noop
from core.references import Reference
from core.steps import Maker, Step
from jobs.model.records import JobRecord, StepRecord
from jobs.service.service import JobService
from jobs.store.folders import TEXT_FILES, reference_name
from jobs.store.orders import Order
from record.folder import FIRST_FRAME, file_inside

if TYPE_CHECKING:
    from pathlib import Path

    from jobs.model.request import JobRequest
    from record.folder import RunRecord

_MAX_TEXT_BYTES, _MAX_PICTURE_BYTES = 2**20, 2**28


def brought_in(service: JobService, order: Order, folder: Path, before: RunRecord) -> JobRecord:
    """The job to continue: the folder's own if it has no video yet, else a new one with the same results.

    Raises:
        FileMissing, EmptyText: an edited file cannot be used.
    """
    texts, frame = _texts(folder), _frame(folder, before)
    known = service.known(before.id)
    if known and not before.video and service.files.folder(known.id).resolve() == folder.resolve():
        wanted = _with_source(order, before).changed(references=order.request.references or known.request.references)
        service.steps.change(known.id, **dict(wanted))
        job = service.get(known.id)
    else:
        job = service.create(_over(order, folder, before))
    _take_edits(service, job.id, texts, frame)
    if order.picture is not None and known is job:
        service.steps.swap_frame(job.id, order.picture)
    return service.get(job.id)


def _take_edits(service: JobService, job_id: str, texts: dict[Step, str | None], frame: bytes | None) -> None:
    chosen = {step.step: step for step in service.steps.of(job_id) if step.chosen and step.state != "skipped"}
    if frame is not None:
        service.steps.swap_frame(job_id, frame)
    for step, text in texts.items():
        if text is None and step in chosen:
            service.steps.discard(job_id, step)
        elif text is not None and (step not in chosen or text != (chosen[step].output or "").strip()):
            service.steps.edit(job_id, step, text)


def _texts(folder: Path) -> dict[Step, str | None]:
    """Each text step's file as it is now; None where it is gone."""
    found: dict[Step, str | None] = {}
    for step, name in TEXT_FILES.items():
        path = file_inside(folder, name)
        found[step] = None
        if path.is_file():
            try:
                found[step] = read_at_most(path, _MAX_TEXT_BYTES).decode("utf-8-sig").strip()
            except UnicodeDecodeError:
                raise FileMissing(name=name, reason=gettext_noop("it is not UTF-8 text")) from None
            if not found[step]:
                raise EmptyText(name=name)
    return found


def _frame(folder: Path, before: RunRecord) -> bytes | None:
    """The first frame if it was replaced by hand, else None."""
    path = file_inside(folder, FIRST_FRAME)
    if not path.is_file():
        return None
    data = read_at_most(path, _MAX_PICTURE_BYTES)
    return data if hashlib.sha256(data).hexdigest() != before.first_frame_sha256 else None


def _with_source(order: Order, before: RunRecord) -> JobRequest:
    return order.request.changed(source_picture=before.source_picture)


def _over(order: Order, folder: Path, before: RunRecord) -> Order:
    """A new job that starts with the results of the earlier run."""
    files: dict[str, bytes] = {}
    steps = [_step(one) for one in before.steps if one["step"] != "render"]
    for step in [one for one in steps if one.step == "first_frame"]:
        source = file_inside(folder, step.output or FIRST_FRAME)
        if source.is_file():
            files[source.name] = read_at_most(source, _MAX_PICTURE_BYTES)
        else:
            steps.remove(step)
    order = _with_references(order, folder, before)
    return dataclasses.replace(
        order, request=_with_source(order, before), parent=before.id, steps=tuple(steps), files=files
    )


def _with_references(order: Order, folder: Path, before: RunRecord) -> Order:
    """With the reference pictures of the earlier run, as far as they lie there, unless the order has its own."""
    if order.request.references or not before.references:
        return order
    references = tuple(Reference.model_validate(one) for one in before.references)
    sources = {one.sha256: file_inside(folder, reference_name(one.sha256)) for one in references}
    there = {digest: read_at_most(source, _MAX_PICTURE_BYTES) for digest, source in sources.items() if source.is_file()}
    request = order.request.changed(references=references)
    return dataclasses.replace(order, request=request, references=there)


def _step(one: dict[str, Any]) -> StepRecord:
    output = one.get("file") or one["output"] if one["step"] == "first_frame" else one["output"]
    maker = one.get("maker")
    return StepRecord(
        job_id="",
        step=cast(Step, one["step"]),
        version=1,
        state="skipped" if one.get("state") == "skipped" else "done",
        provider=one.get("provider"),
        model=one.get("model"),
        input_hash=one.get("input_hash"),
        maker=Maker(**{name: maker[name] for name in ("provider", "model", "prompts")}) if maker else None,
        kept=bool(one.get("kept")),
        output=output,
        edited=bool(one.get("edited")),
        # Under a name that is looked up: a sentence without facts is found in the catalogue again.
        warnings=tuple(Message("{reason}", {"reason": words}) for words in one.get("warnings", ())),
        seconds=one.get("seconds"),
        tokens=one.get("tokens"),
    )
