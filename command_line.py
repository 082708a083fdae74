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
from notes import N_, Note, note
from render_settings import ORIENTATIONS
from words import here

if TYPE_CHECKING:
    from config import Settings
    from render.waiting import OnProgress, Progress
    from render_settings import RenderSettings
    from step_result import Step, StepResult

INTERRUPTED = 130
NO_JOBS = note(N_("no jobs"))
BAR = "{desc} {percentage:3.0f}% |{bar:30}| {elapsed}{postfix}"


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
    made = N_("{step}: {provider} · {model} · {seconds} s")
    seconds = f"{result.seconds:.1f}"
    say(note(made, step=named(result.step), provider=result.provider, model=result.model, seconds=seconds))
    for warning in result.warnings:
        say(remark(warning))


def say(words: object, stream: TextIO | None = None) -> None:
    """Print for the person, not for a program: to stderr unless told otherwise."""
    print(spoken(words), file=stream or sys.stderr, flush=True)


def spoken(words: object) -> str:
    """A sentence in the person's language; anything else as it is."""
    return words.text(here()) if isinstance(words, Note) else str(words)


def remark(words: Note | str) -> Note:
    """Something to be known, marked as such."""
    return note(N_("Note: {words}"), words=spoken(words))


def named(key: str) -> str:
    """A step or state as it is called in sentences."""
    return key.replace("_", " ")


def say_trouble(trouble: ServerError, waited: float) -> None:
    template = N_("{trouble} Waiting for it ({seconds} s so far)…")
    say(note(template, trouble=trouble.message(here()), seconds=round(waited)))


@contextmanager
def step_bar(step: Step) -> Iterator[Callable[[str], None]]:
    """A bar for one step of the preparation, which ends on who made it."""
    from tqdm import tqdm

    with tqdm(total=1, desc=column(step, 18), bar_format=BAR, file=sys.stderr) as bar:

        def done(maker: str) -> None:
            bar.set_postfix_str(maker, refresh=False)
            bar.update(1)

        yield done


@contextmanager
def progress_bar(name: str) -> Iterator[OnProgress]:
    """A bar with the server's own percentage and the time left; a trouble is said once, in its own words."""
    from tqdm import tqdm

    lively = sys.stderr.isatty()
    pause = 0.2 if lively else 10
    with tqdm(
        total=100, desc=column(name, 18), bar_format=BAR, mininterval=pause, file=sys.stderr, dynamic_ncols=lively
    ) as bar:
        troubled = ""

        def on_progress(progress: Progress) -> None:
            nonlocal troubled
            if progress.trouble and progress.trouble.message() != troubled:
                words = note(N_("{trouble} Still waiting…"), trouble=progress.trouble.message(here()))
                bar.write(spoken(words), file=sys.stderr)
            troubled = progress.trouble.message() if progress.trouble else ""
            bar.set_postfix_str(spoken(_state(progress)), refresh=False)
            bar.update(progress.percent - bar.n)

        yield on_progress


def column(key: str, width: int) -> str:
    """The name of a step or state in the person's language, filled up; a Chinese character is two columns wide."""
    from tqdm.utils import disp_len

    name = here()(named(key))
    return name + " " * (width - disp_len(name))


def _state(progress: Progress) -> Note:
    if progress.trouble:
        return note(N_("no answer for {seconds} s"), seconds=round(progress.troubled_for))
    if progress.seconds_left is not None:
        minutes, seconds = divmod(round(progress.seconds_left), 60)
        return note(N_("about {time} left"), time=f"{minutes}:{seconds:02}")
    if progress.status == "in_progress":
        ends = {0: N_("reading prompt and frame"), 99: N_("writing the file")}
        return note(ends.get(progress.percent, N_("rendering")))
    known = {"queued": N_("waiting in the server's line"), "completed": N_("done")}
    return note(known.get(progress.status, progress.status))


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
        say(note(N_("Stopped.")))
        sys.exit(INTERRUPTED)


def say_error(problem: MovaError) -> None:
    translate = here()
    say(note(N_("Error: {words}"), words=problem.message(translate)))
    say(problem.next_step(translate))
    if problem.raw:
        say(f"  ({translate(problem.raw)})")


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
