"""One server, decided: from what is asked for and what the machine has to everything that its command needs."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from launcher.checkpoint import Checkpoint, read_checkpoint
from launcher.choice import Choice, check_apart, choose
from launcher.fit import HOST_GB, LAYERWISE, NEEDED_GB, RESIDENT, degrees, residency_for, too_little
from launcher.gpus import Gpu
from launcher.links import Link, link_for
from launcher.options import FILES, Wish
from launcher.ports import Ports, ports_for
from launcher.resolution import recognised_as
from notes import N_, Note, note

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Plan:
    """What will be started. ``reasons`` say why, ``warnings`` what to look out for."""

    name: str
    model: str
    model_path: Path
    link: Link | None
    choice: Choice
    ring: int
    ulysses: int
    residency: str
    host: str
    ports: Ports
    output_path: Path
    input_save_path: Path
    passed_on: tuple[str, ...]
    reasons: tuple[Note, ...]
    warnings: tuple[Note, ...]

    @property
    def num_gpus(self) -> int:
        return len(self.choice.gpus)

    @property
    def address(self) -> str:
        """Where clients find it: by this machine's name where others are let in."""
        host = "localhost" if self.host in LOOPBACK else self.host
        host = socket.gethostname() if host in ("0.0.0.0", "::") else host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.ports.http}"


def plans(wishes: Sequence[Wish], seen: Sequence[Gpu], host_gb: float | None, *, dry_run: bool) -> list[Plan]:
    """Every server that is asked for.

    Args:
        seen: the GPUs of this machine.
        host_gb: its free memory in GB, where it is known.
        dry_run: whether a machine without a GPU will do.

    Raises:
        LaunchError: what cannot be, before anything is loaded.
    """
    checkpoints = [read_checkpoint(wish.model_path, wish.model) for wish in wishes]
    check_apart(wishes)
    taken: set[int] = set()
    made: list[Plan] = []
    for wish, checkpoint in zip(wishes, checkpoints, strict=True):
        ports = ports_for(checkpoint.resolution.model, wish.host, wish.port, taken)
        if ports.trouble and not dry_run:
            raise ports.trouble
        name = wish.served_model_name or checkpoint.resolution.model
        name = f"{name}-{ports.http}" if name in {plan.name for plan in made} else name
        made.append(_plan(wish, checkpoint, choose(wish, seen, dry_run=dry_run), ports, name, host_gb))
    return made


def _plan(wish: Wish, checkpoint: Checkpoint, choice: Choice, ports: Ports, name: str, host_gb: float | None) -> Plan:
    model = checkpoint.resolution.model
    residency = wish.residency or _residency(choice)
    ring, ulysses = degrees(len(choice.gpus), checkpoint.heads, wish.ring_degree, wish.ulysses_degree)
    link = link_for(checkpoint.path, model, FILES)
    return Plan(
        name=name,
        model=model,
        model_path=link.link if link else checkpoint.path,
        link=link,
        choice=choice,
        ring=ring,
        ulysses=ulysses,
        residency=residency,
        host=wish.host,
        ports=ports,
        output_path=_folder(wish.output_path, FILES / name / "outputs"),
        input_save_path=_folder(wish.input_save_path, FILES / name / "inputs"),
        passed_on=wish.passed_on,
        reasons=(
            checkpoint.resolution.reason,
            *choice.reasons,
            _why_residency(residency, choice, told=wish.residency is not None),
            *_why_degrees(ring, ulysses, checkpoint.heads),
            *_why_link(checkpoint, link),
        ),
        warnings=(
            *_of_network(wish.host, ports),
            *_of_memory(model, residency, choice),
            *_of_host(residency, choice, host_gb),
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


def _why_residency(mode: str, choice: Choice, *, told: bool) -> Note:
    free = f"{choice.free_gb:.0f}"
    if told:
        return note(N_("weights: {mode}, as --residency says"), mode=mode)
    if mode == RESIDENT:
        return note(N_("weights stay on the GPU ({option}): {free} GB are free"), option=mode, free=free)
    if mode == LAYERWISE:
        template = N_("weights come layer by layer ({option}): {free} GB are free, whole components would need 48")
        return note(template, option=mode, free=free)
    template = N_("components come and go whole ({option}): {free} GB are free, staying would need 130")
    return note(template, option=mode, free=free)


def _why_degrees(ring: int, ulysses: int, heads: int) -> list[Note]:
    if ring * ulysses == 1:
        return []
    template = N_(
        "each render is spread over {n} GPUs, ring {ring} x ulysses {ulysses}: Ulysses is the faster one, and its "
        "degree has to divide the {heads} heads that both towers share"
    )
    return [note(template, n=ring * ulysses, ring=ring, ulysses=ulysses, heads=heads)]


def _why_link(checkpoint: Checkpoint, link: Link | None) -> list[Note]:
    if link is None:
        return []
    taken = recognised_as(str(checkpoint.path))
    if taken:
        template = N_("linked as {link}: SGLang would take its own path for {taken}")
        return [note(template, link=str(link.link), taken=taken)]
    return [note(N_("linked as {link}: SGLang would not recognise its own path"), link=str(link.link))]


def _of_network(host: str, ports: Ports) -> list[Note]:
    trouble = [Note(ports.trouble.what, ports.trouble.facts)] if ports.trouble else []
    if host in LOOPBACK:
        return trouble
    template = N_(
        "on {host} everyone who can reach this machine can use the server, read its files and fill its disk: SGLang "
        "has no login. Put a proxy with a login before it, or leave --host out."
    )
    return [*trouble, note(template, host=host)]


def _of_memory(model: str, residency: str, choice: Choice) -> list[Note]:
    warnings = []
    if choice.free_gb < NEEDED_GB[residency] * 0.95:
        template = N_(
            "{mode} needs {needed} GB by the published figures, and {free} are free: it may run out of memory"
        )
        warnings.append(
            note(template, mode=residency, needed=round(NEEDED_GB[residency]), free=f"{choice.free_gb:.0f}")
        )
    if model == "mova-720p" and residency != RESIDENT:
        template = N_(
            "the figures are published for 360p and none for 720p, which has four times the pixels: where it runs out "
            "of memory, a slower --residency or larger GPUs help"
        )
        warnings.append(note(template))
    return warnings


def _of_host(residency: str, choice: Choice, host_gb: float | None) -> list[Note]:
    needed = HOST_GB[residency]
    if not choice.looked or host_gb is None or host_gb >= needed:
        return []
    template = N_(
        "{mode} keeps about {needed} GB in the memory of the machine by the published figures (one GPU), and {free} "
        "are free: it may be killed while loading"
    )
    return [note(template, mode=residency, needed=round(needed), free=f"{host_gb:.0f}")]
