"""The table and the JSON of the benchmarks, with made-up figures: nothing is measured here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from benchmarks.__main__ import measured
from benchmarks.figures import Figure, document, plain, read, table, write
from benchmarks.gpu import one_more_step
from tests.cli.shell import engine

LATE = Figure("overhead", "running app", "s", (0.5, 0.2, 0.25), aim=0.3)
SLOW = Figure("preview", "against real time, 720p", "", (0.9, 0.8), aim=1, at_least=True)
COUNT = Figure("inflight", "threads", "", (31.0,))


def test_a_figure_is_a_median_beside_its_aim() -> None:
    assert (LATE.median, LATE.met) == (0.25, True)
    assert SLOW.median == pytest.approx(0.85)
    assert SLOW.met is False
    assert COUNT.met is None


def test_one_table() -> None:
    head, rule, *rows = table([LATE, SLOW, COUNT]).splitlines()
    assert len({len(line) for line in (head, rule, *rows)}) == 1
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert cells == [
        ["overhead", "running app", "0.25 s (0.20 to 0.50)", "under 0.30", "met"],
        ["preview", "against real time, 720p", "0.85 (0.80 to 0.90)", "over 1.00", "MISSED"],
        ["inflight", "threads", "31.0 (31.0 to 31.0)", "", ""],
    ]


def test_two_runs_beside_each_other() -> None:
    slower = Figure("overhead", "running app", "s", (0.4,), aim=0.3)
    head, _, *rows = table([LATE, COUNT], [slower]).splitlines()
    assert [cell.strip() for cell in head.split("|")[3:5]] == ["run 1", "run 2"]
    assert "0.25 s (0.20 to 0.50)" in rows[0]
    assert rows[0].rstrip(" |").endswith("met, MISSED")
    assert rows[1].count("31.0 (") == 1


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (0.0123, "0.012"), (1.234, "1.23"), (45.67, "45.7"), (1234.5, "1234")]
)
def test_three_digits_that_count(value: float, shown: str) -> None:
    assert plain(value) == shown


def test_the_json_holds_every_round(tmp_path: Path) -> None:
    path = tmp_path / "new" / "figures.json"
    write(path, document([LATE], "2 cores, 24 GiB", (0.5, 1.5)))
    held = json.loads(path.read_text())
    assert (held["machine"], held["load"]) == ("2 cores, 24 GiB", [0.5, 1.5])
    (figure,) = held["figures"]
    assert figure["values"] == [0.5, 0.2, 0.25]
    assert (figure["median"], figure["aim"], figure["met"]) == (0.25, 0.3, True)
    assert read(path) == [LATE]


def test_one_that_fails_costs_the_others_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(rounds: int) -> Iterable[Figure]:
        raise RuntimeError("no such thing")

    kept: list[int] = []

    def fine(rounds: int) -> Iterable[Figure]:
        return [COUNT] * rounds

    found = measured(["a", "b"], 3, lambda name: broken if name == "a" else fine, lambda now: kept.append(len(now)))
    assert found == [COUNT] * 3
    assert kept == [0, 3]
    assert "a failed" in capsys.readouterr().err


def test_a_running_server_by_steps_frames_and_size(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    asked = ["gpu", "--rounds", "2", "--steps", "2,4", "--frames", "5,9", "--json", str(path)]
    with engine() as address:
        command = [sys.executable, "-m", "benchmarks", *asked, "--server", address]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = {figure.name: figure.values for figure in read(path)}
    sizes = [f"{size}, {frames} frames" for size in ("640x352", "352x640") for frames in (5, 9)]
    ends = (", 2 steps", ", 4 steps", ": one more step")
    assert list(figures) == [f"{size}{end}" for size in sizes for end in ends]
    assert all(len(values) == 2 for values in figures.values())


def test_one_more_step() -> None:
    assert one_more_step({10: (20.0, 21.0), 25: (35.0, 36.0), 50: (60.0, 62.0)}) == (1.0, 1.025)


@pytest.mark.parametrize("words", [["gpu"], ["start", "--server", "http://localhost:1"]])
def test_a_server_belongs_to_its_benchmark(words: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "benchmarks", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "gpu needs --server URL" in done.stderr


def test_a_server_that_cannot_be_reached_is_said_in_words() -> None:
    command = [sys.executable, "-m", "benchmarks", "gpu", "--server", "http://127.0.0.1:9"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "The server http://127.0.0.1:9 cannot be reached: refused." in done.stderr
    assert "Traceback" not in done.stderr
