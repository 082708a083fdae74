"""The shots of a film on the command line: made until nothing moves any more, and how each one stands."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cli.runs import lacks_key
from cli.terminal import BAR, INTERRUPTED, column, say, translated
from core.files import atomic_write
from core.messages import Message, gettext_noop, message
from core.render_settings import TRAINED_FPS
from film.composition import speech_seconds_of
from film.document import Film
from jobs.model.records import JobRecord
from jobs.model.states import FINAL

if TYPE_CHECKING:
    from jobs.service.service import JobService
    from jobs.service.shot_states import ShotState

_PACE = 0.5
# States of a shot that no job has.
_STALE, _PENDING, _FRAMED = gettext_noop("stale"), gettext_noop("pending"), gettext_noop("frame")
STOPPED = gettext_noop(
    "Stopped. What was made is kept, and what a server has it finishes; the same command goes on from there."
)


def until_done(service: JobService, film: Film, order: Callable[[], tuple[str, ...]], what: str) -> dict[str, object]:
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
    rows = [row_of(service, film, state) for state in service.films.shots(film)]
    for row in rows:
        if isinstance(row["error"], dict):
            template = gettext_noop("Shot {n}: {words}")
            say(message(template, n=int(str(row["number"])), words=str(row["error"]["what"])))
    states = Counter(str(row["state"]) for row in rows)
    text = " · ".join(f"{translated(message(state))} {n}" for state, n in states.items())
    failed = any(row["error"] for row in rows)
    return {"text": text, **summary(film), "shots": rows, "exit_code": int(failed)}


def summary(film: Film) -> dict[str, object]:
    return {
        "id": film.id,
        "title": film.title,
        "num_frames": film.num_frames,
        "seconds": round(film.seconds, 3),
    }


def row_of(service: JobService, film: Film, state: ShotState) -> dict[str, object]:
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


def line_of(row: dict[str, object]) -> str:
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


def write_sheet(service: JobService, film: Film, target: Path) -> None:
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
