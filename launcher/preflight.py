"""What a set-up lacks, found before minutes of loading are lost: for the launcher and for the doctor alike.

Each check is a plain function of what ``SetUp`` has; launcher/machine.py fills that in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import SetUpUnfit
from core.messages import Message, gettext_noop, message, phrase
from core.version import TESTED_SGLANG
from launcher.disk import Reading
from launcher.fit import HOST_GB, LAYERWISE, NEEDED_GB, residency_for, shown_gb
from launcher.gpus import Gpu

Figure = str | int | float
# The oldest driver for each CUDA; its minor versions go together (CUDA Toolkit Release Notes, "Minor Version
# Compatibility").
_OLDEST_DRIVERS = {11: (450, 80), 12: (525, 60), 13: (580, 0)}
_SHM_GB = 1.0  # what NCCL's guide asks of a container ("Troubleshooting", shared memory)
_SLOW_MINUTES = 10
_FREE_ENOUGH = 0.9  # a GPU of which less is free has another user


@dataclass(frozen=True)
class Problem:
    """``blocks``: the server could not start, or not render, with it. ``measured`` are figures for programs."""

    key: str
    says: Message
    advice: Message
    blocks: bool = False
    measured: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True)
class SetUp:
    """One server's share of a machine; empty or None where something is not known.

    ``cuda`` is what the torch of SGLang was made for, ``residency`` where the weights are to rest.
    """

    gpus: Sequence[Gpu] = ()
    driver: str = ""
    sglang: str = ""
    torch: str = ""
    cuda: str = ""
    host_gb: float | None = None
    shm_gb: float | None = None
    residency: str | None = None
    reading: Reading | None = None


def problems(found: SetUp) -> list[Problem]:
    """Everything that is wrong, what blocks first."""
    return sorted((one for check in CHECKS for one in check(found)), key=lambda one: not one.blocks)


def refuse(found: Sequence[Problem], *, force: bool) -> None:
    """Go no further with what cannot work.

    Raises:
        SetUpUnfit: something blocks, and nobody forces it.
    """
    for one in found:
        if one.blocks and not force:
            reason, advice = (phrase(told.template, **told.facts) for told in (one.says, one.advice))
            raise SetUpUnfit(reason=reason, advice=advice)


def _problem(key: str, words: str, advice: str, *, blocks: bool = False, **facts: Figure) -> Problem:
    return Problem(key, message(words, **facts), message(advice, **facts), blocks, facts)


def _driver(found: SetUp) -> Iterator[Problem]:
    """A torch for CUDA 13 does not run on a driver for CUDA 12; within one of these any minor version does."""
    oldest = _OLDEST_DRIVERS.get(int(found.cuda.partition(".")[0])) if found.cuda else None
    numbers = tuple(int(part) for part in found.driver.split(".")[:2] if part.isdecimal())
    if oldest and len(numbers) == 2 and numbers < oldest:
        words = gettext_noop("The NVIDIA driver {driver} is too old for the torch of SGLang (CUDA {cuda}).")
        advice = gettext_noop("Install driver {oldest} or later, or a torch for an older CUDA.")
        yield _problem("gpu.driver", words, advice, blocks=True, driver=found.driver, cuda=found.cuda, oldest=oldest[0])


def _torch(found: SetUp) -> Iterator[Problem]:
    if found.gpus and found.torch and not found.cuda:
        words = gettext_noop("The torch of SGLang ({torch}) was made without CUDA: it cannot use a GPU.")
        advice = gettext_noop("./launch_sglang_server.sh --install makes an environment with one that can.")
        yield _problem("gpu.torch", words, advice, blocks=True, torch=found.torch)


def _mig(found: SetUp) -> Iterator[Problem]:
    words = gettext_noop("GPU {gpu} is split by MIG: a program gets one part of it, and not its {total} GB.")
    advice = gettext_noop(
        "End that with nvidia-smi -i {gpu} -mig 0, or name a part and its memory: CUDA_VISIBLE_DEVICES=MIG-… with "
        "--num-gpus 1 --gpu-memory GB"
    )
    for gpu in (one for one in found.gpus if one.mig):
        total, blocks = shown_gb(gpu.total_gb), len(found.gpus) > 1
        yield _problem("gpu.mig", words, advice, blocks=blocks, gpu=gpu.index, total=total)


def _memory(found: SetUp) -> Iterator[Problem]:
    for gpu in (one for one in found.gpus if residency_for(one.free_gb) is None):
        words = gettext_noop("GPU {gpu} has {free} GB free, and MOVA needs {needed} even layer by layer.")
        advice = gettext_noop("Free it, or choose larger GPUs with --gpus.")
        needed = round(NEEDED_GB[LAYERWISE])
        yield _problem("gpu.memory", words, advice, gpu=gpu.index, free=shown_gb(gpu.free_gb), needed=needed)


def _others(found: SetUp) -> Iterator[Problem]:
    advice = gettext_noop("End it, or choose other GPUs with --gpus: it takes memory and slows every step.")
    for gpu in found.gpus:
        free, total, users = shown_gb(gpu.free_gb), shown_gb(gpu.total_gb), ", ".join(gpu.users)
        if users:
            words = gettext_noop("GPU {gpu} is used by {users}: {free} of {total} GB are free.")
            yield _problem("gpu.others", words, advice, gpu=gpu.index, free=free, total=total, users=users)
        elif gpu.free_gb < _FREE_ENOUGH * gpu.total_gb:
            words = gettext_noop("Another program uses GPU {gpu}: {free} of {total} GB are free.")
            yield _problem("gpu.others", words, advice, gpu=gpu.index, free=free, total=total)


def _unlike(found: SetUp) -> Iterator[Problem]:
    names = list(dict.fromkeys(gpu.name for gpu in found.gpus if gpu.name))
    if len(names) > 1:
        words = gettext_noop("The GPUs differ ({names}): all wait for the slowest in every step.")
        advice = gettext_noop("Choose like ones with --gpus, or serve with each kind on its own.")
        yield _problem("gpu.unlike", words, advice, names=", ".join(names))


def _shm(found: SetUp) -> Iterator[Problem]:
    if len(found.gpus) > 1 and found.shm_gb is not None and found.shm_gb < _SHM_GB:
        words = gettext_noop("{folder} has only {gigabytes} GB: GPUs that exchange data through it fail while loading.")
        advice = gettext_noop("In a container: docker run --shm-size=8g (compose: shm_size), or --ipc=host.")
        gigabytes = f"{found.shm_gb:.2f}"
        yield _problem("machine.shm", words, advice, folder="/dev/shm", gigabytes=gigabytes)  # noqa: S108


def _host_memory(found: SetUp) -> Iterator[Problem]:
    if problem := host_memory_problem(found.residency or "", len(found.gpus), found.host_gb):
        yield problem


def host_memory_problem(residency: str, num_gpus: int, host_gb: float | None) -> Problem | None:
    """Too little memory for weights that rest outside the GPU. Each GPU has a process with a copy of its own."""
    needed = HOST_GB.get(residency, 0.0) * num_gpus
    if host_gb is None or host_gb >= needed:
        return None
    words = gettext_noop(
        "{mode} keeps about {needed} GB in the memory of the machine by the published figures (GPUs: {n}), and {free} "
        "GB are free: the server may be killed while it loads."
    )
    advice = gettext_noop("Give the machine or the container more memory, or use fewer GPUs (--num-gpus).")
    free = f"{host_gb:.0f}"
    return _problem("machine.memory", words, advice, mode=residency, needed=round(needed), n=num_gpus, free=free)


def _disk(found: SetUp) -> Iterator[Problem]:
    reading = found.reading
    if reading is not None and reading.minutes >= _SLOW_MINUTES:
        words = gettext_noop(
            "The disk under the checkpoint gives {rate} MB/s: its {gigabytes} GB take about {minutes} min to load."
        )
        advice = gettext_noop("Copy the checkpoint to a local SSD, and give that folder as --model-path.")
        rate, gigabytes, minutes = map(round, (reading.rate_mb, reading.total_gb, reading.minutes))
        yield _problem("machine.disk", words, advice, rate=rate, gigabytes=gigabytes, minutes=minutes)


def _version(found: SetUp) -> Iterator[Problem]:
    if problem := version_problem(found.sglang):
        yield problem


def version_problem(version: str) -> Problem | None:
    """An SGLang that is older or newer than the one that was tested; None where it is that or not known."""
    theirs, ours = _numbers(version), _numbers(TESTED_SGLANG)
    if not theirs or theirs == ours:
        return None
    words = gettext_noop("SGLang {version} is newer than the one that this program was tested with, {tested}.")
    advice = gettext_noop("It may work; where something fails, use SGLang {tested}, or update this program.")
    if theirs < ours:
        words = gettext_noop("SGLang {version} is older than the one that this program was tested with, {tested}.")
        advice = gettext_noop("Use SGLang {tested}: ./launch_sglang_server.sh --install makes an environment with it.")
    return _problem("sglang.version", words, advice, version=version, tested=TESTED_SGLANG)


def _numbers(version: str) -> tuple[int, ...]:
    """``0.5.23`` of ``0.5.23.post1+cu130``."""
    leading = version.partition("+")[0].split(".")[:3]
    return tuple(map(int, leading)) if all(part.isdecimal() for part in leading) else ()


CHECKS: tuple[Callable[[SetUp], Iterator[Problem]], ...] = (
    *(_driver, _torch, _mig, _memory, _others, _unlike, _shm, _host_memory, _disk, _version),
)
