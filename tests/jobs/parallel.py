"""What several processes do at once; each function runs in a process of its own."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from jobs.database.migrate import NEWEST
from jobs.model.request import QueueKey
from jobs.store.store import open_store
from tests.jobs.samples import done_step, new_job

# server: (queue, slots)
SMALL, LARGE = QueueKey("small"), QueueKey("large")
SERVERS = {"a": (SMALL, 2), "b": (SMALL, 1), "c": (LARGE, 1)}


def in_parallel(function: Any, arguments: Iterable[tuple[Any, ...]]) -> list[Any]:
    """The results of one call in each of as many processes, started together."""
    calls = list(arguments)
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.jobs.parallel"])
    with ProcessPoolExecutor(len(calls), mp_context=context) as pool:
        return list(pool.map(function, *zip(*calls, strict=True)))


def open_it(address: str) -> str:
    open_store(address).close()
    return NEWEST


def write_jobs(address: str, owner: str, count: int) -> list[str]:
    store = open_store(address)
    ids = []
    for n in range(count):
        job = store.jobs.create(new_job(owner=owner, state="preparing"))
        store.steps.save(done_step(job.id, "image_prompt", f"{owner} {n}"))
        assert store.jobs.move_to(job.id, "waiting", stage=str(n))
        ids.append(job.id)
    return ids


def claim_all(address: str, seed: int) -> tuple[list[str], int]:
    """Claim and finish jobs until none waits: their ids, and how often a server was seen with too many."""
    store, chance = open_store(address), random.Random(seed)
    claimed: list[str] = []
    too_many = 0
    while store.queue.order(SMALL) or store.queue.order(LARGE):
        server = chance.choice(sorted(SERVERS))
        key, slots = SERVERS[server]
        job_id = store.queue.claim(server, key, slots)
        held = Counter(slot.server for slot in store.queue.occupied())
        too_many += sum(held[name] > allowed for name, (_, allowed) in SERVERS.items())
        if job_id is not None:
            claimed.append(job_id)
            assert store.jobs.move_to(job_id, "lost")
    return claimed, too_many


def create_the_same(address: str, times: int) -> list[int]:
    """Create, move and save under the same ids as every other process."""
    store = open_store(address)
    moves = 0
    for n in range(times):
        job = store.jobs.create(new_job(id=f"job-{n}", state="preparing"))
        store.steps.edit(job.id, "image_prompt", "the same text")
        moves += store.jobs.move_to(job.id, "waiting")
    return [moves]
