"""``--tune``: what is measured, how it goes on after an interruption, and what is kept of it."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from core.errors import BadOption, NoNumerics
from core.messages import gettext_noop, message
from launcher import installed
from launcher.command import options, shown
from launcher.environment import own_program
from launcher.options import FILES, LaunchRequest
from launcher.plan import Plan, for_installed, plans
from launcher.speech import say
from launcher.tune.clip import ClipRequest
from launcher.tune.kept import Kept, Key, keep, keep_draft_steps, key_of, look_up
from launcher.tune.report import table
from launcher.tune.run import RESULTS, Tuning
from launcher.tune.server import Machine
from launcher.tune.sets import BASELINE, FlagSet, is_free, sets_for
from launcher.warm_up import WARM_UP_FRAMES, WARM_UP_SIZES

FULL, QUICK = "full", "quick"
_STEPS = {FULL: 50, QUICK: 10}
_FRAMES = {FULL: WARM_UP_FRAMES, QUICK: 49}


def check_alone(asked: Sequence[LaunchRequest]) -> None:
    """Raises BadOption where several models are to be tuned at the same time: they would slow each other down."""
    if len(asked) > 1:
        accepted = gettext_noop("one --model-path at a time")
        raise BadOption(option="--tune", value=len(asked), accepted=accepted)


def show_sets(plan: Plan, request: LaunchRequest, flags: frozenset[str] | None) -> None:
    """What would be measured, as commands, without starting anything."""
    clip, sets = _clip(plan, request), _sets(plan, request, flags)
    template = gettext_noop("{count} sets, two clips each of {size}, {frames} frames and {steps} steps:")
    say(message(template, count=len(sets), size=clip.size, frames=clip.num_frames, steps=clip.steps))
    for number, one in enumerate(sets, 1):
        planned = for_installed(plans([one.applied(request)], plan.choice.gpus, None, dry_run=True)[0], flags)
        chosen, _ = installed.kept(options(planned), flags)
        print(f"# {number}. {one.name}\n{shown(planned, chosen, own_program() or 'sglang')}", flush=True)


def tune(plan: Plan, request: LaunchRequest, machine: Machine) -> int:
    """Measure everything and keep the best. Returns the exit status.

    Raises:
        LaunchError, KeyboardInterrupt: what was measured is kept, and the same command goes on.
    """
    key, clip = _key(plan, machine.sglang, machine.flags), _clip(plan, request)
    folder = _folder(plan, request, key, clip)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sets = _sets(plan, request, machine.flags)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    tuning = Tuning(machine, request, clip, folder)
    template = gettext_noop("{count} sets, two clips each of {size}, {frames} frames and {steps} steps:")
    say(message(template, count=len(sets), size=clip.size, frames=clip.num_frames, steps=clip.steps))
    try:
        best, draft_steps = tuning.run(sets, drafts=request.tune == FULL)
    except KeyboardInterrupt:
        say(message(gettext_noop("Stopped. What was measured is kept: the same command goes on from there.")))
        raise
    where = keep(_checkpoint(plan), key, _kept(tuning, best, draft_steps))
    _tell(tuning, best, where, folder)
    if draft_steps:
        if request.tune_path is None:
            keep_draft_steps(plan.model, draft_steps)
        template = gettext_noop("A draft shows what its final will show from {steps} steps on: DRAFT_STEPS={steps}")
        say(message(template, steps=draft_steps))
    return 0


def numerics_python(sglang: str) -> str:
    """A Python that has numpy and PyAV, with which clips are compared: this one, or SGLang's own.

    Raises:
        NoNumerics: neither has both.
    """
    for python in filter(None, (sys.executable, installed.python_of(Path(sglang)))):
        done = subprocess.run([python, "-c", "import av, numpy"], capture_output=True, check=False)
        if done.returncode == 0:
            return python
    raise NoNumerics


def with_tuned(
    request: LaunchRequest, plan: Plan, sglang: str | None, flags: frozenset[str] | None
) -> tuple[LaunchRequest, Kept | None]:
    """The request with what a tuning on exactly this machine kept, as far as the person has left that to us."""
    if request.no_tuned or request.tune or sglang is None:
        return request, None
    kept = look_up(_checkpoint(plan), _key(plan, sglang, flags))
    if kept is None or kept.flags.name == BASELINE or not is_free(kept.flags, request):
        return request, None
    return kept.flags.applied(request), kept


def _sets(plan: Plan, request: LaunchRequest, flags: frozenset[str] | None) -> list[FlagSet]:
    return sets_for(plan, request, flags, quick=request.tune == QUICK)


def _clip(plan: Plan, request: LaunchRequest) -> ClipRequest:
    how = request.tune or FULL
    width, height = map(int, WARM_UP_SIZES[plan.model][0].split("x"))
    frames = request.tune_frames or _FRAMES[how]
    return ClipRequest(width, height, frames + (1 - frames) % 4, request.tune_steps or _STEPS[how])


def _checkpoint(plan: Plan) -> Path:
    return plan.link.target if plan.link else plan.model_path


def _key(plan: Plan, sglang: str, flags: frozenset[str] | None) -> Key:
    """Where the version cannot be told, as behind a script of somebody's own, its options stand for it."""
    told = hashlib.sha256(" ".join(sorted(flags or ())).encode()).hexdigest()[:8]
    return key_of(plan.choice.gpus, installed.versions(sglang).sglang or f"options {told}", _checkpoint(plan))


def _folder(plan: Plan, request: LaunchRequest, key: Key, clip: ClipRequest) -> Path:
    """One for each thing that can be measured: another clip or another option of the person begins anew."""
    fixed = (request.cfg_parallel_size, request.ring_degree, request.ulysses_degree, request.residency)
    told = json.dumps([key.as_json(), vars(clip), request.tune, fixed, request.passed_on], sort_keys=True)
    inside = Path(request.tune_path).expanduser().absolute() if request.tune_path else FILES / "tune"
    return inside / f"{plan.model}-{hashlib.sha256(told.encode()).hexdigest()[:10]}"


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _kept(tuning: Tuning, best: FlagSet, draft_steps: int | None) -> Kept:
    measured = datetime.now(UTC).isoformat(timespec="seconds")
    return Kept(best, tuning.seconds(best), tuning.seconds(FlagSet(BASELINE)), measured, draft_steps)


def _tell(tuning: Tuning, best: FlagSet, where: Path, folder: Path) -> None:
    print(table(tuning.rows), flush=True)
    template = gettext_noop("The clips, the servers' logs and {file} are in {folder}.")
    say(message(template, file=RESULTS, folder=str(folder)))
    template = gettext_noop("Best: {name}, {seconds} s a clip (baseline {baseline} s). The next start uses it: {file}")
    seconds, baseline = (f"{tuning.seconds(one):.1f}" for one in (best, FlagSet(BASELINE)))
    say(message(template, name=best.name, seconds=seconds, baseline=baseline, file=str(where)))
