"""One server, decided: from what is asked for and what the machine has to everything that its command needs."""

from __future__ import annotations

import socket
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.messages import Message, gettext_noop, message
from launcher.checkpoint import Checkpoint, read_checkpoint
from launcher.choice import Choice, check_apart, choose
from launcher.fit import LAYERWISE, NEEDED_GB, RESIDENT, Spread, residency_for, spread, too_little
from launcher.gpus import Gpu
from launcher.links import Link, link_for
from launcher.options import FILES, LaunchRequest
from launcher.passed_on import parallel, refuse_quantization, without_effect, without_warm_up
from launcher.ports import Ports, ports_for
from launcher.preflight import host_memory_problem
from launcher.resolution import recognised_as
from launcher.warm_up import why as why_warm_up

CFG_OPTION = "--cfg-parallel-size"
RESIDENCY_TOLD = gettext_noop("weights: {mode}, as --residency says")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Plan:
    """What will be started. ``reasons`` say why, ``warnings`` what to look out for.

    ``heads`` is the number that the Ulysses degree has to divide.
    """

    name: str
    model: str
    model_path: Path
    link: Link | None
    choice: Choice
    heads: int
    spread: Spread
    residency: str
    host: str
    ports: Ports
    output_path: Path
    input_save_path: Path
    passed_on: tuple[str, ...]
    reasons: tuple[Message, ...]
    warnings: tuple[Message, ...]

    @property
    def num_gpus(self) -> int:
        return len(self.choice.gpus)

    @property
    def address(self) -> str:
        """Where clients find it: by this machine's name where others are let in."""
        host = "localhost" if self.host in LOOPBACK else self.host
        host = socket.gethostname() if host in ("0.0.0.0", "::") else host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.ports.http}"


def plans(wishes: Sequence[LaunchRequest], seen: Sequence[Gpu], host_gb: float | None, *, dry_run: bool) -> list[Plan]:
    """Every server that is asked for.

    Args:
        seen: the GPUs of this machine.
        host_gb: its free memory in GB, where it is known.
        dry_run: whether a machine without a GPU will do.

    Raises:
        LaunchError: what cannot be, before anything is loaded.
    """
    for request in wishes:
        if not request.force:
            refuse_quantization(request.passed_on)
    checkpoints = [read_checkpoint(request.model_path, request.model) for request in wishes]
    check_apart(wishes)
    taken: set[int] = set()
    made: list[Plan] = []
    for request, checkpoint in zip(wishes, checkpoints, strict=True):
        ports = ports_for(checkpoint.resolution.model, request.host, request.port, taken)
        if ports.error and not dry_run:
            raise ports.error
        name = request.served_model_name or checkpoint.resolution.model
        name = f"{name}-{ports.http}" if name in {plan.name for plan in made} else name
        made.append(_plan(request, checkpoint, choose(request, seen, dry_run=dry_run), ports, name, host_gb))
    return made


def for_installed(plan: Plan, flags: Collection[str] | None) -> Plan:
    """The plan without CFG parallel where the installed SGLang does not know it; ``flags`` is None if unknown."""
    if plan.spread.cfg == 1 or parallel(plan.passed_on) or flags is None or CFG_OPTION in flags:
        return plan
    without = spread(plan.num_gpus, plan.heads, cfg=1)
    old = _why(plan.spread, plan.heads, plan.passed_on)
    kept = (reason for reason in plan.reasons if reason not in old)
    warning = message(gettext_noop("this SGLang does not know {option}: planned without it"), option=CFG_OPTION)
    return replace(
        plan,
        spread=without,
        reasons=(*kept, *_why(without, plan.heads, plan.passed_on)),
        warnings=(*plan.warnings, warning),
    )


def _plan(
    request: LaunchRequest, checkpoint: Checkpoint, choice: Choice, ports: Ports, name: str, host_gb: float | None
) -> Plan:
    model = checkpoint.resolution.model
    residency = request.residency or _residency(choice)
    how = spread(
        len(choice.gpus), checkpoint.heads, request.cfg_parallel_size, request.ring_degree, request.ulysses_degree
    )
    link = link_for(checkpoint.path, model, FILES)
    return Plan(
        name=name,
        model=model,
        model_path=link.link if link else checkpoint.path,
        link=link,
        choice=choice,
        heads=checkpoint.heads,
        spread=how,
        residency=residency,
        host=request.host,
        ports=ports,
        output_path=_folder(request.output_path, FILES / name / "outputs"),
        input_save_path=_folder(request.input_save_path, FILES / name / "inputs"),
        passed_on=request.passed_on,
        reasons=(
            checkpoint.resolution.reason,
            *choice.reasons,
            _why_residency(residency, choice, told=request.residency is not None),
            *_why(how, checkpoint.heads, request.passed_on),
            *why_warm_up(model, request.passed_on),
            *_why_link(checkpoint, link),
        ),
        warnings=(
            *_of_network(request.host, ports),
            *_of_memory(model, residency, choice),
            *_of_host(residency, choice, host_gb),
            *without_effect(request.passed_on),
            *_of_warm_up(request.passed_on),
        ),
    )


def _residency(choice: Choice) -> str:
    mode = residency_for(choice.free_gb)
    if mode is None:
        raise too_little(min(choice.gpus, key=lambda gpu: gpu.free_gb))
    return mode


def _folder(given: str | None, usual: Path) -> Path:
    # Absolute: SGLang's own defaults depend on where it is started.
    return Path(given).expanduser().absolute() if given else usual


def _why_residency(mode: str, choice: Choice, *, told: bool) -> Message:
    free = f"{choice.free_gb:.0f}"
    if told:
        return message(RESIDENCY_TOLD, mode=mode)
    if mode == RESIDENT:
        return message(gettext_noop("weights stay on the GPU ({option}): {free} GB are free"), option=mode, free=free)
    if mode == LAYERWISE:
        template = gettext_noop(
            "weights are loaded layer by layer ({option}): {free} GB are free, whole components would need 48"
        )
        return message(template, option=mode, free=free)
    template = gettext_noop(
        "whole components are loaded and unloaded ({option}): {free} GB are free, keeping them all would need 130"
    )
    return message(template, option=mode, free=free)


def _why(how: Spread, heads: int, passed_on: Sequence[str]) -> list[Message]:
    if option := parallel(passed_on):
        template = gettext_noop("how a render is spread over GPUs is left to SGLang, as {option} is passed on")
        return [message(template, option=option)]
    reasons, n = [], how.ring * how.ulysses
    if how.cfg > 1:
        template = gettext_noop(
            "CFG parallel {cfg}: each step computes the prompt and the negative prompt at the same time, each on {n} "
            "of the GPUs (one after the other: {option} 1)"
        )
        reasons.append(message(template, cfg=how.cfg, n=n, option=CFG_OPTION))
    if n > 1:
        template = gettext_noop(
            "each forward pass is spread over {n} GPUs, ring {ring} x ulysses {ulysses}: Ulysses is the faster one, "
            "and its degree has to divide the {heads} heads that both towers share"
        )
        reasons.append(message(template, n=n, ring=how.ring, ulysses=how.ulysses, heads=heads))
    return reasons


def _why_link(checkpoint: Checkpoint, link: Link | None) -> list[Message]:
    if link is None:
        return []
    taken = recognised_as(str(checkpoint.path))
    if taken:
        template = gettext_noop("linked as {link}: SGLang would take its own path for {taken}")
        return [message(template, link=str(link.link), taken=taken)]
    return [message(gettext_noop("linked as {link}: SGLang would not recognise its own path"), link=str(link.link))]


def _of_network(host: str, ports: Ports) -> list[Message]:
    error = [Message(ports.error.what, ports.error.facts)] if ports.error else []
    if host in LOOPBACK:
        return error
    template = gettext_noop(
        "on {host} everyone who can reach this machine can use the server, read its files and fill its disk: "
        "SGLang has no login. Put a proxy with a login in front of it, or leave --host out."
    )
    return [*error, message(template, host=host)]


def _of_warm_up(passed_on: Sequence[str]) -> list[Message]:
    if not without_warm_up(passed_on):
        return []
    return [
        message(gettext_noop("without a warm-up, ready only means that it answers: whether it renders is not known"))
    ]


def _of_memory(model: str, residency: str, choice: Choice) -> list[Message]:
    warnings = []
    if choice.free_gb < NEEDED_GB[residency] * 0.95:
        template = gettext_noop(
            "{mode} needs {needed} GB by the published figures, and {free} are free: it may run out of memory"
        )
        warnings.append(
            message(template, mode=residency, needed=round(NEEDED_GB[residency]), free=f"{choice.free_gb:.0f}")
        )
    if model == "mova-720p" and residency != RESIDENT:
        template = gettext_noop(
            "the figures are published for 360p and none for 720p, which has four times the pixels: where it runs out "
            "of memory, a slower --residency or larger GPUs help"
        )
        warnings.append(message(template))
    return warnings


def _of_host(residency: str, choice: Choice, host_gb: float | None) -> list[Message]:
    problem = host_memory_problem(residency, len(choice.gpus), host_gb) if choice.looked else None
    return [problem.says] if problem else []
