"""``workflow.py batch``: a manifest's rows as jobs of the same engine, followed to their ends."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from batch.manifest import read_manifest
from batch.rows import LineOf, Plan, PlannedRow, order_of, plan
from command_line import INTERRUPTED, column, say, say_trouble, spoken
from jobs.records import JobRecord
from jobs.states import FINAL, JobState
from jobs.wish import Wish, model_of
from jobs.worker import working
from notes import N_, Note, note
from pipeline import PREVIEW_NOTE
from record.folder import VIDEO
from render.servers import PREVIEW, likely_model, line_for

if TYPE_CHECKING:
    from config import Settings
    from jobs.desk import Desk, Order

REFUSED = 2
STOPPED = N_(
    "Stopped: {done} done, {gpu} on a server, {kept} not sent. A server cannot abort a job: its GPU goes on with it. "
    "The others are held back. Start the same manifest again to go on; no row runs twice."
)
_PREPARED_AT_ONCE = 4  # steps 1 to 4 ask services, which limit how often they may be asked
_PACE = 0.5
_ON_SERVER: tuple[JobState, ...] = ("submitted", "rendering", "saving")


def run_batch(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """Check every row; then create the jobs that are not there yet, and follow all of them."""
    manifest, rows = options.manifest, read_manifest(options.manifest, options.encoding)
    likely: LineOf = partial(likely_model, settings)
    planned = plan(rows, manifest, settings, likely)
    if planned.bad or options.dry_run:
        return _checked(planned, manifest, settings, likely)
    lines: LineOf = cache(lambda named: line_for(settings, named, say_trouble))
    servers = dict.fromkeys(one.row.server for one in planned.rows)
    if any(model_of(lines(named)) != likely(named) for named in servers):  # another size than was checked
        planned = plan(rows, manifest, settings, lines)
        if planned.bad:
            return _checked(planned, manifest, settings, lines)
    if any(lines(named).endswith(f"@{PREVIEW}") for named in servers):
        say(PREVIEW_NOTE)
    with working(settings) as desk:
        batch = Batch(desk, planned.rows, retry=options.retry)
        batch.create(lambda row: order_of(row.row, manifest.parent, settings, lines))
        return batch.run()


def _checked(planned: Plan, manifest: Path, settings: Settings, line_of: LineOf) -> dict[str, object]:
    """The result of a look alone: each bad row with its line and reasons, else what would be run."""
    reasons = {row.line: [spoken(one) for one in row.troubles] for row in planned.bad}
    for line, sentences in reasons.items():
        say(note(N_("Line {line}: {words}"), line=line, words=" ".join(sentences)))
    if planned.bad:
        words = N_("{bad} of {all} rows are wrong; nothing was created.")
        say(note(words, bad=len(planned.bad), all=len(planned.bad) + len(planned.rows)))
        bad = [{"line": line, "reasons": sentences} for line, sentences in reasons.items()]
        return {"exit_code": REFUSED, "state": "refused", "rows": bad}
    orders = ((one, order_of(one.row, manifest.parent, settings, line_of).render) for one in planned.rows)
    lines = [f"{one.line:>5}  {column(one.row.kind, 8)} {spoken(render.receipt)}" for one, render in orders]
    summary = note(N_("{n} rows are in order; nothing was created."), n=len(planned.rows))
    found = [{"line": one.line, "name": one.row.name, "id": one.job_id} for one in planned.rows]
    return {"text": "\n".join([*lines, spoken(summary)]), "state": "checked", "rows": found}


class Batch:
    """The jobs of a manifest. What became of each is in the store: this only creates, starts and watches them."""

    def __init__(self, desk: Desk, rows: tuple[PlannedRow, ...], *, retry: bool) -> None:
        self._desk, self._rows, self._retry = desk, rows, retry
        self._full = {one.job_id for one in rows if one.row.kind == "full"}
        self._new: set[str] = set()

    def create(self, order: Callable[[PlannedRow], Order]) -> None:
        """Record a job for each row that has none; one of an earlier start is found by its id."""
        for row in self._rows:
            if self._desk.known(row.job_id) is None:
                self._desk.create(replace(order(row), id=row.job_id))
                self._new.add(row.job_id)
            elif self._retry:
                self._desk.retry_from(row.job_id)
        words = N_("{n} rows: {new} new, {known} known from an earlier start.")
        say(note(words, n=len(self._rows), new=len(self._new), known=len(self._rows) - len(self._new)))

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
        ended: Counter[str] = Counter()
        open_ids = [one.job_id for one in self._rows]
        while open_ids:
            states = self._desk.states_of(open_ids)
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
            if state not in ("draft", "waiting") or self._is_over(job_id, states):
                continue
            if job_id in self._full:
                if room <= 0:
                    continue
                room -= 1
            self._desk.approve(job_id, to_end=True)

    def _is_over(self, job_id: str, states: dict[str, JobState]) -> bool:
        """Also where only a person can say whether it was sent: it is not sent again by itself."""
        state = states.get(job_id)
        return state is None or state in FINAL or (state == "waiting" and self._desk.get(job_id).error is not None)

    def _hold_back(self) -> None:
        """Take back what no server has, so that nothing is sent that nobody waits for."""
        for one in self._rows:
            self._desk.hold(one.job_id)
        states = Counter(self._desk.states_of([one.job_id for one in self._rows]).values())
        done, gpu = sum(states[state] for state in FINAL), sum(states[state] for state in _ON_SERVER)
        say(note(STOPPED, done=done, gpu=gpu, kept=len(self._rows) - done - gpu))

    # ---- the result --------------------------------------------------------------------------------------------

    def _result(self, exit_code: int | None) -> dict[str, object]:
        rows = [self._row(one) for one in self._rows]
        counts = Counter(str(row["state"]) for row in rows)
        summary = " · ".join(f"{spoken(note(state))} {n}" for state, n in counts.items())
        lines = [f"{row['line']:>5}  {row['id']}  {column(str(row['state']), 10)} {_outcome(row)}" for row in rows]
        failed = any(row["state"] != "completed" for row in rows)
        code = int(failed) if exit_code is None else exit_code
        return {"text": "\n".join([*lines, summary]), "exit_code": code, "counts": counts, "rows": rows}

    def _row(self, one: PlannedRow) -> dict[str, object]:
        job = self._desk.known(one.job_id)
        row: dict[str, object] = {"line": one.line, "name": one.row.name, "id": one.job_id}
        if job is None:
            return {**row, "state": "deleted", "new": False, "seed": None, "video": None, "error": None}
        return {**row, "new": one.job_id in self._new, **self._end_of(job)}

    def _end_of(self, job: JobRecord) -> dict[str, object]:
        done = job.state == "completed"
        return {
            "state": job.state,
            "seed": job.seed,
            "video": str((self._desk.folder(job.id) / VIDEO).resolve()) if done else None,
            "preview": job.preview,
            "text": Wish.of(job).text[:200],
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
    with tqdm(total=total, unit="", file=sys.stderr, dynamic_ncols=lively, mininterval=0.2 if lively else 10) as bar:

        def show(states: Counter[str]) -> None:
            words = ", ".join(f"{spoken(Note(state))} {n}" for state, n in states.items() if state != "completed")
            bar.set_postfix_str(words, refresh=False)
            bar.update(sum(states[state] for state in FINAL) - bar.n)
            if lively:
                bar.refresh()

        yield show
