"""``python -m launcher``: what ``launch_sglang_server.sh`` runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from errors import FolderUnusable, LaunchError, SGLangMissing
from launcher import installed
from launcher.choice import needs_look
from launcher.command import Option, config_line, options, shown
from launcher.gpus import host_memory_gb, look
from launcher.options import wishes
from launcher.plan import Plan, plans
from launcher.speech import here, say, say_error
from launcher.supervise import Supervisor
from notes import N_, note


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: SGLang's own, 2 where it was not started, 0 after a dry run."""
    try:
        asked, dry_run = wishes(sys.argv[1:] if arguments is None else arguments, os.environ)
        seen = look() if any(map(needs_look, asked)) else []
        made = plans(asked, seen, host_memory_gb(), dry_run=dry_run)
        sglang = installed.program()
        if sglang is None and not dry_run:
            raise SGLangMissing
        chosen = [(plan, _explained(plan, flags)) for flags in [_flags(sglang)] for plan in made]
        return _show(chosen) if dry_run else _start(str(sglang), chosen)
    except LaunchError as problem:
        say_error(problem)
        return problem.exit_code
    except KeyboardInterrupt:
        return 130


def _flags(sglang: str | None) -> frozenset[str] | None:
    if sglang is None:
        say(note(N_("SGLang is not installed here: its options are taken to be those of 0.5.23.")))
        return None
    say(note(N_("Asking SGLang which options it knows…")))
    flags = installed.known_flags(sglang)
    if flags is None:
        say(note(N_("`sglang serve --help` did not say which options it knows: they are taken to be those of 0.5.23.")))
    return flags


def _explained(plan: Plan, flags: frozenset[str] | None) -> list[Option]:
    """The options for what is installed, after saying why they are what they are."""
    say(f"{plan.name}:")
    for reason in plan.reasons:
        say(f"  - {reason.text(here())}")
    chosen, dropped = installed.kept(options(plan), flags)
    strange = installed.unknown(plan.passed_on, flags)
    warnings = [
        *plan.warnings,
        *(note(N_("this SGLang does not know {option}: left out"), option=name) for name in dropped),
        *(note(N_("this SGLang does not know {option}: passed on all the same"), option=name) for name in strange),
    ]
    for warning in warnings:
        say(f"  ! {warning.text(here())}")
    return chosen


def _show(chosen: Sequence[tuple[Plan, list[Option]]]) -> int:
    say(note(N_("In config.py, among sglang_servers:")))
    for plan, _ in chosen:
        say(f"    {config_line(plan)}")
    for plan, its_options in chosen:
        print(shown(plan, its_options), flush=True)
    return 0


def _start(sglang: str, chosen: Sequence[tuple[Plan, list[Option]]]) -> int:
    for plan, its_options in chosen:
        for folder in (plan.output_path, plan.input_save_path):
            _make(folder)
        if plan.link:
            plan.link.make()
        say(shown(plan, its_options))
    return Supervisor(sglang, chosen).run()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise FolderUnusable(folder=str(folder), reason=problem.strerror or "?") from None


if __name__ == "__main__":
    sys.exit(main())
