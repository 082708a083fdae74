"""How fast the store answers with 100,000 jobs in it, on SQLite and on PostgreSQL.

Fills an empty database (90 % completed, 20 owners, a fifth in Chinese, four step texts and an own seed a job, half
of them named rows of batches, some copied a hundred times), then times what pages ask for and what the engine writes.
"""

from __future__ import annotations

import itertools
import random
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, text

from benchmarks.figures import Figure
from benchmarks.material import RENDER
from benchmarks.processes import timed
from jobs.database.tables import JobRow, StepRow
from jobs.model.records import Bookkeeping, JobFilter, Json, NewJob
from jobs.model.request import JobRequest, Mode, QueueKey
from jobs.model.states import ACTIVE, JobState
from jobs.store.search_terms import fact_terms, owner_term, search_terms
from jobs.store.store import Store, open_store
from jobs.store.writes import first_columns, number_of
from tests.postgres import WHY_MISSING, programs, throwaway_postgres

JOBS = 100_000
_progress = itertools.cycle(range(100))
BATCH = 2000
COPIES = 100  # of every 5000th job
START = datetime(2025, 11, 23, tzinfo=UTC)
MODELS = ("mova-360p", "mova-720p")
STEPS = {"image_prompt": 60, "first_frame": 0, "visual_elements": 80, "video_description": 150}
HAN = "橘猫在雨中的港口睡觉镜头缓缓推近一只老人坐窗边看书阳光洒满房间孩子笑着跑过草地海浪拍打岩石"
STATES: dict[JobState, int] = {
    "completed": 9000,
    "failed": 500,
    "cancelled": 290,
    "lost": 100,
    "queued": 100,
    "draft": 10,
}


class Words:
    """Texts of words as unequal in frequency as those of a language; a fifth of them Chinese."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._words = ["".join(chance.choices("abcdefghijklmnoprstuvwy", k=chance.randint(3, 9))) for _ in range(8000)]
        self._words[:3] = ["the", "camera", "cat"]
        self._weights = [1 / (rank + 2) for rank in range(len(self._words))]

    def text(self, words: int) -> str:
        if self._chance.random() < 0.2:
            return "".join(self._chance.choices(HAN, k=words * 2))
        return " ".join(self._chance.choices(self._words, self._weights, k=words))


def fill(store: Store, count: int, owner: str | None = None) -> None:
    """One text in 5000 holds a word that no other has; all of it belongs to 20 people, or to ``owner``."""
    chance = random.Random(1)  # noqa: S311
    words = Words(chance)
    for first in range(0, count, BATCH):
        batch = [
            _job(chance, words, n, START + timedelta(seconds=n * 300)) | ({"owner": owner} if owner else {})
            for n in range(first, min(first + BATCH, count))
        ]
        _insert(store, words, batch)


def id_of(n: int) -> str:
    """As the program draws them: the time, then what makes it its own."""
    return f"{START + timedelta(seconds=n * 300):%Y%m%d-%H%M%S}-{n:06x}"


def seed_of(n: int) -> int:
    return 1_000_000 + n


def name_of(n: int) -> str:
    """Half of the jobs are rows of batches."""
    return f"scene {n // 12} shot {n}" if n % 2 else ""


def _request(mode: Mode, model: str, text: str, seed: int) -> JobRequest:
    return JobRequest(mode=mode, text=text, render=replace(RENDER, seed=seed), model=model)


def _job(chance: random.Random, words: Words, n: int, created: datetime) -> Json:
    description = words.text(30) + (" zanzibar" if n % 5000 == 77 else "")
    new = NewJob(
        owner=f"owner-{min(int(chance.expovariate(0.2)), 19)}",
        request=_request(chance.choice(("simple", "full")), chance.choice(MODELS), description, seed_of(n)),
        bookkeeping=Bookkeeping(name=name_of(n)),
        parent=id_of(n - n % 5000) if 0 < n % 5000 <= COPIES else None,
        state=chance.choices(list(STATES), list(STATES.values()))[0],
    )
    columns = first_columns(new, id_of(n), number_of(created))
    more = {"server": chance.choice(MODELS), "favourite": chance.random() < 0.01, "line_position": n}
    return columns | more | {"progress": 100, "attempts": 1, "deleted": False, "revision": 5}


def _insert(store: Store, words: Words, batch: list[Json]) -> None:
    steps = [_step(job, step, words.text(length)) for job in batch for step, length in STEPS.items()]
    texts = {job["id"]: job["inputs"]["text"] for job in batch}
    for step in steps:
        texts[step["job_id"]] += "\n" + step["output"]
    with store.database.write() as session:
        session.execute(insert(JobRow), batch)
        session.execute(insert(StepRow), steps)
        sqlite = store.database.is_sqlite
        value = ":terms" if sqlite else "array_to_tsvector(CAST(:terms AS text[]))"
        terms = [(job["number"], _terms(job, texts[job["id"]])) for job in batch]
        rows = [{"number": number, "terms": " ".join(found) if sqlite else found} for number, found in terms]
        session.execute(text(f"INSERT INTO job_search (rowid, terms) VALUES (:number, {value})"), rows)  # noqa: S608


def _terms(job: Json, texts: str) -> list[str]:
    """What search finds, as jobs/store/search.py writes it."""
    facts = fact_terms(job["id"], job["seed"], job["inputs"].get("name") or "")
    return [owner_term(job["owner"]), *facts, *search_terms(texts)]


def _step(job: Json, step: str, output: str) -> Json:
    result = {"job_id": job["id"], "step": step, "version": 1, "state": "done", "output": output, "chosen": True}
    return result | {"warnings": [], "edited": False, "created": job["created"], "input_hash": f"{job['id']}-{step}"}


def questions(store: Store, count: int) -> dict[str, Callable[[], object]]:
    """What pages ask for, by name."""
    pages, everything = store.pages, JobFilter()
    middle = pages.numbered(count // 24).jobs[0].number
    week = START + timedelta(seconds=count * 150)
    page_500 = min(500, count // 24)
    searches = {"a rare word": "zanzibar", "a common word": "camera", "a prefix": "cam", "two characters": "橘猫"}
    searches |= {"one character": "猫", "two words": "camera cat", "four characters": "橘猫在雨", "nothing": "qqqqqq"}
    half = count // 2 + 1
    searches |= {"a seed": str(seed_of(half)), "seed:": f"seed:{seed_of(half)}", "name:": f"name:{name_of(half)}"}
    searches |= {"id:": f"id:{half:06x}", "a whole id": id_of(half), "a common name": "name:shot"}
    searched = {
        f"search: {name}": lambda words=words: pages.page(JobFilter(text=words)) for name, words in searches.items()
    }
    return {
        "newest page": lambda: pages.page(everything),
        "page in the middle by cursor": lambda: pages.page(everything, older_than=middle),
        f"page {page_500}": lambda: pages.numbered(page_500),
        "last page by number": lambda: pages.numbered(count // 12),
        "newest of a busy owner": lambda: pages.page(JobFilter(owner="owner-0")),
        "newest of an owner without jobs": lambda: pages.page(JobFilter(owner="nobody")),
        f"page {page_500 // 2} of an owner": lambda: pages.numbered(page_500 // 2, JobFilter(owner="owner-0")),
        "active jobs": lambda: pages.page(JobFilter(states=ACTIVE | {"queued"})),
        "failed or completed jobs": lambda: pages.page(JobFilter(states=frozenset(("failed", "completed")))),
        "failed jobs of an owner": lambda: pages.page(JobFilter(owner="owner-3", states=frozenset(("failed",)))),
        "favourites of one model": lambda: pages.page(JobFilter(favourite=True, model="mova-720p")),
        "oldest first": lambda: pages.page(JobFilter(owner="owner-0"), oldest=True),
        "a size of an owner": lambda: pages.page(JobFilter(owner="owner-0", size="640x352")),
        "a size that none has": lambda: pages.page(JobFilter(owner="owner-0", size="720x1280")),
        "a week of an owner": lambda: pages.page(JobFilter(owner="owner-0", since=week, until=week + timedelta(7))),
        "favourites of an owner": lambda: pages.page(JobFilter(owner="owner-0", favourite=True)),
        "what looks failed, where nothing does": lambda: pages.page(JobFilter(owner="owner-0", looks_failed=True)),
        "counted up to 1000": lambda: pages.count(JobFilter(owner="owner-0"), at_most=1000),
        "filter that fits nothing": lambda: pages.page(JobFilter(server="none", mode="full")),
        **searched,
        "search: common, of an owner": lambda: pages.page(JobFilter(text="camera", owner="owner-9")),
        "search: common, failed": lambda: pages.page(JobFilter(text="camera", states=frozenset(("failed",)))),
        "search: common, of nobody": lambda: pages.page(JobFilter(text="camera", owner="nobody")),
        "search: common, page 100": lambda: pages.numbered(100, JobFilter(text="camera")),
        "counts of all": lambda: pages.counts(),
        "counts of what is active": lambda: pages.counts(states=ACTIVE | {"queued"}),
        "counts of an owner": lambda: pages.counts("owner-0"),
        "count of a search": lambda: pages.count(JobFilter(text="camera")),
        "count of favourites": lambda: pages.count(JobFilter(favourite=True)),
        "one job": lambda: store.jobs.get(id_of(count // 2)),
        "its steps": lambda: store.steps.of(id_of(count // 2)),
        "jobs by their words": lambda: store.steps.jobs_from("image_prompt", f"{id_of(5)}-image_prompt", "owner-0", 20),
        "copies of a job": lambda: store.jobs.copies(id_of(5000 if count > 5000 else 0), "owner-0"),
        "order of the line": lambda: store.queue.order(QueueKey("mova-360p")),
        "left by a crash": lambda: store.jobs.in_states(ACTIVE),
    }


def writes(store: Store) -> dict[str, Callable[[], object]]:
    """What the engine does to a job."""
    new = NewJob(owner="owner-0", request=_request("full", "bench", "a cat", 7), state="waiting")
    job = store.jobs.create(new)

    def claim() -> None:
        fresh = store.jobs.create(new)
        store.queue.enqueue(fresh.id)
        store.queue.claim("bench", QueueKey("bench"), 1)
        store.jobs.move_to(fresh.id, "failed")

    return {
        "write: create": lambda: store.jobs.create(new),
        "write: progress": lambda: store.jobs.update(job.id, progress=next(_progress)),
        "write: create, enqueue, claim, fail": claim,
        "write: claim in a line of 1000": lambda: store.queue.claim("a", QueueKey("mova-360p"), 100),
    }


def store_at_100k(rounds: int) -> Iterable[Figure]:
    """Each question some times on SQLite, then on PostgreSQL where it is installed."""
    with ExitStack() as stack:
        for name, address in _databases(stack).items():
            store = open_store(address)
            stack.callback(store.close)
            fill(store, JOBS)
            if not store.database.is_sqlite:
                _let_postgres_settle(store)
            for question, ask in (questions(store, JOBS) | writes(store)).items():
                milliseconds = tuple(1000 * timed(ask) for _ in range(rounds))
                yield Figure("store_at_100k", f"{name}, {question}", "ms", milliseconds)


def _databases(stack: ExitStack) -> dict[str, str]:
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="store-"))
    sqlite = {"SQLite": f"sqlite:///{Path(folder) / 'jobs.db'}"}
    binaries = programs()
    if binaries is None:
        print(WHY_MISSING)
        return sqlite
    return sqlite | {"PostgreSQL": stack.enter_context(throwaway_postgres(binaries)).url}


def _let_postgres_settle(store: Store) -> None:
    """What autovacuum does in a running installation."""
    with store.database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
