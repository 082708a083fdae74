"""The script of prompt_rewriter_with_image.py."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import prompt_rewriter_with_image
from cli.terminal import described, remark, run_script, say, say_notes, with_values
from core.file_access import keep_private
from core.files import ready, write
from core.limits import whole_within
from prompt_rewriter_with_image import DescriptionRequest, elements_from, write_video_description

if TYPE_CHECKING:
    from config import Settings

_MOST_FRAMES = 100_000


TEXTS = ("--user-input", "--image-elements")


def _parser() -> argparse.ArgumentParser:
    parser = described(prompt_rewriter_with_image.__doc__, prog="prompt_rewriter_with_image.py")
    parser.add_argument("--user-input", required=True, metavar="TEXT", help="the description of the video")
    elements = parser.add_mutually_exclusive_group(required=True)
    elements.add_argument("--image-elements", metavar="TEXT", help="what is visible in the first frame")
    elements.add_argument(
        "--image-elements-file", type=Path, metavar="F", help="a file with it: step 3's JSON, or text"
    )
    parser.add_argument("--captions", action="store_true", help="captions are wanted on the picture")
    parser.add_argument("--num-frames", type=int, metavar="N", help="with --fps the length of the clip; default 193")
    parser.add_argument("--fps", type=int, metavar="N", help="default 24")
    parser.add_argument("--output", type=Path, metavar="F", help="a text file to write the description to")
    parser.add_argument("--json", action="store_true", help="the last thing on stdout is one JSON object")
    return parser


def _run(options: argparse.Namespace) -> dict[str, object]:
    import config
    from providers import choose

    settings = config.load()
    keep_private(settings.file_access)
    output = ready(options.output) if options.output else None
    described = write_video_description(_wish(options, settings), writer=choose(settings, "text"))
    say_notes(described.result)
    negative = described.negative_prompt
    for reason in negative.notes if negative else ():
        say(remark(reason))
    if output:
        write(output, f"{described.result.output}\n")
    offer = {"value": negative.value, "reasons": [str(reason) for reason in negative.notes]} if negative else None
    return {**described.result.as_json(), "negative_prompt": offer, "text": described.result.output}


def _wish(options: argparse.Namespace, settings: Settings) -> DescriptionRequest:
    file: Path | None = options.image_elements_file
    return DescriptionRequest(
        user_text=options.user_input,
        elements=elements_from(file) if file else options.image_elements,
        seconds=_seconds(options.num_frames, options.fps, settings),
        captions=options.captions,
        marker=settings.subtitle_marker,
    )


def _seconds(num_frames: int | None, fps: int | None, settings: Settings) -> float:
    frames, rate = num_frames or settings.num_frames, fps or settings.fps
    whole_within("num_frames", frames, 1, _MOST_FRAMES)
    whole_within("fps", rate, 1, _MOST_FRAMES)
    return frames / rate


def main() -> None:
    sys.argv[1:] = with_values(sys.argv[1:], TEXTS)
    run_script(_parser(), _run)


if __name__ == "__main__":
    main()
