"""Which GPUs a server gets: those that were named, as many as were asked for, or all that fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import BadOption, GpuMissing, GpusShared, NoGpu, TooFewGpus
from core.messages import Message, gettext_noop, message, phrase
from launcher.fit import shown_gb, usable
from launcher.gpus import Gpu
from launcher.options import LaunchRequest

# What a dry run supposes where there is no GPU and nobody said what the other machine has.
SUPPOSED_GB = 80.0


@dataclass(frozen=True)
class Choice:
    """The GPUs of one server. ``visible`` is its CUDA_VISIBLE_DEVICES, None to leave it as it is."""

    gpus: tuple[Gpu, ...]
    visible: str | None
    reasons: tuple[Message, ...]
    looked: bool

    @property
    def free_gb(self) -> float:
        """What every one of them has free."""
        return min(gpu.free_gb for gpu in self.gpus)


def needs_look(request: LaunchRequest) -> bool:
    return request.gpu_memory is None or _count(request) is None


def check_apart(wishes: Sequence[LaunchRequest]) -> None:
    """See that no two servers share a GPU.

    Raises:
        GpusShared: they do, or it was not said which gets which.
    """
    named = [request.gpus for request in wishes]
    if len(wishes) > 1 and None in named:
        raise GpusShared(gpus=phrase(gettext_noop("all")))
    everything = [index for gpus in named for index in gpus or ()]
    if twice := sorted({index for index in everything if everything.count(index) > 1}):
        raise GpusShared(gpus=_indices(twice))


def choose(request: LaunchRequest, seen: Sequence[Gpu], *, dry_run: bool) -> Choice:
    """The GPUs for one server.

    Raises:
        NoGpu, GpuMissing, TooFewGpus, TooLittleMemory: what there is does not do.
        BadOption: --num-gpus and --gpus contradict each other.
    """
    count = _count(request)
    if request.gpus and count and count > len(request.gpus):
        raise BadOption(option="--num-gpus", value=count, accepted=gettext_noop("at most as many as --gpus names"))
    if request.gpu_memory is not None:
        return _told(request, request.gpu_memory, count or len(request.gpus or seen) or 1)
    if not seen:
        if not dry_run:
            raise NoGpu
        supposed = _told(request, SUPPOSED_GB, count or len(request.gpus or ()) or 1)
        template = gettext_noop("no GPU was found here: planned as if for {n} of {size} GB (--num-gpus, --gpu-memory)")
        reasons = (message(template, n=len(supposed.gpus), size=round(SUPPOSED_GB)),)
        return Choice(supposed.gpus, supposed.visible, reasons, looked=False)
    return _found(_named(request, seen), count, seen)


def _told(request: LaunchRequest, size: float, count: int) -> Choice:
    """GPUs as the options describe them."""
    gpus = tuple(Gpu(index, size, size) for index in (request.gpus or range(count))[:count])
    reason = message(gettext_noop("GPUs: {n} of {size} GB, as the options say"), n=count, size=shown_gb(size))
    return Choice(gpus, _indices([gpu.index for gpu in gpus]) if request.gpus else None, (reason,), looked=False)


def _found(pool: list[Gpu], count: int | None, seen: Sequence[Gpu]) -> Choice:
    if count is None:
        gpus, _ = usable(pool)
    elif count > len(pool):
        raise TooFewGpus(wanted=count, found=len(pool))
    else:
        roomiest = sorted(pool, key=lambda gpu: -gpu.free_gb)[:count]
        gpus = [gpu for gpu in pool if gpu in roomiest]
    reasons = [_described(gpus), *_left_out(pool, gpus, by_count=count is not None)]
    return Choice(
        tuple(gpus), None if gpus == list(seen) else _indices([gpu.index for gpu in gpus]), tuple(reasons), looked=True
    )


def _named(request: LaunchRequest, seen: Sequence[Gpu]) -> list[Gpu]:
    by_index = {gpu.index: gpu for gpu in seen}
    for index in request.gpus or ():
        if index not in by_index:
            raise GpuMissing(gpu=index, known=_indices(sorted(by_index)))
    return [by_index[index] for index in request.gpus] if request.gpus else list(seen)


def _count(request: LaunchRequest) -> int | None:
    if request.num_gpus is None and request.ring_degree and request.ulysses_degree:
        return (request.cfg_parallel_size or 1) * request.ring_degree * request.ulysses_degree
    return request.num_gpus


def _described(gpus: Sequence[Gpu]) -> Message:
    free = shown_gb(min(gpu.free_gb for gpu in gpus))
    names = ", ".join(dict.fromkeys(gpu.name for gpu in gpus if gpu.name)) or "GPU"
    template = gettext_noop("GPUs: {n} ({which}), at least {free} GB free on each: {names}")
    return message(template, n=len(gpus), which=_indices([gpu.index for gpu in gpus]), free=free, names=names)


def _left_out(pool: Sequence[Gpu], gpus: Sequence[Gpu], *, by_count: bool) -> list[Message]:
    left = [] if by_count else [gpu for gpu in pool if gpu not in gpus]
    template = gettext_noop(
        "GPU {gpu} is left out: its {free} GB would slow the others down (--gpus includes it anyway)"
    )
    return [message(template, gpu=gpu.index, free=shown_gb(gpu.free_gb)) for gpu in left]


def _indices(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers))
