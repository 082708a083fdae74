"""What fits: where weights rest, and how a render is spread over GPUs. Plain functions from numbers to choices.

Published memory for an 8-second 360p video, per GPU (OpenMOSS/MOVA, README, "Inference Performance Reference"): 48 GB
with components moved in and out whole (and 66.7 GB of host memory), 12 GB layer by layer (76.7 GB of host memory).
SGLang 0.5.23 keeps MOVA's DiTs and VAEs on the GPU where 130 GB are free.
"""

from __future__ import annotations

from collections.abc import Sequence

from errors import DegreesUnfit, TooLittleMemory
from launcher.gpus import Gpu
from notes import N_, phrase

RESIDENT, COMPONENT, LAYERWISE = "resident", "component-offload", "layerwise-offload"
RESIDENCIES = (RESIDENT, COMPONENT, LAYERWISE)
NEEDED_GB = {RESIDENT: 130.0, COMPONENT: 48.0, LAYERWISE: 12.0}
HOST_GB = {RESIDENT: 0.0, COMPONENT: 66.7, LAYERWISE: 76.7}
# A card sold as 48 GB never has all of them free: driver and context take some.
_SLACK = {RESIDENT: 1.0, COMPONENT: 0.95, LAYERWISE: 0.95}


def residency_for(free_gb: float) -> str | None:
    """The fastest residency for a GPU with so much free memory; None where none fits."""
    return next((mode for mode in RESIDENCIES if free_gb >= NEEDED_GB[mode] * _SLACK[mode]), None)


def usable(gpus: Sequence[Gpu]) -> tuple[list[Gpu], str]:
    """The GPUs that allow what the roomiest one allows, and that residency: a slow card would hold up all.

    Raises:
        TooLittleMemory: where not even the roomiest has room for the layers.
    """
    best = max(gpus, key=lambda gpu: gpu.free_gb)
    mode = residency_for(best.free_gb)
    if mode is None:
        raise too_little(best)
    return [gpu for gpu in gpus if residency_for(gpu.free_gb) == mode], mode


def degrees(num_gpus: int, heads: int, ring: int | None = None, ulysses: int | None = None) -> tuple[int, int]:
    """Ring and Ulysses degrees, whose product is the number of GPUs.

    Ulysses deals out attention heads, so its degree has to divide them; it is the faster one, so it gets all that it
    can take, and the ring the rest.

    Raises:
        DegreesUnfit: what was asked for cannot be.
    """
    for name, degree in (("ring", ring), ("ulysses", ulysses)):
        if degree and num_gpus % degree:
            reason = phrase(N_("{degree} ({option}) does not divide {gpus}"), degree=degree, option=name, gpus=num_gpus)
            raise DegreesUnfit(gpus=num_gpus, reason=reason)
    if ulysses is None:
        fitting = (n for n in range(num_gpus, 0, -1) if num_gpus % n == 0 and heads % n == 0)
        ulysses = num_gpus // ring if ring else next(fitting)
    ring = ring or num_gpus // ulysses
    if ring * ulysses != num_gpus:
        reason = phrase(N_("ring {ring} x ulysses {ulysses} is not {gpus}"), ring=ring, ulysses=ulysses, gpus=num_gpus)
        raise DegreesUnfit(gpus=num_gpus, reason=reason)
    if heads % ulysses:
        template = N_("ulysses {ulysses} does not divide {heads}, the attention heads that both towers share")
        raise DegreesUnfit(gpus=num_gpus, reason=phrase(template, ulysses=ulysses, heads=heads))
    return ring, ulysses


def too_little(gpu: Gpu) -> TooLittleMemory:
    """What is wrong with a GPU that has no room for MOVA's layers."""
    needed = round(NEEDED_GB[LAYERWISE])
    return TooLittleMemory(free=shown_gb(gpu.free_gb), total=shown_gb(gpu.total_gb), needed=needed)


def shown_gb(size: float) -> str:
    """Without a needless .0."""
    return f"{size:.1f}".removesuffix(".0")
