"""The script of generate_first_frame.py: prompt, generate, full."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import generate_first_frame
from cli.terminal import described, run_script, say_notes, with_values
from core.file_access import keep_private
from core.files import ready, write
from core.render_settings import ORIENTATIONS, SIZES
from generate_first_frame import ORIGINAL, PROMPT, make_first_frame, write_image_prompt

if TYPE_CHECKING:
    from config import Settings
    from core.steps import StepResult
    from providers.base import Provider


TEXTS = ("--user-input", "--image-prompt")


def _parser() -> argparse.ArgumentParser:
    parser = described(generate_first_frame.__doc__, prog="generate_first_frame.py")
    commands = parser.add_subparsers(dest="command", required=True, metavar="prompt | generate | full")
    prompt = commands.add_parser("prompt", help="description → image prompt")
    generate = commands.add_parser("generate", help="image prompt → first frame")
    full = commands.add_parser("full", help="description → image prompt → first frame")
    for command in (prompt, full):
        command.add_argument("--user-input", required=True, metavar="TEXT", help="the description of the video")
    generate.add_argument("--image-prompt", required=True, metavar="TEXT", help="what the first frame shows")
    for command in (generate, full):
        command.add_argument("--model", choices=tuple(SIZES), default="mova-360p", help="default: mova-360p")
        command.add_argument("--size", metavar="S", help="the service's own size, such as 1280*720 or 2K")
    for command in (prompt, generate, full):
        command.add_argument("--orientation", choices=ORIENTATIONS, default="landscape", help="default: landscape")
        command.add_argument("--output", type=Path, metavar="F", help="default: a new file in OUTPUT_DIR; prompt: none")
        command.add_argument("--json", action="store_true", help="the last thing on stdout is one JSON object")
    return parser


@dataclass(frozen=True)
class _Tools:
    settings: Settings
    writer: Provider
    artist: Provider


def _run(options: argparse.Namespace) -> dict[str, object]:
    import config
    from providers import choose

    settings = config.load()
    keep_private(settings.file_access)
    tools = _Tools(settings, choose(settings, "text"), choose(settings, "image"))
    return {"prompt": _prompt, "generate": _generate, "full": _full}[options.command](options, tools)


def _prompt(options: argparse.Namespace, tools: _Tools) -> dict[str, object]:
    output = ready(options.output) if options.output else None
    result = _written(options, tools)
    if output:
        write(output, f"{result.output}\n")
    return {**result.as_json(), "text": result.output}


def _generate(options: argparse.Namespace, tools: _Tools) -> dict[str, object]:
    return _drawn(options.image_prompt, _ready(options.output or _new_name(tools.settings)), options, tools)


def _full(options: argparse.Namespace, tools: _Tools) -> dict[str, object]:
    output = _ready(options.output or _new_name(tools.settings))
    prompt = _written(options, tools)
    write(output.with_name(f"{output.stem}{PROMPT}"), f"{prompt.output}\n")  # kept also where the picture fails
    frame = _drawn(prompt.output, output, options, tools)
    return {"image_prompt": prompt.as_json(), "text": frame.pop("text"), "first_frame": frame}


def _written(options: argparse.Namespace, tools: _Tools) -> StepResult:
    result = write_image_prompt(
        options.user_input, orientation=options.orientation, writer=tools.writer, limit=tools.artist.prompt_limit
    )
    say_notes(result)
    return result


def _drawn(image_prompt: str, output: Path, options: argparse.Namespace, tools: _Tools) -> dict[str, object]:
    frame = make_first_frame(
        image_prompt,
        size=SIZES[options.model][options.orientation],
        artist=tools.artist,
        writer=tools.writer,
        settings=tools.settings,
        provider_size=options.size,
        name=output.name,
    )
    say_notes(frame.result)
    original = frame.save(output)
    files = {"output": str(output), "original": str(original), "image_prompt": frame.prompt}
    return {**frame.result.as_json(), **files, "text": str(output)}


def _ready(output: Path) -> Path:
    """The names of the files next to the frame must fit, too; the longest picture suffix has four letters."""
    return ready(output, f"{output.stem}{ORIGINAL}webp", f"{output.stem}{PROMPT}")


def _new_name(settings: Settings) -> Path:
    return settings.output_dir / f"first_frame_{datetime.now(UTC):%Y%m%d-%H%M%S}.png"


def main() -> None:
    sys.argv[1:] = with_values(sys.argv[1:], TEXTS)
    run_script(_parser(), _run)


if __name__ == "__main__":
    main()
