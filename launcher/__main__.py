"""``python -m launcher``: what ``launch_sglang_server.sh`` runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from core import output as terminal
from core.errors import FolderUnusable, LaunchError, SGLangMissing
from core.messages import gettext_noop, message
from launcher import installed
from launcher.choice import needs_look
from launcher.command import Option, config_line, options, shown
from launcher.environment import install, own_program
from launcher.gpus import Gpu, host_memory_gb, look
from launcher.machine import check
from launcher.options import LaunchRequest, wishes, without_install
from launcher.plan import RESIDENCY_TOLD, Plan, for_installed, plans
from launcher.speech import say, say_error, terminal_translator
from launcher.supervise import Supervisor
from launcher.tune import command
from launcher.tune.kept import Kept
from launcher.tune.server import Machine


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: SGLang's own, 2 where it was not started, 0 after a dry run."""
    terminal.prepare()
    try:
        words, to_install = without_install(sys.argv[1:] if arguments is None else arguments)
        if to_install:
            install()
            if not words:
                return 0
        asked, dry_run = wishes(words, os.environ)
        seen = look() if any(map(needs_look, asked)) else []
        made = plans(asked, seen, host_memory_gb(), dry_run=dry_run)
        sglang = installed.program()
        if sglang is None and not dry_run:
            raise SGLangMissing
        flags = _flags(sglang)
        if any(one.tune for one in asked):
            return _tuned(asked, for_installed(made[0], flags), sglang, flags, seen, dry_run=dry_run)
        made = _with_tuned(
            asked, made, sglang, flags, lambda better: plans(better, seen, host_memory_gb(), dry_run=dry_run)
        )
        chosen = [(plan, _explained(plan, flags)) for plan in (for_installed(one, flags) for one in made)]
        check([plan for plan, _ in chosen], sglang, force=dry_run or any(one.force for one in asked))
        return _show(chosen) if dry_run else _start(str(sglang), chosen)
    except LaunchError as problem:
        say_error(problem)
        return problem.exit_code
    except KeyboardInterrupt:
        return 130


def _tuned(
    asked: Sequence[LaunchRequest],
    plan: Plan,
    sglang: str | None,
    flags: frozenset[str] | None,
    seen: Sequence[Gpu],
    *,
    dry_run: bool,
) -> int:
    command.check_alone(asked)
    _explained(plan, flags)
    check([plan], sglang, force=dry_run or any(one.force for one in asked))
    if dry_run:
        command.show_sets(plan, asked[0], flags)
        return 0
    program = str(sglang)
    machine = Machine(program, flags, seen, host_memory_gb(), command.numerics_python(program))
    return command.tune(plan, asked[0], machine)


def _with_tuned(
    asked: Sequence[LaunchRequest],
    made: list[Plan],
    sglang: str | None,
    flags: frozenset[str] | None,
    plan_again: Callable[[Sequence[LaunchRequest]], list[Plan]],
) -> list[Plan]:
    """The plans with what tunings on this machine have found, which they name."""
    found = [command.with_tuned(request, plan, sglang, flags) for request, plan in zip(asked, made, strict=True)]
    if all(kept is None for _, kept in found):
        return made
    again = plan_again([request for request, _ in found])
    return [plan if kept is None else _because(plan, kept) for plan, (_, kept) in zip(again, found, strict=True)]


def _because(plan: Plan, kept: Kept) -> Plan:
    """The plan with the tuning as its reason, in the place of options that nobody gave."""
    ours = RESIDENCY_TOLD if "residency" in kept.flags.request else None
    return replace(plan, reasons=(*(one for one in plan.reasons if one.template != ours), kept.reason))


def _flags(sglang: str | None) -> frozenset[str] | None:
    if sglang is None:
        say(message(gettext_noop("SGLang is not installed here: the options of 0.5.23 are assumed.")))
        return None
    say(message(gettext_noop("Asking SGLang which options it knows…")))
    flags = installed.known_flags(sglang, installed.versions(sglang).sglang)
    if flags is None:
        say(
            message(
                gettext_noop(
                    "`sglang serve --help` did not say which options it knows: the options of 0.5.23 are assumed."
                )
            )
        )
    return flags


def _explained(plan: Plan, flags: frozenset[str] | None) -> list[Option]:
    """The options for what is installed, after saying why they are what they are."""
    say(f"{plan.name}:")
    for reason in plan.reasons:
        say(f"  - {reason.text(terminal_translator())}")
    chosen, dropped = installed.kept(options(plan), flags)
    strange = installed.unknown(plan.passed_on, flags)
    warnings = [
        *plan.warnings,
        *(message(gettext_noop("this SGLang does not know {option}: left out"), option=name) for name in dropped),
        *(
            message(gettext_noop("this SGLang does not know {option}: passed on anyway"), option=name)
            for name in strange
        ),
    ]
    for warning in warnings:
        say(f"  ! {warning.text(terminal_translator())}")
    return chosen


def _show(chosen: Sequence[tuple[Plan, list[Option]]]) -> int:
    say(message(gettext_noop("In config.py, among sglang_servers:")))
    for plan, _ in chosen:
        say(f"    {config_line(plan)}")
    for plan, its_options in chosen:
        print(shown(plan, its_options, own_program() or "sglang"), flush=True)
    return 0


def _start(sglang: str, chosen: Sequence[tuple[Plan, list[Option]]]) -> int:
    for plan, its_options in chosen:
        for folder in (plan.output_path, plan.input_save_path):
            _make(folder)
        if plan.link:
            plan.link.make()
        say(shown(plan, its_options, own_program() or "sglang"))
    return Supervisor(sglang, chosen).run()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise FolderUnusable(folder=str(folder), reason=problem.strerror or "?") from None


if __name__ == "__main__":
    sys.exit(main())
