"""This machine and the SGLang on it, as launcher/preflight.py judges them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.messages import gettext_noop, message
from launcher import gpus as gpu_look
from launcher import installed
from launcher.disk import read_sample
from launcher.fit import residency_for
from launcher.gpus import Gpu
from launcher.plan import Plan
from launcher.preflight import Problem, SetUp, problems, refuse
from launcher.speech import say, terminal_translator

_SHM = Path("/dev/shm")  # noqa: S108
_OWN = "sgl_diffusion"  # how SGLang calls its workers


def check(plans: Sequence[Plan], sglang: str | None, *, force: bool) -> None:
    """Say what speaks against starting these, before minutes of loading.

    Raises:
        SetUpUnfit: one of them could not work, and nobody forces it.
    """
    found = [problem for plan in plans for problem in _told(plan, sglang)]
    refuse(found, force=force)


def _told(plan: Plan, sglang: str | None) -> list[Problem]:
    # The plan itself warns of the machine's memory.
    seen = replace(_of_plan(plan, sglang), host_gb=None)
    if seen.reading:
        template = gettext_noop("{gigabytes} GB of weights, read at {rate} MB/s: about {minutes} min to load")
        gigabytes, minutes = f"{seen.reading.total_gb:.0f}", f"{seen.reading.minutes:.1f}"
        words = message(template, gigabytes=gigabytes, rate=round(seen.reading.rate_mb), minutes=minutes)
        say(f"  - {words.text(terminal_translator())}")
    found = problems(seen)
    for one in found:
        say(f"  ! {one.says.text(terminal_translator())} {one.advice.text(terminal_translator())}")
    return found


def _of_plan(plan: Plan, sglang: str | None) -> SetUp:
    target = plan.link.target if plan.link else plan.model_path
    return _set_up(plan.choice.gpus if plan.choice.looked else (), sglang, plan.residency, target)


def here(checkpoint: str | None) -> SetUp:
    """The whole machine, for whoever starts nothing; a GPU on which SGLang works already counts as free."""
    seen = [_as_free(gpu) for gpu in gpu_look.look()]
    residency = residency_for(min(gpu.free_gb for gpu in seen)) if seen else None
    return _set_up(seen, installed.program(), residency, Path(checkpoint) if checkpoint else None)


def _as_free(gpu: Gpu) -> Gpu:
    serves = any(user.startswith(_OWN) for user in gpu.users)
    return replace(gpu, free_gb=gpu.total_gb, users=()) if serves else gpu


def _set_up(gpus: Sequence[Gpu], sglang: str | None, residency: str | None, checkpoint: Path | None) -> SetUp:
    versions = installed.versions(sglang) if sglang else installed.Versions()
    return SetUp(
        gpus=gpus,
        driver=gpu_look.driver(),
        sglang=versions.sglang,
        torch=versions.torch,
        cuda=versions.cuda,
        host_gb=gpu_look.host_memory_gb(),
        shm_gb=shm_gb(),
        residency=residency,
        reading=read_sample(checkpoint) if checkpoint else None,
    )


def shm_gb() -> float | None:
    """The size of /dev/shm in GB; None where there is none."""
    return shutil.disk_usage(_SHM).total / 1e9 if _SHM.is_dir() else None
