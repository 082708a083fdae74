"""Which sets of options are measured: the launcher's own plan first, then what could be faster and fits the memory.

Plain functions from a plan to sets; options that the installed SGLang does not know are left out. Of SGLang 0.5.23 only
what MOVA's stages use is here: ``--enable-torch-compile`` and Cache-DiT do nothing for it, quantization breaks it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from launcher.fit import BRANCHES, COMPONENT, LAYERWISE, NEEDED_GB, RESIDENCIES, RESIDENT, Spread, spread
from launcher.options import LaunchRequest
from launcher.passed_on import names, parallel
from launcher.plan import CFG_OPTION, Plan

BASELINE = "baseline"
_ATTENTION, _RESIDENT_LAYERS = "--attention-backend", "--dit-layerwise-resident-layers"
_PREFETCH, _FSDP, _GRAPH = "--dit-offload-prefetch-size", "--use-fsdp-inference", "--enable-breakable-cuda-graph"
# What a set may pass on to SGLang; nothing else is believed of a file that keeps one.
OPTIONS = (_ATTENTION, _RESIDENT_LAYERS, _PREFETCH, _FSDP, _GRAPH)
_CHANGES: Mapping[str, Any] = {
    "cfg_parallel_size": (1, BRANCHES),
    "ring_degree": range(1, 1025),
    "ulysses_degree": range(1, 1025),
    "residency": RESIDENCIES,
}
_BACKENDS = ("fa", "torch_cudnn_sdpa", "torch_sdpa", "sage_attn")
_QUICK_BACKENDS = ("torch_cudnn_sdpa", "sage_attn")
_RATIOS = (0.75, 0.5, 0.25, 0.1)  # of the DiTs' layers


@dataclass(frozen=True)
class FlagSet:
    """``request`` are values of the LaunchRequest, ``options`` words for SGLang; ``axis`` is what it varies."""

    name: str
    axis: str = BASELINE
    request: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[str, ...] = ()

    def applied(self, request: LaunchRequest) -> LaunchRequest:
        """A person's request with this set; what they passed on themselves wins."""
        return replace(request, **self.request, passed_on=(*self.options, *request.passed_on))

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "request": dict(self.request), "options": list(self.options)}


def from_json(document: Any) -> FlagSet:
    """A set out of a file.

    Raises:
        ValueError: it holds something that no set of ours has.
    """
    try:
        name, request, words = str(document["name"])[:200], dict(document["request"]), tuple(document["options"])
    except (TypeError, KeyError, ValueError):
        raise ValueError("not a set of options") from None
    if any(name not in _CHANGES or value not in _CHANGES[name] for name, value in request.items()):
        raise ValueError("not a set of options")
    if len(words) % 2 or any(name not in OPTIONS for name in words[::2]):
        raise ValueError("not a set of options")
    if not all(isinstance(value, str) and value.replace("_", "").replace(".", "").isalnum() for value in words[1::2]):
        raise ValueError("not a set of options")
    return FlagSet(name, "kept", request, words)


def sets_for(plan: Plan, request: LaunchRequest, flags: Collection[str] | None, *, quick: bool) -> list[FlagSet]:
    """The sets to measure for a plan, the plan itself first; each differs from it in one thing.

    Args:
        request: the person's own: what it fixes is not varied.
        flags: the options that the installed SGLang knows; None where that is not known.
        quick: only those that promise most.
    """
    found = [
        FlagSet(BASELINE),
        *_spreads(plan, quick=quick),
        *_residencies(plan, quick=quick),
        *_kernels(plan, quick=quick),
    ]
    return [one for one in found if is_free(one, request) and _is_known(one, flags)]


def combined(first: FlagSet, second: FlagSet) -> FlagSet:
    """Both at the same time."""
    name = f"{first.name} + {second.name}"
    return FlagSet(name, "combined", {**first.request, **second.request}, (*first.options, *second.options))


def is_free(one: FlagSet, request: LaunchRequest) -> bool:
    """Whether a person has left to the launcher all that a set changes."""
    given = {name for name in _CHANGES if getattr(request, name) is not None}
    if given & {"cfg_parallel_size", "ring_degree", "ulysses_degree"} or parallel(request.passed_on):
        given |= {"cfg_parallel_size", "ring_degree", "ulysses_degree"}
    return not (given & set(one.request)) and not (set(names(request.passed_on)) & set(one.options[::2]))


def _is_known(one: FlagSet, flags: Collection[str] | None) -> bool:
    if flags is None:
        return True
    cfg = one.request.get("cfg_parallel_size", 1)
    return all(name in flags for name in one.options[::2]) and (cfg == 1 or CFG_OPTION in flags)


def _spreads(plan: Plan, *, quick: bool) -> Iterator[FlagSet]:
    """Other ways to spread a render over the same GPUs."""
    n = plan.num_gpus
    for cfg in (1, BRANCHES):
        if n % cfg:
            continue
        each = n // cfg
        widest = spread(n, plan.heads, cfg=cfg)
        degrees = [d for d in range(each, 0, -1) if each % d == 0 and plan.heads % d == 0]
        for ulysses in degrees:
            how = Spread(cfg, each // ulysses, ulysses)
            if how != plan.spread and (how == widest or not quick):
                changes = {"cfg_parallel_size": cfg, "ring_degree": how.ring, "ulysses_degree": ulysses}
                yield FlagSet(f"cfg {cfg}, ring {how.ring}, ulysses {ulysses}", "spread", changes)


def _residencies(plan: Plan, *, quick: bool) -> Iterator[FlagSet]:
    """Other places for the weights, as far as the published memory figures let them fit."""
    free, everything, least = plan.choice.free_gb, NEEDED_GB[RESIDENT], NEEDED_GB[LAYERWISE]
    if plan.residency == RESIDENT:
        return
    fitting = [ratio for ratio in _RATIOS if least + ratio * (everything - least) <= free]
    for ratio in fitting[: 1 if quick else None]:
        words, name = (_RESIDENT_LAYERS, str(ratio)), f"layer by layer, {ratio:.0%} of the layers resident"
        yield FlagSet(name, "weights", {"residency": LAYERWISE}, words)
    if plan.num_gpus > 1 and least + (everything - least) / plan.num_gpus <= free:
        yield FlagSet("weights sharded over the GPUs (FSDP)", "weights", {"residency": RESIDENT}, (_FSDP, "true"))
    if quick:
        return
    if plan.residency == COMPONENT:
        yield FlagSet("layer by layer", "weights", {"residency": LAYERWISE})
    yield FlagSet("layer by layer, two ahead", "weights", {"residency": LAYERWISE}, (_PREFETCH, "2"))


def _kernels(plan: Plan, *, quick: bool) -> Iterator[FlagSet]:
    for name in _QUICK_BACKENDS if quick else _BACKENDS:
        yield FlagSet(f"attention {name}", "attention", {}, (_ATTENTION, name))
    if plan.residency == RESIDENT and not quick:
        yield FlagSet("CUDA graphs", "graphs", {}, (_GRAPH, "true"))
