"""The command line of a plan, for SGLang 0.5.23, and what belongs to it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from launcher.fit import COMPONENT, LAYERWISE, RESIDENT
from launcher.passed_on import names, parallel, without_warm_up
from launcher.plan import CFG_OPTION, Plan
from launcher.warm_up import WARM_UP_FRAMES, WARM_UP_SIZES

Option = tuple[str, ...]

HTTP_SECONDS = 5  # for connections that are open when SGLang ends; it would wait for them without an end

_SPREAD = (CFG_OPTION, "--ring-degree", "--ulysses-degree", "--tp-size")
_RESIDENCY: dict[str, tuple[Option, ...]] = {
    # The text encoder, used once a render, is left to SGLang.
    RESIDENT: (
        ("--dit-layerwise-offload", "false"),
        ("--dit-cpu-offload", "false"),
        ("--vae-cpu-offload", "false"),
    ),
    COMPONENT: (
        ("--dit-layerwise-offload", "false"),
        ("--dit-cpu-offload", "true"),
        ("--text-encoder-cpu-offload", "true"),
        ("--vae-cpu-offload", "true"),
    ),
    # SGLang's own preset: DiTs, text encoder and video VAE layer by layer, what cannot be layered whole.
    LAYERWISE: (("--performance-mode", "memory"),),
}


def options(plan: Plan) -> list[Option]:
    """What `sglang serve` is told, one option with its values each; what the person passes on wins."""
    theirs = {*names(plan.passed_on), *(_SPREAD if parallel(plan.passed_on) else ())}
    if without_warm_up(plan.passed_on):
        theirs.update(option[0] for option in _warm_up(plan))  # they would switch it on again
    return [option for option in _ours(plan) if option[0] not in theirs]


def _ours(plan: Plan) -> Iterator[Option]:
    yield "--model-type", "diffusion"
    yield "--model-path", str(plan.model_path)
    yield "--served-model-name", plan.name
    yield "--host", plan.host
    yield "--port", str(plan.ports.http)
    yield ("--strict-ports",)
    yield "--scheduler-port", str(plan.ports.scheduler)
    yield "--master-port", str(plan.ports.master)
    yield "--num-gpus", str(plan.num_gpus)
    if plan.spread.cfg > 1:
        yield CFG_OPTION, str(plan.spread.cfg)
    yield "--ring-degree", str(plan.spread.ring)
    yield "--ulysses-degree", str(plan.spread.ulysses)
    yield "--tp-size", "1"
    yield from _RESIDENCY[plan.residency]
    yield "--output-path", str(plan.output_path)
    yield "--input-save-path", str(plan.input_save_path)
    yield ("--enable-metrics",)
    yield from _warm_up(plan)
    yield "--uvicorn-access-log-exclude-prefixes", "/health"
    yield "--http-graceful-shutdown-timeout", str(HTTP_SECONDS)


def _warm_up(plan: Plan) -> Iterator[Option]:
    yield "--warmup-resolutions", *WARM_UP_SIZES[plan.model]
    yield "--warmup-num-frames", str(WARM_UP_FRAMES)


def words(chosen: list[Option], passed_on: tuple[str, ...]) -> list[str]:
    """The words after ``sglang``."""
    return ["serve", *(word for option in chosen for word in option), *passed_on]


def environment(plan: Plan) -> dict[str, str]:
    """What is set in its environment: which GPUs it sees, counted as nvidia-smi counts them."""
    if plan.choice.visible is None:
        return {}
    return {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": plan.choice.visible}


def shown(plan: Plan, chosen: list[Option], sglang: str = "sglang") -> str:
    """The exact command, for a shell, after what it needs."""
    lines = []
    if plan.link:
        lines.append(shlex.join(["mkdir", "-p", str(plan.link.link.parent)]))
        lines.append(shlex.join(["ln", "-sfn", str(plan.link.target), str(plan.link.link)]))
    if variables := environment(plan):
        lines.append("export " + " ".join(f"{name}={value}" for name, value in variables.items()))
    return "\n".join([*lines, shlex.join([sglang, *words(chosen, plan.passed_on)])])


def config_line(plan: Plan) -> str:
    """The server as one of SGLANG_SERVERS in config.py."""
    return f'Server(name="{plan.name}", base_url="{plan.address}", model="{plan.model}"),'
