"""A minute in which everything goes wrong at random; ``python -m benchmarks.soak`` does the same for half an hour."""

from __future__ import annotations

from pathlib import Path

from benchmarks.soak import run_soak, show

POOLS = 30


def test_a_minute_of_trouble(tmp_path: Path) -> None:
    seen = run_soak(tmp_path / "outputs", minutes=1.0, seed=7, at_least=POOLS + 11)
    show(seen)
    assert seen.jobs > POOLS + 10
    assert seen.kills > 2
    assert len(seen.states) >= 3
    assert seen.untrue == []
    assert seen.left == []
    assert "Traceback" not in seen.words
    assert not seen.visited_elsewhere
    assert seen.before
    assert seen.after
    # Pools of threads and connections grow to their size; a leak would be one for each of the jobs.
    assert seen.after.threads <= seen.before.threads + POOLS
    assert seen.after.files <= seen.before.files + POOLS
    assert seen.after.connections <= seen.before.connections + 2
