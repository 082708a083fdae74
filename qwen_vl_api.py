#!/usr/bin/env python3
"""Step 3: what is visible in the first frame: style, camera, elements, where they are, readable text.

Whichever service can see does it: Gemini, Qwen3-VL on DashScope, an OpenAI-compatible one; offline, the frame
is measured. The picture is cropped first, exactly as it will be rendered.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from render_settings import ORIENTATIONS, SIZES, Orientation
from step_calls import StepRun, ready, write

if TYPE_CHECKING:
    from PIL.Image import Image

    from notes import Note
    from providers.base import Provider
    from step_result import StepResult

_QUESTION = "This is the first frame. Write down what is visible in it."


def extract_visual_elements(frame: bytes, *, viewer: Provider) -> StepResult:
    """Describe a frame; the model's prose is the result's ``output``.

    Args:
        frame: PNG bytes, already in the size and shape of the render.

    Raises:
        ProviderError.
    """
    from prompts import system_prompt
    from providers.base import VisionRequest

    run = StepRun("visual_elements")
    return run.result(
        run.ask(viewer, VisionRequest(system=system_prompt("visual_elements"), user=_QUESTION, picture=frame))
    )


def as_rendered(picture: Image, model: str, orientation: Orientation | None) -> tuple[bytes, list[Note]]:
    """The picture as PNG bytes as the render will crop it, and what was cut off.

    Args:
        orientation: None takes that of the picture.
    """
    from media.crop import CropChoice, fit
    from media.pictures import png_bytes

    shape = orientation or ("portrait" if picture.height > picture.width else "landscape")
    fitted = fit(picture, *SIZES[model][shape], CropChoice())
    return png_bytes(fitted.picture), [fitted.note] if fitted.note else []


def _parser() -> argparse.ArgumentParser:
    from command_line import described

    parser = described(__doc__, prog="qwen_vl_api.py")
    parser.add_argument("--image", type=Path, required=True, metavar="F", help="the first frame")
    parser.add_argument("--orientation", choices=ORIENTATIONS, help="of the render; default: that of the picture")
    parser.add_argument("--model", choices=tuple(SIZES), default="mova-360p", help="of the render; default: mova-360p")
    parser.add_argument("--output", type=Path, metavar="F", help="a JSON file to write the elements to")
    parser.add_argument("--json", action="store_true", help="the last thing on stdout is one JSON object")
    return parser


def _run(options: argparse.Namespace) -> dict[str, object]:
    import config
    from command_line import remark, say, say_notes
    from media.frames import open_source
    from providers import choose

    settings = config.load()
    output = ready(options.output) if options.output else None
    frame, notes = as_rendered(open_source(options.image, settings), options.model, options.orientation)
    for cut in notes:
        say(remark(cut))
    result = extract_visual_elements(frame, viewer=choose(settings, "vision"))
    say_notes(result)
    elements = _elements(result, options.image, notes)
    if output:
        write(output, json.dumps(elements, ensure_ascii=False, indent=2) + "\n")
    return {**elements, "text": result.output}


def _elements(result: StepResult, image: Path, notes: list[Note]) -> dict[str, object]:
    record = result.as_json()
    elements = {"visual_description": record.pop("output"), **record, "image": image.name}
    return {**elements, "warnings": [*map(str, notes), *map(str, result.warnings)]}


def main() -> None:
    from command_line import run_script

    run_script(_parser(), _run)


if __name__ == "__main__":
    main()
