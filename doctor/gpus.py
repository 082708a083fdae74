"""The machine as a server of MOVA: GPUs, driver, memory, disk, and the SGLang that is installed."""

from __future__ import annotations

import os

from core.errors import NoGpu
from core.messages import gettext_noop
from doctor.finding import Finding, of_error, ok
from launcher.machine import here
from launcher.preflight import Problem, SetUp, problems


def gpus() -> list[Finding]:
    """What a server started here would lack; nothing on a machine with neither a GPU nor SGLang."""
    seen = here(os.environ.get("MOVA_MODEL_PATH"))
    if not seen.gpus and not seen.sglang:
        return []
    found = [of_problem(one) for one in problems(seen)]
    if not seen.gpus:  # SGLang is here, and nothing to run it on
        return [of_error("gpu", NoGpu(), "warning"), *found]
    return found or [_well(seen)]


def of_problem(problem: Problem, key: str = "") -> Finding:
    """What the launcher says of a set-up, as a finding."""
    return Finding(
        key=key or problem.key,
        verdict="broken" if problem.blocks else "warning",
        says=problem.says,
        advice=problem.advice,
        measured=problem.measured,
    )


def _well(seen: SetUp) -> Finding:
    names = ", ".join(dict.fromkeys(gpu.name for gpu in seen.gpus if gpu.name)) or "-"
    words = gettext_noop("MOVA can be served here: {n} GPUs ({names}), driver {driver}, SGLang {version}")
    facts = {"names": names, "driver": seen.driver or "?", "version": seen.sglang or "-"}
    return ok("gpu", words, n=len(seen.gpus), **facts)
