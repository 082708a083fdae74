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
        needed = round(NEEDED_GB[LAYERWISE])
        raise TooLittleMemory(free=round(best.free_gb, 1), total=round(best.total_gb, 1), needed=needed)
    return [gpu for gpu in gpus if residency_for(gpu.free_gb) == mode], mode


def degrees(num_gpus: int, heads: int, ring: int | None = None, ulysses: int | None = None) -> tuple[int, int]:
    """Ring and Ulysses degrees, whose product is the number of GPUs.

    Ulysses deals out attention heads, so its degree has to divide them; it is the faster one, so it gets all that it
    can take, and the ring the rest.

    Raises:
        DegreesUnfit: what was asked for cannot be.
    """
    if ulysses is None:
        per_ring = num_gpus // ring if ring and num_gpus % ring == 0 else num_gpus
        ulysses = per_ring if ring else max(n for n in range(1, num_gpus + 1) if num_gpus % n == 0 and heads % n == 0)
    ring = num_gpus // ulysses if ring is None else ring
    if ring * ulysses != num_gpus:
        reason = phrase(N_("ring {ring} x ulysses {ulysses} is not {gpus}"), ring=ring, ulysses=ulysses, gpus=num_gpus)
        raise DegreesUnfit(gpus=num_gpus, reason=reason)
    if heads % ulysses:
        reason = phrase(
            N_("ulysses {ulysses} does not divide the {heads} attention heads"), ulysses=ulysses, heads=heads
        )
        raise DegreesUnfit(gpus=num_gpus, reason=reason)
    return ring, ulysses
