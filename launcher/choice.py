"""Which GPUs a server gets: those that were named, as many as were asked for, or all that fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from errors import BadOption, GpuMissing, GpusShared, NoGpu, TooFewGpus
from launcher.fit import shown_gb, usable
from launcher.gpus import Gpu
from launcher.options import Wish
from notes import N_, Note, note, phrase

# What a dry run supposes where there is no GPU and nobody said what the other machine has.
SUPPOSED_GB = 80.0


@dataclass(frozen=True)
class Choice:
    """The GPUs of one server. ``visible`` is its CUDA_VISIBLE_DEVICES, None to leave it as it is."""

    gpus: tuple[Gpu, ...]
    visible: str | None
    reasons: tuple[Note, ...]
    looked: bool

    @property
    def free_gb(self) -> float:
        """What every one of them has free."""
        return min(gpu.free_gb for gpu in self.gpus)


def needs_look(wish: Wish) -> bool:
    return wish.gpu_memory is None or _count(wish) is None


def check_apart(wishes: Sequence[Wish]) -> None:
    """See that no two servers share a GPU.

    Raises:
        GpusShared: they do, or it was not said which gets which.
    """
    named = [wish.gpus for wish in wishes]
    if len(wishes) > 1 and None in named:
        raise GpusShared(gpus=phrase(N_("all")))
    everything = [index for gpus in named for index in gpus or ()]
    if twice := sorted({index for index in everything if everything.count(index) > 1}):
        raise GpusShared(gpus=_indices(twice))


def choose(wish: Wish, seen: Sequence[Gpu], *, dry_run: bool) -> Choice:
    """The GPUs for one server.

    Raises:
        NoGpu, GpuMissing, TooFewGpus, TooLittleMemory: what there is does not do.
        BadOption: --num-gpus and --gpus contradict each other.
    """
    count = _count(wish)
    if wish.gpus and count and count > len(wish.gpus):
        raise BadOption(option="--num-gpus", value=count, accepted=N_("at most as many as --gpus names"))
    if wish.gpu_memory is not None:
        return _told(wish, wish.gpu_memory, count or len(wish.gpus or seen) or 1)
    if not seen:
        if not dry_run:
            raise NoGpu
        supposed = _told(wish, SUPPOSED_GB, count or len(wish.gpus or ()) or 1)
        template = N_("no GPU was found here: planned as if for {n} of {size} GB (--num-gpus, --gpu-memory)")
        reasons = (note(template, n=len(supposed.gpus), size=round(SUPPOSED_GB)),)
        return Choice(supposed.gpus, supposed.visible, reasons, looked=False)
    return _found(_named(wish, seen), count, seen)


def _told(wish: Wish, size: float, count: int) -> Choice:
    """GPUs as the options describe them."""
    gpus = tuple(Gpu(index, size, size) for index in (wish.gpus or range(count))[:count])
    reason = note(N_("GPUs: {n} of {size} GB, as the options say"), n=count, size=shown_gb(size))
    return Choice(gpus, _indices([gpu.index for gpu in gpus]) if wish.gpus else None, (reason,), looked=False)


def _found(pool: list[Gpu], count: int | None, seen: Sequence[Gpu]) -> Choice:
    if count is None:
        gpus, _ = usable(pool)
    elif count > len(pool):
        raise TooFewGpus(wanted=count, found=len(pool))
    else:
        roomiest = sorted(pool, key=lambda gpu: -gpu.free_gb)[:count]
        gpus = [gpu for gpu in pool if gpu in roomiest]
    reasons = [_described(gpus), *_left_out(pool, gpus, by_count=count is not None), *_busy(gpus)]
    return Choice(
        tuple(gpus), None if gpus == list(seen) else _indices([gpu.index for gpu in gpus]), tuple(reasons), looked=True
    )


def _named(wish: Wish, seen: Sequence[Gpu]) -> list[Gpu]:
    by_index = {gpu.index: gpu for gpu in seen}
    for index in wish.gpus or ():
        if index not in by_index:
            raise GpuMissing(gpu=index, known=_indices(sorted(by_index)))
    return [by_index[index] for index in wish.gpus] if wish.gpus else list(seen)


def _count(wish: Wish) -> int | None:
    if wish.num_gpus is None and wish.ring_degree and wish.ulysses_degree:
        return wish.ring_degree * wish.ulysses_degree
    return wish.num_gpus


def _described(gpus: Sequence[Gpu]) -> Note:
    free = shown_gb(min(gpu.free_gb for gpu in gpus))
    names = ", ".join(dict.fromkeys(gpu.name for gpu in gpus if gpu.name)) or "GPU"
    template = N_("GPUs: {n} ({which}), at least {free} GB free on each: {names}")
    return note(template, n=len(gpus), which=_indices([gpu.index for gpu in gpus]), free=free, names=names)


def _left_out(pool: Sequence[Gpu], gpus: Sequence[Gpu], *, by_count: bool) -> list[Note]:
    left = [] if by_count else [gpu for gpu in pool if gpu not in gpus]
    template = N_("GPU {gpu} is left out: its {free} GB would slow the others down (--gpus takes it all the same)")
    return [note(template, gpu=gpu.index, free=shown_gb(gpu.free_gb)) for gpu in left]


def _busy(gpus: Sequence[Gpu]) -> list[Note]:
    template = N_("another program holds memory of GPU {gpu}: {free} of {total} GB are free")
    return [
        note(template, gpu=gpu.index, free=shown_gb(gpu.free_gb), total=shown_gb(gpu.total_gb))
        for gpu in gpus
        if gpu.free_gb < 0.9 * gpu.total_gb
    ]


def _indices(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers))
