"""Measures one set after the other, each on a server of its own; what was measured is on the disk before the next.

Interrupted or killed, the same command goes on where it was: with the next clip of the set that it was at.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from core.errors import FolderUnusable, TuneFailed
from core.files import atomic_write
from core.messages import gettext_noop, message
from launcher.options import LaunchRequest
from launcher.speech import say
from launcher.tune.clip import ClipRequest, RenderFailed, render
from launcher.tune.likeness import DIFFERENT, NOISE, Likeness
from launcher.tune.report import FAILED, WORDS
from launcher.tune.server import Machine, NotReady, warmed_up_as
from launcher.tune.sets import BASELINE, FlagSet, combined

RESULTS = "results.json"
_CLIPS = 2
_TRIES = 2  # of a set, where the whole tuning was killed in the middle of it: it may be what killed it
_WORTH = 0.98  # of the baseline's time: less is measuring noise
_RENDER_SECONDS = 7200.0
_DRAFT_SHARES = (0.2, 0.3, 0.4, 0.5)  # of the steps


class Tuning:
    """One checkpoint on one machine; everything of it is in ``folder``."""

    def __init__(self, machine: Machine, request: LaunchRequest, clip: ClipRequest, folder: Path) -> None:
        self._machine, self._clip, self._folder = machine, clip, folder
        self._request = warmed_up_as(clip, request, machine.flags)
        self._state: dict[str, Any] = _read(folder / RESULTS)

    def run(self, sets: Sequence[FlagSet], *, drafts: bool) -> tuple[FlagSet, int | None]:
        """Measure what is not measured yet; returns the best set, and the steps of a draft where they were looked for.

        Raises:
            TuneFailed: the baseline could not be measured.
        """
        for number, one in enumerate(sets, 1):
            self._measure(one, number, len(sets))
            if one.name == BASELINE and self._row(one)["verdict"] == FAILED:
                raise TuneFailed(self._row(one)["reason"])
        together = list(_together(sets, self.rows))
        for number, one in enumerate(together, len(sets) + 1):
            self._measure(one, number, len(sets) + len(together))
        best = best_of([*sets, *together], self.rows)
        return best, self._draft_steps(best) if drafts else None

    @property
    def rows(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._state["sets"]
        return found

    def seconds(self, one: FlagSet) -> float:
        return float(self._row(one)["seconds"])

    def _row(self, one: FlagSet) -> dict[str, Any]:
        for row in self.rows:
            if row["name"] == one.name:
                return row
        row = {**one.as_json(), "verdict": "", "tries": 0, "clips": []}
        self.rows.append(row)
        return row

    def _measure(self, one: FlagSet, number: int, count: int) -> None:
        row = self._row(one)
        if row["verdict"]:
            return
        template = gettext_noop("{number} of {count}, {name}: starting")
        say(message(template, number=number, count=count, name=one.name))
        row["tries"] += 1
        if row["tries"] > _TRIES:
            row.update(verdict=FAILED, reason="the tuning ended in the middle of it, twice")
        else:
            self._save()  # before it is started: what kills this process too is known by that
            self._try(one, row, number)
        self._save()
        _tell(row)

    def _try(self, one: FlagSet, row: dict[str, Any], number: int) -> None:
        folder = self._folder / f"{number:02}-{_slug(one.name)}"
        try:
            with self._machine.served(one.applied(self._request), folder) as (port, is_alive):
                while len(row["clips"]) < _CLIPS:
                    video = folder / f"clip-{len(row['clips']) + 1}.mp4"
                    times = render(port, self._clip, video, is_alive=is_alive, timeout=_RENDER_SECONDS)
                    row["clips"].append({**asdict(times), "video": video.relative_to(self._folder).as_posix()})
                    self._save()
            quicker = min(row["clips"], key=lambda clip: clip["seconds"])
            row.update({name: value for name, value in quicker.items() if name != "video"})
            self._judge(one, row)
        except (RenderFailed, NotReady) as problem:
            row.update(verdict=FAILED, reason=str(problem))

    def _judge(self, one: FlagSet, row: dict[str, Any]) -> None:
        """Against the baseline's clip; the baseline against its own second one: how well it repeats itself."""
        clips = [self._folder / clip["video"] for clip in row["clips"]]
        before = self._row(FlagSet(BASELINE))
        like = self._compared(self._folder / before["clips"][0]["video"], clips[-1 if one.name == BASELINE else 0])
        row["likeness"] = asdict(like)
        row["verdict"] = like.verdict
        if one.name != BASELINE and like.is_as_near_as(Likeness(**before["likeness"])) and like.verdict == DIFFERENT:
            row["verdict"] = NOISE  # the baseline itself does not come nearer to itself

    def _compared(self, one: Path, other: Path) -> Likeness:
        command = [self._machine.python, "-m", "launcher.tune.likeness", str(one), str(other)]
        here = Path(__file__).resolve().parents[2]
        done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)
        try:
            return Likeness(**json.loads(done.stdout))
        except (ValueError, TypeError):
            raise RenderFailed((done.stderr.strip().splitlines() or ["no comparison"])[-1][:300]) from None

    def _draft_steps(self, best: FlagSet) -> int | None:
        """The fewest steps whose clip shows what the clip of all steps shows; None where none of them does."""
        found: dict[str, Any] = self._state["drafts"]
        wanted = sorted({max(1, round(self._clip.steps * share)) for share in _DRAFT_SHARES})
        missing = [steps for steps in wanted if str(steps) not in found]
        if missing and not _first_that_does(found):
            say(message(gettext_noop("drafts in {steps} steps: starting"), steps=", ".join(map(str, missing))))
            with suppress(RenderFailed, NotReady):
                self._measure_drafts(best, missing)
        return _first_that_does(found)

    def _measure_drafts(self, best: FlagSet, wanted: Sequence[int]) -> None:
        """Up to the first that does."""
        folder, whole = self._folder / "drafts", self._folder / self._row(best)["clips"][0]["video"]
        with self._machine.served(best.applied(self._request), folder) as (port, is_alive):
            for steps in wanted:
                clip, video = replace(self._clip, steps=steps), folder / f"{steps}-steps.mp4"
                render(port, clip, video, is_alive=is_alive, timeout=_RENDER_SECONDS)
                self._state["drafts"][str(steps)] = asdict(self._compared(whole, video))
                self._save()
                if _first_that_does(self._state["drafts"]):
                    return

    def _save(self) -> None:
        try:
            atomic_write(self._folder / RESULTS, json.dumps(self._state, indent=1).encode() + b"\n")
        except OSError as problem:
            raise FolderUnusable(folder=str(self._folder), reason=problem.strerror or "?") from None


def _first_that_does(drafts: Mapping[str, Any]) -> int | None:
    """The fewest steps of those that look right."""
    return min((int(steps) for steps, like in drafts.items() if Likeness(**like).does_for_a_draft), default=None)


def _equal(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """The seconds of the sets that render the same, or the same but for numeric noise."""
    return {row["name"]: row["seconds"] for row in rows if row["verdict"] not in ("", FAILED, DIFFERENT)}


def best_of(sets: Sequence[FlagSet], rows: Sequence[dict[str, Any]]) -> FlagSet:
    """The fastest equal set, of those that are as fast as can be told the one that changes least.

    The baseline where none is really faster, whatever its own second clip was like.
    """
    equal, usual = _equal(rows), next(row["seconds"] for row in rows if row["name"] == BASELINE)
    faster = [one for one in sets if equal.get(one.name, usual) < usual * _WORTH]
    least = min((equal[one.name] for one in faster), default=usual)
    near = [one for one in faster if equal[one.name] * _WORTH <= least]
    return min(near, key=lambda one: (len(one.request) + len(one.options), equal[one.name]), default=FlagSet(BASELINE))


def _together(sets: Sequence[FlagSet], rows: Sequence[dict[str, Any]]) -> Iterator[FlagSet]:
    """The best of each thing that was varied, one added after the other."""
    by_axis = [[one for one in sets if one.axis == axis] for axis in dict.fromkeys(one.axis for one in sets)]
    equal = _equal(rows)
    winners = [best for some in by_axis if (best := best_of(some, rows)).name != BASELINE]
    winners.sort(key=lambda one: equal[one.name])
    whole = winners[0] if winners else None
    for one in winners[1:]:
        whole = combined(whole, one) if whole else one
        yield whole


def _tell(row: dict[str, Any]) -> None:
    if row["verdict"] == FAILED:
        say(message(gettext_noop("{name}: failed: {reason}"), name=row["name"], reason=row["reason"]))
        return
    template = gettext_noop("{name}: {seconds} s a clip, {verdict}")
    say(message(template, name=row["name"], seconds=f"{row['seconds']:.1f}", verdict=WORDS[row["verdict"]]))


def _slug(name: str) -> str:
    return "-".join("".join(sign if sign.isalnum() else " " for sign in name.lower()).split())[:60]


def _read(file: Path) -> dict[str, Any]:
    """What was measured before; nothing where that cannot be read."""
    try:
        found = json.loads(file.read_bytes())
        if isinstance(found["sets"], list) and isinstance(found["drafts"], dict):
            return {"sets": found["sets"], "drafts": found["drafts"]}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return {"sets": [], "drafts": {}}
