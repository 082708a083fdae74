"""Figures, their table and their JSON: every figure is the median of some rounds, with its spread and its aim."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.version import VERSION


@dataclass(frozen=True)
class Figure:
    """One row: ``values`` of all rounds in ``unit``; the median is to be under ``aim``, with ``at_least`` over it."""

    benchmark: str
    name: str
    unit: str
    values: tuple[float, ...]
    aim: float | None = None
    at_least: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.benchmark, self.name

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def met(self) -> bool | None:
        """Whether the median is where it should be; None without an aim."""
        if self.aim is None:
            return None
        return self.median > self.aim if self.at_least else self.median < self.aim

    def cell(self) -> str:
        """Median and spread."""
        spread = f"({plain(min(self.values))} to {plain(max(self.values))})"
        return " ".join(filter(None, (plain(self.median), self.unit, spread)))

    def aimed_at(self) -> str:
        return "" if self.aim is None else f"{'over' if self.at_least else 'under'} {plain(self.aim)}"


Benchmark = Callable[[int], Iterable[Figure]]  # from the number of rounds to the figures


def plain(value: float) -> str:
    """Three digits that count, without an exponent."""
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    digits = 2 if abs(value) < 10 else 1
    return f"{value:.3f}" if abs(value) < 0.1 else f"{value:.{digits}f}"


def table(*runs: Sequence[Figure]) -> str:
    """One Markdown table, its columns aligned; a column for each run. A figure that a run lacks is left empty there."""
    first: dict[tuple[str, str], Figure] = {}
    for figure in (one for run in runs for one in run):
        first.setdefault(figure.key, figure)
    numbers = [f"run {n}" for n in range(1, len(runs) + 1)] if len(runs) > 1 else ["median (spread)"]
    rows = [("benchmark", "figure", *numbers, "aim", "")]
    for key, figure in first.items():
        found = [next((one for one in run if one.key == key), None) for run in runs]
        cells = [one.cell() if one else "" for one in found]
        verdicts = dict.fromkeys("met" if one.met else "MISSED" for one in found if one and one.met is not None)
        rows.append((*key, *cells, figure.aimed_at(), ", ".join(verdicts)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def document(figures: Sequence[Figure], machine: str, load: Sequence[float]) -> dict[str, object]:
    """What the JSON holds; ``load`` is the load average of the last minute before and after."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    rows = [asdict(figure) | {"median": figure.median, "met": figure.met} for figure in figures]
    return {"version": VERSION, "taken": now, "machine": machine, "load": list(load), "figures": rows}


def write(path: Path, content: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read(path: Path) -> list[Figure]:
    """The figures of an earlier run."""
    rows = json.loads(path.read_text(encoding="utf-8"))["figures"]
    names = ("benchmark", "name", "unit", "aim", "at_least")
    return [Figure(**{name: row[name] for name in names}, values=tuple(row["values"])) for row in rows]


def machine() -> str:
    """Cores and memory, and nothing else about where this ran."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB"
