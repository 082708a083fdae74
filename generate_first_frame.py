#!/usr/bin/env python3
"""Steps 1 and 2: from a description to the first frame, in exactly the size of the render.

prompt     description → image prompt
generate   image prompt → first frame
full       description → image prompt → first frame
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from input_limits import given, given_text
from notes import N_, note
from render_settings import ORIENTATIONS, SIZES, Orientation
from step_calls import StepRun, ready, write

if TYPE_CHECKING:
    from PIL.Image import Image

    from config import Settings
    from providers.base import ImageAnswer, Provider, TextRequest
    from step_result import StepResult

TEXTS = ("--user-input", "--image-prompt")
_FREE_LENGTH = "100 to 250 words"
_LIMITED_LENGTH = "at most {} characters, spaces included: less detail, not less scene"
_SHORTEN_TO = (0.9, 0.75)  # of the limit, asked for in turn: models count characters badly


@dataclass(frozen=True, kw_only=True)
class FirstFrame:
    """``picture`` has exactly the size of the render; ``original`` is the file as the service made it.

    ``prompt`` is what was drawn: the image prompt, shortened where the service takes less.
    """

    result: StepResult
    prompt: str
    picture: Image
    original: bytes
    original_suffix: str

    @property
    def png(self) -> bytes:
        """The picture as a PNG file, written when it is asked for."""
        from media.pictures import png_bytes

        return png_bytes(self.picture)

    def save(self, output: Path) -> Path:
        """Write the frame, and the original beside it as ``<name>_original.<its kind>``, whose path is returned.

        Raises:
            StorageError.
        """
        original = output.with_name(f"{output.stem}_original.{self.original_suffix}")
        write(output, self.png)
        write(original, self.original)
        return original


def write_image_prompt(user_text: str, *, orientation: Orientation, writer: Provider, limit: int | None) -> StepResult:
    """Step 1: the prompt for an image model.

    Args:
        limit: the most characters that the image model takes, None where it has no limit.

    Raises:
        EmptyText, TextTooLong, ProviderError.
    """
    run = StepRun("image_prompt")
    user_text, run.warnings = given_text(user_text, N_("description"))
    prompt = run.ask_plain(writer, _prompt_request(user_text, orientation, limit))
    return run.result(_shortened(run, writer, prompt, limit))


def _prompt_request(user_text: str, orientation: Orientation, limit: int | None) -> TextRequest:
    from prompts import fenced, system_prompt
    from providers.base import TextRequest

    length = _LIMITED_LENGTH.format(int(limit * _SHORTEN_TO[0])) if limit else _FREE_LENGTH
    return TextRequest(
        task="image_prompt",
        system=system_prompt("image_prompt", orientation=orientation, length=length),
        user=f"{fenced('user_description', user_text)}\nFormat: {orientation}.",
        facts={"user_text": user_text, "orientation": orientation},
    )


def _shortened(run: StepRun, writer: Provider, prompt: str, limit: int | None) -> str:
    """The prompt as it is where it fits; else as the text model shortened it, which is said. Never cut."""
    from errors import TextTooLong

    length = len(prompt)
    for share in _SHORTEN_TO:
        if limit is None or len(prompt) <= limit:
            break
        prompt = run.ask_plain(writer, _shorten_request(prompt, limit, int(limit * share)))
    if limit is not None and len(prompt) > limit:
        raise TextTooLong(name=N_("image prompt"), length=len(prompt), limit=limit)
    if limit is not None and length > limit:
        template = N_("The image service takes {limit} characters: the prompt was shortened from {length} to {kept}.")
        run.warnings.append(note(template, limit=limit, length=length, kept=len(prompt)))
    return prompt


def _shorten_request(prompt: str, limit: int, target: int) -> TextRequest:
    from prompts import fenced, system_prompt
    from providers.base import TextRequest

    return TextRequest(
        task="shorten",
        system=system_prompt("shorten", limit=str(limit), target=str(target)),
        user=fenced("image_prompt", prompt),
        facts={"text": prompt, "limit": str(limit)},
    )


def make_first_frame(
    image_prompt: str,
    *,
    size: tuple[int, int],
    artist: Provider,
    writer: Provider,
    settings: Settings,
    provider_size: str | None = None,
    name: str = "first_frame.png",
) -> FirstFrame:
    """Step 2: the first frame.

    Args:
        size: width and height of the render, in pixels.
        artist: makes the picture.
        writer: shortens the prompt where the artist takes less; it is not asked otherwise.
        provider_size: the service's own size, such as ``1280*720``, where one is wished for.
        name: the name of the frame's file, for the record.

    Raises:
        EmptyText, TextTooLong, ProviderError.
    """
    from media.pictures import kind_of
    from providers.base import ImageRequest

    run = StepRun("first_frame")
    prompt = _shortened(run, writer, given(image_prompt, N_("image prompt")), artist.prompt_limit)
    answer = artist.image(ImageRequest(prompt=prompt, width=size[0], height=size[1], size=provider_size))
    run.answers.append(answer)
    picture = _fitted(run, answer, size, settings)
    suffix = kind_of(answer.data)
    return FirstFrame(
        result=run.result(name), prompt=prompt, picture=picture, original=answer.data, original_suffix=suffix
    )


def _fitted(run: StepRun, answer: ImageAnswer, size: tuple[int, int], settings: Settings) -> Image:
    """The picture in exactly that size; what was cut off is noted."""
    from errors import NoImageReturned, PictureError
    from media.crop import CropChoice, fit
    from media.frames import open_source

    try:
        fitted = fit(open_source(answer.data, settings), *size, CropChoice())
    except PictureError as problem:
        raise NoImageReturned(problem.raw, provider=answer.provider, reason=problem.phrase()) from problem
    if fitted.note:
        run.warnings.append(fitted.note)
    return fitted.picture


def _parser() -> argparse.ArgumentParser:
    from command_line import described

    parser = described(__doc__, prog="generate_first_frame.py")
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
    tools = _Tools(settings, choose(settings, "text"), choose(settings, "image"))
    return {"prompt": _prompt, "generate": _generate, "full": _full}[options.command](options, tools)


def _prompt(options: argparse.Namespace, tools: _Tools) -> dict[str, object]:
    output = ready(options.output) if options.output else None
    result = _written(options, tools)
    if output:
        write(output, f"{result.output}\n")
    return {**result.as_json(), "text": result.output}


def _generate(options: argparse.Namespace, tools: _Tools) -> dict[str, object]:
    return _drawn(options.image_prompt, ready(options.output or _new_name(tools.settings)), options, tools)


def _full(options: argparse.Namespace, tools: _Tools) -> dict[str, object]:
    output = ready(options.output or _new_name(tools.settings))
    prompt = _written(options, tools)
    write(output.with_name(f"{output.stem}_prompt.txt"), f"{prompt.output}\n")  # kept also where the picture fails
    frame = _drawn(prompt.output, output, options, tools)
    return {"image_prompt": prompt.as_json(), "text": frame.pop("text"), "first_frame": frame}


def _written(options: argparse.Namespace, tools: _Tools) -> StepResult:
    from command_line import say_notes

    result = write_image_prompt(
        options.user_input, orientation=options.orientation, writer=tools.writer, limit=tools.artist.prompt_limit
    )
    say_notes(result)
    return result


def _drawn(image_prompt: str, output: Path, options: argparse.Namespace, tools: _Tools) -> dict[str, object]:
    from command_line import say_notes

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


def _new_name(settings: Settings) -> Path:
    return settings.output_dir / f"first_frame_{datetime.now(UTC):%Y%m%d-%H%M%S}.png"


def main() -> None:
    from command_line import run_script, with_values

    sys.argv[1:] = with_values(sys.argv[1:], TEXTS)
    run_script(_parser(), _run)


if __name__ == "__main__":
    main()
