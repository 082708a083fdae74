"""The script of qwen_vl_api.py."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

import qwen_vl_api
from cli.terminal import described, remark, run_script, say, say_notes
from core.errors import FileMissing, FileTooLarge
from core.file_access import keep_private
from core.files import ready, write
from core.limits import MAX_TEXT, read_at_most
from core.render_settings import ORIENTATIONS, SIZES
from generate_first_frame import PROMPT
from qwen_vl_api import as_rendered, extract_visual_elements

if TYPE_CHECKING:
    from core.messages import Message
    from core.steps import StepResult


def _parser() -> argparse.ArgumentParser:
    parser = described(qwen_vl_api.__doc__, prog="qwen_vl_api.py")
    parser.add_argument("--image", type=Path, required=True, metavar="F", help="the first frame")
    parser.add_argument("--orientation", choices=ORIENTATIONS, help="of the render; default: that of the picture")
    parser.add_argument("--model", choices=tuple(SIZES), default="mova-360p", help="of the render; default: mova-360p")
    parser.add_argument("--output", type=Path, metavar="F", help="a JSON file to write the elements to")
    parser.add_argument("--json", action="store_true", help="the last thing on stdout is one JSON object")
    return parser


def _run(options: argparse.Namespace) -> dict[str, object]:
    import config
    from media.frames import open_source, read_own
    from providers import choose

    settings = config.load()
    keep_private(settings.file_access)
    output = ready(options.output) if options.output else None
    data, taken = read_own(options.image, settings)
    frame, cut_off = as_rendered(open_source(data, settings), options.model, options.orientation)
    notes = [*taken, *cut_off]
    for cut in notes:
        say(remark(cut))
    result = extract_visual_elements(
        frame, viewer=choose(settings, "vision"), image_prompt=_prompt_beside(options.image)
    )
    say_notes(result)
    elements = _elements(result, options.image, notes)
    if output:
        write(output, json.dumps(elements, ensure_ascii=False, indent=2) + "\n")
    return {**elements, "text": result.output}


def _prompt_beside(image: Path) -> str:
    """What generate_first_frame.py wrote beside a frame that it made; empty where there is nothing of the kind."""
    try:
        return read_at_most(image.with_name(f"{image.stem}{PROMPT}"), MAX_TEXT).decode()
    except (FileMissing, FileTooLarge, UnicodeDecodeError):
        return ""


def _elements(result: StepResult, image: Path, notes: list[Message]) -> dict[str, object]:
    record = result.as_json()
    elements = {"visual_description": record.pop("output"), **record, "image": image.name}
    return {**elements, "warnings": [*map(str, notes), *map(str, result.warnings)]}


def main() -> None:
    run_script(_parser(), _run)


if __name__ == "__main__":
    main()
