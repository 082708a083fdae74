"""Figures, their table and their JSON: every figure is the median of some rounds, with its spread and its aim."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from version import VERSION

_HEAD = ("benchmark", "figure", "median", "spread", "rounds", "aim", "")


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
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def met(self) -> bool | None:
        """Whether the median is where it should be; None without an aim."""
        if self.aim is None:
            return None
        return self.median > self.aim if self.at_least else self.median < self.aim

    def row(self) -> tuple[str, ...]:
        spread = f"{plain(min(self.values))} to {plain(max(self.values))}"
        aim = "" if self.aim is None else f"{'over' if self.at_least else 'under'} {plain(self.aim)}"
        verdict = {None: "", True: "met", False: "MISSED"}[self.met]
        figure = f"{plain(self.median)} {self.unit}".strip()
        return self.benchmark, self.name, figure, spread, str(len(self.values)), aim, verdict


Benchmark = Callable[[int], Iterable[Figure]]  # from the number of rounds to the figures


def plain(value: float) -> str:
    """Three digits that count, without an exponent."""
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    digits = 2 if abs(value) < 10 else 1
    return f"{value:.3f}" if abs(value) < 0.1 else f"{value:.{digits}f}"


def table(figures: Sequence[Figure]) -> str:
    """One Markdown table, its columns aligned."""
    rows = [_HEAD, *(figure.row() for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def document(figures: Sequence[Figure], machine: str, load: Sequence[float]) -> dict[str, object]:
    """What the JSON holds; ``load`` is the load average of the last minute before and after."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    rows = [asdict(figure) | {"median": figure.median, "met": figure.met} for figure in figures]
    return {"version": VERSION, "taken": now, "machine": machine, "load": list(load), "figures": rows}


def write(path: Path, content: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def machine() -> str:
    """Cores and memory, and nothing else about where this ran."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB"
