"""What all scripts share: options, progress bars, how results and errors are printed, exit codes."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from errors import MovaError, ServerError
from notes import Note
from render_settings import ORIENTATIONS

if TYPE_CHECKING:
    from config import Settings
    from render_settings import RenderSettings
    from step_result import Step, StepResult
    from waiting import OnProgress, Progress

INTERRUPTED = 130


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
    parser.add_argument("--negative-prompt", metavar="TEXT", help="default: the server's own; '' is really empty")
    parser.add_argument(
        "--crop-shift", type=float, default=0.0, metavar="X", help="-1 left/top, 0 centre, 1 right/bottom"
    )
    parser.add_argument("--bars", action="store_true", help="keep the whole picture, with bars instead of a crop")


def render_from(options: argparse.Namespace, model: str, settings: Settings) -> tuple[RenderSettings, list[Note]]:
    """The checked render settings of a command's options."""
    from render_settings import render_settings

    def given(name: str) -> Any:
        value = getattr(options, name)
        return getattr(settings, name) if value is None else value

    return render_settings(
        model=model,
        orientation=options.orientation or "landscape",
        num_frames=given("num_frames"),
        fps=given("fps"),
        guidance_scale=given("guidance_scale"),
        num_inference_steps=given("num_inference_steps"),
        seed=given("seed"),
        negative_prompt=options.negative_prompt,
    )


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
    """Say who made a result and what is to be known of it."""
    say(f"{result.step}: {result.provider} · {result.model} · {result.seconds:.1f} s")
    for warning in result.warnings:
        say(f"Note: {warning}")


def say(words: object, stream: TextIO | None = None) -> None:
    """Print for the person, not for a program: to stderr unless told otherwise."""
    print(words, file=stream or sys.stderr, flush=True)


def say_trouble(trouble: ServerError, waited: float) -> None:
    say(f"{trouble.message()} Waiting for it ({waited:.0f} s so far)…")


@contextmanager
def step_bar(step: Step) -> Iterator[Callable[[str], None]]:
    """A bar for one step of the preparation, which ends on who made it."""
    from tqdm import tqdm

    shape = "{desc:18} {percentage:3.0f}% |{bar:30}| {elapsed}{postfix}"
    with tqdm(total=1, desc=step.replace("_", " "), bar_format=shape, file=sys.stderr) as bar:

        def done(maker: str) -> None:
            bar.set_postfix_str(maker, refresh=False)
            bar.update(1)

        yield done


@contextmanager
def progress_bar(name: str) -> Iterator[OnProgress]:
    """A bar with the server's own percentage and the time left; a trouble is said once, in its own words."""
    from tqdm import tqdm

    lively = sys.stderr.isatty()
    shape = "{desc:18} {percentage:3.0f}% |{bar:30}| {elapsed}{postfix}"
    with tqdm(
        total=100, desc=name, bar_format=shape, mininterval=0.2 if lively else 10, file=sys.stderr, dynamic_ncols=lively
    ) as bar:
        troubled = ""

        def on_progress(progress: Progress) -> None:
            nonlocal troubled
            if progress.trouble and progress.trouble.message() != troubled:
                bar.write(f"{progress.trouble.message()} Still waiting…", file=sys.stderr)
            troubled = progress.trouble.message() if progress.trouble else ""
            bar.set_postfix_str(_state(progress), refresh=False)
            bar.update(progress.percent - bar.n)

        yield on_progress


def _state(progress: Progress) -> str:
    if progress.trouble:
        return f"no answer for {progress.troubled_for:.0f} s"
    if progress.seconds_left is not None:
        minutes, seconds = divmod(round(progress.seconds_left), 60)
        return f"about {minutes}:{seconds:02} left"
    if progress.status == "in_progress":
        return {0: "reading prompt and frame", 99: "writing the file"}.get(progress.percent, "rendering")
    return {"queued": "waiting in the server's line", "completed": "done"}.get(progress.status, progress.status)


def run_script(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], dict[str, object]]) -> NoReturn:
    """Run a script to its exit code: 0, 1 where a service failed, 2 for wrong input, 130 after Ctrl-C.

    ``run`` returns what ``--json`` prints; its ``text`` is what is printed without it.
    """
    options = parser.parse_args()
    try:
        result = run(options)
        text, exit_code = result.pop("text", ""), result.pop("exit_code", 0)
        print(json.dumps(result.get("json", result), ensure_ascii=False) if options.json else text, flush=True)
        sys.exit(int(str(exit_code)))
    except MovaError as problem:
        say_error(problem)
        if options.json:
            print(json.dumps({"state": "failed", "error": problem.as_json()}, ensure_ascii=False))
        sys.exit(problem.exit_code)
    except KeyboardInterrupt:
        say("Stopped.")
        sys.exit(INTERRUPTED)


def say_error(problem: MovaError) -> None:
    say(f"Error: {problem.message()}\n{problem.next_step()}")
    if problem.raw:
        say(f"  ({problem.raw})")


def picture_and_settings(
    options: argparse.Namespace, model: str, settings: Settings
) -> tuple[bytes, RenderSettings, list[Note]]:
    """The first frame as PNG bytes in the exact size of the render, the render settings, and what was changed."""
    from media.frames import open_source, render_frame

    picture = open_source(options.image, settings)
    render, notes = render_from(options, model, settings)
    frame, cut = render_frame(picture, render, crop_choice(options))
    return frame, render, [*notes, *cut]


def crop_choice(options: argparse.Namespace) -> Any:
    from media.crop import CropChoice

    return CropChoice(mode="bars" if options.bars else "crop", shift=options.crop_shift)
