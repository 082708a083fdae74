"""What fits: where weights rest, and how a render is spread over GPUs. Plain functions from numbers to choices.

Published memory for an 8-second 360p video, per GPU (OpenMOSS/MOVA, README, "Inference Performance Reference"): 48 GB
with components moved in and out whole (and 66.7 GB of host memory), 12 GB layer by layer (76.7 GB of host memory).
SGLang 0.5.23 keeps MOVA's DiTs and VAEs on the GPU where 130 GB are free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import DegreesUnfit, TooLittleMemory
from core.messages import gettext_noop, phrase
from launcher.gpus import Gpu

RESIDENT, COMPONENT, LAYERWISE = "resident", "component-offload", "layerwise-offload"
RESIDENCIES = (RESIDENT, COMPONENT, LAYERWISE)
NEEDED_GB = {RESIDENT: 130.0, COMPONENT: 48.0, LAYERWISE: 12.0}
# With classifier-free guidance each step computes two: with the prompt, and with the negative prompt.
BRANCHES = 2
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


@dataclass(frozen=True)
class Spread:
    """How each render is spread over GPUs; the product of the three is their number.

    ``cfg`` is 2 where both branches of guidance, prompt and negative prompt, are computed at the same time.
    """

    cfg: int
    ring: int
    ulysses: int


def spread(
    num_gpus: int, heads: int, cfg: int | None = None, ring: int | None = None, ulysses: int | None = None
) -> Spread:
    """CFG parallel on an even number of GPUs, ring and Ulysses over the rest; what is given is kept.

    SGLang 0.5.23 itself chooses CFG parallel for MOVA, as long as no degree is given (``_adjust_parallelism``).

    Raises:
        DegreesUnfit: what was asked for cannot be.
    """
    if cfg is None:
        given = (ring or 1) * (ulysses or 1)
        whole = bool(ring and ulysses and given == num_gpus)
        cfg = 1 if whole or num_gpus % (BRANCHES * given) else BRANCHES
    if num_gpus % cfg:
        template = gettext_noop("CFG parallel computes {cfg} branches at the same time, each on as many GPUs")
        raise DegreesUnfit(gpus=num_gpus, reason=phrase(template, cfg=cfg))
    return Spread(cfg, *degrees(num_gpus // cfg, heads, ring, ulysses))


def degrees(num_gpus: int, heads: int, ring: int | None = None, ulysses: int | None = None) -> tuple[int, int]:
    """Ring and Ulysses degrees, whose product is the number of GPUs that compute one branch.

    Ulysses deals out attention heads, so its degree has to divide them; it is the faster one, so it gets all that it
    can take, and the ring the rest.

    Raises:
        DegreesUnfit: what was asked for cannot be.
    """
    for name, degree in (("ring", ring), ("ulysses", ulysses)):
        if degree and num_gpus % degree:
            reason = phrase(
                gettext_noop("{degree} ({option}) does not divide {gpus}"), degree=degree, option=name, gpus=num_gpus
            )
            raise DegreesUnfit(gpus=num_gpus, reason=reason)
    if ulysses is None:
        fitting = (n for n in range(num_gpus, 0, -1) if num_gpus % n == 0 and heads % n == 0)
        ulysses = num_gpus // ring if ring else next(fitting)
    ring = ring or num_gpus // ulysses
    if ring * ulysses != num_gpus:
        reason = phrase(
            gettext_noop("ring {ring} x ulysses {ulysses} is not {gpus}"), ring=ring, ulysses=ulysses, gpus=num_gpus
        )
        raise DegreesUnfit(gpus=num_gpus, reason=reason)
    if heads % ulysses:
        template = gettext_noop("ulysses {ulysses} does not divide {heads}, the attention heads that both towers share")
        raise DegreesUnfit(gpus=num_gpus, reason=phrase(template, ulysses=ulysses, heads=heads))
    return ring, ulysses


def too_little(gpu: Gpu) -> TooLittleMemory:
    """What is wrong with a GPU that has no room for MOVA's layers."""
    needed = round(NEEDED_GB[LAYERWISE])
    return TooLittleMemory(
        ", ".join(gpu.users), free=shown_gb(gpu.free_gb), total=shown_gb(gpu.total_gb), needed=needed
    )


def shown_gb(size: float) -> str:
    """Without a needless .0."""
    return f"{size:.1f}".removesuffix(".0")
