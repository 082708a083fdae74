"""What all scripts share: options, progress bars, how results and errors are printed, exit codes."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from core import output as terminal
from core.errors import ConfigError, MovaError, NotInEncoding, OutputLost, ServerError
from core.messages import Message, Phrase, Translate, gettext_noop, message, phrase
from core.plain_text import clock
from core.render_settings import ORIENTATIONS, OUTPUT_QUALITIES
from core.translations import language_of_environment, shown_here

if TYPE_CHECKING:
    from core.steps import Step, StepResult
    from render.waiting import OnProgress, Progress

INTERRUPTED = 130
_SHOWN = 80  # characters of a wrong value
_TEXTS = ("prompt", "description", "negative_prompt", "user_input")
NO_JOBS = message(gettext_noop("no jobs"))
BAR = "{desc} {percentage:3.0f}% |{bar:30}| {elapsed}{postfix}"


def terminal_translator() -> Translate:
    """The translator for the person at this terminal: of MOVA_LANGUAGE, else of the environment."""
    import config

    try:
        wanted = config.load().mova_language
    except ConfigError:  # the error itself needs some language
        wanted = "auto"
    return shown_here(language_of_environment(os.environ) if wanted == "auto" else wanted)


def described(text: str | None, *, prog: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=prog, description=text, formatter_class=argparse.RawDescriptionHelpFormatter)


def add_render_options(parser: argparse.ArgumentParser) -> None:
    """The options of every command that renders. None means: as in the settings."""
    parser.add_argument("--orientation", choices=ORIENTATIONS, help="default: landscape")
    parser.add_argument("--server", metavar="KEY|URL", help="a name of the settings, an address, or `preview`")
    parser.add_argument("--num-frames", type=int, metavar="N", help="4k+1; MOVA was trained on 193")
    parser.add_argument("--fps", type=int, metavar="N", help="default 24")
    parser.add_argument("--seed", type=int, metavar="N", help="0 draws one; it is printed and recorded")
    parser.add_argument("--guidance-scale", type=float, metavar="X", help="default 5.0; 1 turns guidance off")
    parser.add_argument("--num-inference-steps", type=int, metavar="N", help="default 50")
    add_switch(parser, "draft", "in DRAFT_STEPS steps (25) unless told; `rerun JOB --final` renders its final")
    parser.add_argument(
        "--takes", type=int, metavar="N", help="2 to 8: one seed after the other, until a take is good; all are kept"
    )
    parser.add_argument("--negative-prompt", metavar="TEXT", help="default: the server's own; '' is really empty")
    parser.add_argument("--output-quality", choices=OUTPUT_QUALITIES, help="of the file's encoding; default high")
    parser.add_argument(
        "--crop-shift", type=float, default=0.0, metavar="X", help="-1 left/top, 0 centre, 1 right/bottom"
    )
    parser.add_argument("--bars", action="store_true", help="keep the whole picture, with bars instead of a crop")


def add_switch(parser: argparse.ArgumentParser, name: str, words: str) -> None:
    """The flag of one of a request's switches; not given, it is not among the options."""
    parser.add_argument(f"--{name.replace('_', '-')}", action="store_true", default=argparse.SUPPRESS, help=words)


def with_values(arguments: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Command-line arguments in which a text such as ``-一只猫`` is the value of its option, not an option itself."""
    joined: list[str] = []
    for argument in arguments:
        starts_like_an_option = argument.startswith("-") and not re.fullmatch(r"--?[a-z][a-z-]*(?:=.*)?", argument)
        if joined and joined[-1] in texts and starts_like_an_option:
            argument = f"{joined.pop()}={argument}"
        joined.append(argument)
    return joined


def say_notes(result: StepResult) -> None:
    """Print who made a result, and its warnings."""
    made = gettext_noop("{step}: {provider} · {model} · {seconds} s")
    seconds = f"{result.seconds:.1f}"
    say(message(made, step=with_spaces(result.step), provider=result.provider, model=result.model, seconds=seconds))
    for warning in result.warnings:
        say(remark(warning))


def say(words: object, stream: TextIO | None = None) -> None:
    """Print for the person, not for a program: to stderr unless told otherwise."""
    print(translated(words), file=stream or sys.stderr, flush=True)


def translated(words: object) -> str:
    """A sentence in the person's language; anything else as it is."""
    return words.text(terminal_translator()) if isinstance(words, Message) else str(words)


def remark(words: Message | str) -> Message:
    """Print a note, marked as such."""
    return message(gettext_noop("Note: {words}"), words=translated(words))


def with_spaces(key: str) -> str:
    """A step or state as written in sentences."""
    return key.replace("_", " ")


def say_server_error(error: ServerError, waited: float) -> None:
    template = gettext_noop("{trouble} Waiting for it ({seconds} s so far)…")
    say(message(template, trouble=error.message(terminal_translator()), seconds=round(waited)))


@contextmanager
def step_bar(step: Step) -> Iterator[Callable[[str], None]]:
    """A bar for one step of the preparation; at its end it shows who made the step."""
    from tqdm import tqdm

    with tqdm(total=1, desc=column(step, 18), bar_format=BAR, file=sys.stderr) as bar:

        def done(maker: str) -> None:
            bar.set_postfix_str(maker, refresh=False)
            bar.update(1)

        yield done


@contextmanager
def progress_bar(name: str) -> Iterator[OnProgress]:
    """A bar with the server's own percentage and the time left; an error is printed once."""
    from tqdm import tqdm

    lively = sys.stderr.isatty()
    pause = 0.2 if lively else 10
    with tqdm(total=100, desc=column(name, 18), bar_format=BAR, file=sys.stderr, dynamic_ncols=lively) as bar:
        troubled, drawn, part = "", 0.0, ""

        def on_progress(progress: Progress) -> None:
            nonlocal troubled, drawn, part
            if progress.error and progress.error.message() != troubled:
                words = message(
                    gettext_noop("{trouble} Still waiting…"), trouble=progress.error.message(terminal_translator())
                )
                bar.write(translated(words), file=sys.stderr)
            troubled = progress.error.message() if progress.error else ""
            bar.n, now = progress.percent, time.monotonic()
            bar.set_postfix_str(translated(_state(progress)), refresh=False)
            # Not `update`, which leaves a standing percentage as it was drawn, its clock included.
            if now - drawn >= pause or progress.percent == 100 or (progress.part or progress.status) != part:
                bar.refresh()
                drawn, part = now, progress.part or progress.status

        yield on_progress


def column(key: str, width: int) -> str:
    """The name of a step or state in the person's language, filled up; a Chinese character is two columns wide."""
    from tqdm.utils import disp_len

    name = terminal_translator()(with_spaces(key))
    return name + " " * (width - disp_len(name))


def _state(progress: Progress) -> Message:
    if progress.error:
        return message(gettext_noop("no answer for {seconds} s"), seconds=round(progress.troubled_for))
    doing = _doing(progress)
    if progress.seconds_left is not None:
        left = (
            gettext_noop("{part}, about {time} left")
            if progress.seconds_left
            else gettext_noop("{part}, longer than usual")
        )
        return message(left, part=doing, time=clock(progress.seconds_left))
    if progress.steps_left is not None:
        return message(gettext_noop("{part}, about {time} of steps left"), part=doing, time=clock(progress.steps_left))
    return message(doing["template"], **doing["facts"])


def _doing(progress: Progress) -> Phrase:
    if progress.part == "denoising" and progress.step is not None:
        return phrase(gettext_noop("denoising, step {n} of {steps}"), n=progress.step, steps=progress.steps or 0)
    known = {
        "encoding": gettext_noop("encoding the prompt and the first frame"),
        "denoising": gettext_noop("denoising"),
        "decoding": gettext_noop("decoding picture and sound"),
        "queued": gettext_noop("waiting in the server's queue"),
        "saving": gettext_noop("fetching the video"),
        "completed": gettext_noop("done"),
        "in_progress": gettext_noop("rendering"),
    }
    status = progress.part or progress.status
    return phrase(known.get(status, status))


def run_script(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], dict[str, object]]) -> NoReturn:
    """Run a script to its exit code: 0, 1 where a service failed, 2 for wrong input, 130 after Ctrl-C.

    ``run`` returns what ``--json`` prints; its ``text`` is what is printed without it.
    """
    terminal.prepare()
    try:
        exit_code = _ran(parser.parse_args(), run)
    except SystemExit as end:  # after --help, or an option that there is not
        exit_code = int(end.code or 0)
    if reason := terminal.lost():
        say_error(OutputLost(reason=reason))
        exit_code = exit_code or OutputLost.exit_code
    sys.exit(exit_code)


def _ran(options: argparse.Namespace, run: Callable[[argparse.Namespace], dict[str, object]]) -> int:
    try:
        _check_values(options)
        result = run(options)
        text, exit_code = result.pop("text", ""), result.pop("exit_code", 0)
        print(json.dumps(result.get("json", result)) if options.json else text, flush=True)
        return int(str(exit_code))
    except MovaError as problem:
        say_error(problem)
        if options.json:
            print(json.dumps({"state": "failed", "error": problem.as_json()}), flush=True)
        return problem.exit_code
    except KeyboardInterrupt:
        say(message(gettext_noop("Stopped.")))
        return INTERRUPTED


def _check_values(options: argparse.Namespace) -> None:
    """Make paths with a ``~`` those of the home folder, which a shell does not do in ``--image=~/cat.png``.

    Raises:
        NotInEncoding: bytes that are no text here. Only names of files may be such bytes.
    """
    for name, value in vars(options).items():
        if isinstance(value, Path):
            setattr(options, name, Path(os.path.expanduser(value)))  # noqa: PTH111 (Path's own fails without a home)
        elif isinstance(value, str) and not _is_text(value) and (name in _TEXTS or not os.path.lexists(value)):
            encoding = sys.getfilesystemencoding().upper()
            shown = "".join(chr(byte) if byte < 128 else f"\\x{byte:02x}" for byte in os.fsencode(value))
            raise NotInEncoding(name=name, encoding=encoding, value=shown[:_SHOWN])


def _is_text(value: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def say_error(problem: MovaError) -> None:
    translate = terminal_translator()
    say(message(gettext_noop("Error: {words}"), words=problem.message(translate)))
    say(problem.next_step(translate))
    if problem.raw:
        say(f"  ({translate(problem.raw)})")
