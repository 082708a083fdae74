"""``workflow.py batch``: runs a manifest's rows as jobs and follows them to their ends."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cli.batch_manifest import read_manifest
from cli.batch_rows import Plan, PlannedRow, QueueOf, order_of, plan
from cli.dry_run import dry_rows, sums
from cli.runs import lacks_key
from cli.terminal import INTERRUPTED, column, say, say_server_error, translated
from core.messages import Message, gettext_noop, message
from jobs.model.records import BatchRecord, JobRecord
from jobs.model.request import PREVIEW, QueueKey
from jobs.model.states import FINAL, SENT, JobState, allowing
from jobs.servers.selection import likely_model, previews_now, queue_for
from jobs.worker import planning, working
from pipeline import PREVIEW_MESSAGE
from record.folder import VIDEO

if TYPE_CHECKING:
    from config import Settings
    from jobs.service.service import JobService
    from jobs.store.orders import Order

REFUSED = 2
STOPPED = gettext_noop(
    "Stopped: {done} done, {gpu} on a server, {kept} not sent. A server cannot abort a job, so its GPU finishes "
    "it. The others are held back. Run the same manifest again to continue; no row runs twice."
)
_LINE = gettext_noop("Line {line}: {words}")
_PREPARED_AT_ONCE = 4  # steps 1 to 4 ask services, which limit how often they may be asked
_PACE = 0.5
_BAR = "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}{postfix}]"


def run_batch(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """Check every row; then create the jobs that are not there yet, and follow all of them."""
    manifest, rows = options.manifest, read_manifest(options.manifest, options.encoding)

    def likely(named: str | None) -> QueueKey:
        return QueueKey(likely_model(settings, named), named)

    planned = plan(rows, manifest, settings, likely)
    if planned.bad or options.dry_run:
        return _checked(planned, manifest, settings, likely)
    queues: QueueOf = cache(lambda named: queue_for(settings, named, say_server_error))
    servers = dict.fromkeys(one.row.server for one in planned.rows)
    if any(queues(named).model != likely(named).model for named in servers):  # another size than was checked
        planned = plan(rows, manifest, settings, queues)
        if planned.bad:
            return _checked(planned, manifest, settings, queues)
    if PREVIEW in servers or (None in servers and previews_now(settings)):
        say(PREVIEW_MESSAGE)
    with working(settings, own_only=True) as service:
        batch = Batch(service, planned.rows, retry=options.retry, other_maker=options.other_maker)
        batch.create(lambda row: order_of(row.row, manifest.parent, settings, queues))
        return batch.run()


def _checked(planned: Plan, manifest: Path, settings: Settings, queue_of: QueueOf) -> dict[str, object]:
    """The result of a check alone: each bad row with its line and reasons, else what would be run."""
    reasons = {row.line: [translated(one) for one in row.errors] for row in planned.bad}
    for line, sentences in reasons.items():
        say(message(_LINE, line=line, words=" ".join(sentences)))
    if planned.bad:
        words = gettext_noop("Wrong rows: {bad} of {all}. Nothing was created.")
        say(message(words, bad=len(planned.bad), all=len(planned.bad) + len(planned.rows)))
        bad = [{"line": line, "reasons": sentences} for line, sentences in reasons.items()]
        return {"exit_code": REFUSED, "state": "refused", "rows": bad}
    with planning(settings) as service:
        rows = list(dry_rows(planned.rows, lambda one: order_of(one.row, manifest.parent, settings, queue_of), service))
    said = [message(gettext_noop("Valid rows: {n}. Nothing was created."), n=len(rows)), *sums(rows)]
    text = "\n".join([*(row.text for row in rows), *map(translated, said)])
    return {"text": text, "state": "checked", "rows": [row.as_json for row in rows], "sums": list(map(str, said))}


class Batch:
    """The jobs of a manifest. What became of each is in the store: this only creates, starts and watches them."""

    def __init__(
        self, service: JobService, rows: tuple[PlannedRow, ...], *, retry: bool, other_maker: str | None = None
    ) -> None:
        self._service, self._rows, self._retry, self._other_maker = service, rows, retry, other_maker
        self._full = {one.job_id for one in rows if one.row.kind == "full"}
        self._new: set[str] = set()
        self._gone: dict[str, BatchRecord] = {}

    def create(self, order: Callable[[PlannedRow], Order]) -> None:
        """Record a job for each row that has none; a job from an earlier run is found by its id.

        Of a row whose job was deleted since it is known how it ended; it is done, or ended for this start as well.
        """
        gone = self._service.library.batch_rows([one.job_id for one in self._rows])
        for row in self._rows:
            if self._service.known(row.job_id) is None:
                before = gone.get(row.job_id)
                if before and (before.state == "completed" or not self._retry):
                    self._gone[row.job_id] = before
                    continue
                self._service.create(replace(order(row), id=row.job_id))
                self._new.add(row.job_id)
                continue
            self._service.work_on(row.job_id)
            if self._other_maker:
                self._service.steps.decide(row.job_id, keep=self._other_maker == "keep")
            if self._retry:
                self._service.retry_from(row.job_id)
        words = gettext_noop("Rows: {n}, of which {new} new and {known} created by an earlier run.")
        say(message(words, n=len(self._rows), new=len(self._new), known=len(self._rows) - len(self._new)))
        if self._gone:
            say(
                message(
                    gettext_noop("Rows whose jobs have been deleted since, and which will not run again: {n}."),
                    n=len(self._gone),
                )
            )
        self._say_cautions()

    def _say_cautions(self) -> None:
        """What a person should know of the new rows before they are sent: each caution once, with its lines."""
        lines: dict[str, list[str]] = {}
        for row in self._rows:
            for caution in self._service.plans.of(row.job_id).cautions if row.job_id in self._new else ():
                lines.setdefault(translated(caution), []).append(str(row.line))
        for words, at in lines.items():
            say(message(_LINE, line=", ".join(at), words=words))

    def run(self) -> dict[str, object]:
        """Start and follow all of them to their ends, or to where a person stops it; then say what became of each."""
        try:
            with _bar(len(self._rows)) as show:
                for states in self._watched():
                    show(states)
        except KeyboardInterrupt:
            self._hold_back()
            return self._result(INTERRUPTED)
        return self._result(None)

    def _watched(self) -> Iterator[Counter[str]]:
        """The states of all jobs, again and again until each has ended."""
        ended: Counter[str] = Counter(one.state for one in self._gone.values())
        open_ids = [one.job_id for one in self._rows if one.job_id not in self._gone]
        yield ended
        while open_ids:
            states = self._service.library.states_of(open_ids)
            self._feed(states)
            over = {job_id: states.get(job_id, "deleted") for job_id in open_ids if self._is_over(job_id, states)}
            ended.update(over.values())
            open_ids = [job_id for job_id in open_ids if job_id not in over]
            yield ended + Counter(states[job_id] for job_id in open_ids)
            if open_ids:
                time.sleep(_PACE)

    def _feed(self, states: dict[str, JobState]) -> None:
        """Start what was not started: all that need no preparation, of the others a few at a time."""
        room = _PREPARED_AT_ONCE - sum(state == "preparing" for state in states.values())
        for job_id, state in states.items():
            if state not in allowing("approve") or self._is_over(job_id, states):
                continue
            if job_id in self._full:
                if room <= 0:
                    continue
                room -= 1
            self._service.approve(job_id, to_end=True)

    def _is_over(self, job_id: str, states: dict[str, JobState]) -> bool:
        """Whether a job has ended, or only a person can say if it was sent: then it is not sent again by itself."""
        state = states.get(job_id)
        if state == "preparing":
            return lacks_key(self._service.get(job_id))
        if state in ("waiting", "unclear"):
            return state == "unclear" or self._service.get(job_id).error is not None
        return state is None or state in FINAL

    def _hold_back(self) -> None:
        """Withdraw the jobs that no server has, so that nothing is sent that nobody waits for."""
        there = self._service.library.states_of([one.job_id for one in self._rows])
        for job_id in there:
            self._service.hold(job_id)
        states = Counter(self._service.library.states_of(list(there)).values()) + Counter(
            one.state for one in self._gone.values()
        )
        done, gpu = sum(states[state] for state in FINAL), sum(states[state] for state in SENT - FINAL)
        say(message(STOPPED, done=done, gpu=gpu, kept=len(self._rows) - done - gpu))

    # ---- the result --------------------------------------------------------------------------------------------

    def _result(self, exit_code: int | None) -> dict[str, object]:
        rows = [self._row(one) for one in self._rows]
        counts = Counter(str(row["state"]) for row in rows)
        summary = " · ".join(f"{translated(message(state))} {n}" for state, n in counts.items())
        lines = [f"{row['line']:>5}  {row['id']}  {column(str(row['state']), 10)} {_outcome(row)}" for row in rows]
        failed = any(row["state"] != "completed" for row in rows)
        code = int(failed) if exit_code is None else exit_code
        return {"text": "\n".join([*lines, summary]), "exit_code": code, "counts": counts, "rows": rows}

    def _row(self, one: PlannedRow) -> dict[str, object]:
        job = self._service.known(one.job_id)
        row: dict[str, object] = {"line": one.line, "name": one.row.name, "id": one.job_id}
        if job is None:
            gone = self._gone.get(one.job_id)
            state, seed = (gone.state, gone.seed) if gone else ("deleted", None)
            return {**row, "state": state, "new": False, "seed": seed, "video": None, "error": None}
        return {**row, "new": one.job_id in self._new, **self._end_of(job)}

    def _end_of(self, job: JobRecord) -> dict[str, object]:
        done = job.state == "completed"
        return {
            "state": job.state,
            "seed": job.render.seed,
            "video": str(self._service.files.whole(job.id).resolve() / VIDEO) if done else None,
            "preview": job.is_preview,
            "text": job.request.text[:200],
            "error": job.error.rebuilt().as_json() if job.error else None,
        }


def _outcome(row: dict[str, object]) -> str:
    error = row["error"]
    return str(error["what"]) if isinstance(error, dict) else str(row["video"] or "")


@contextmanager
def _bar(total: int) -> Iterator[Callable[[Counter[str]], None]]:
    """A bar over all rows, with how many are in which state."""
    from tqdm import tqdm

    lively = sys.stderr.isatty()
    pause = 0.2 if lively else 10
    with tqdm(total=total, bar_format=_BAR, file=sys.stderr, dynamic_ncols=lively, mininterval=pause) as bar:

        def show(states: Counter[str]) -> None:
            words = ", ".join(
                f"{translated(Message(state))} {n}" for state, n in states.items() if state != "completed"
            )
            bar.set_postfix_str(words, refresh=False)
            bar.update(sum(states[state] for state in FINAL) - bar.n)
            if lively:
                bar.refresh()

        yield show
