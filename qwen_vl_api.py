#!/usr/bin/env python3
"""Step 3: what is visible in the first frame: style, camera, elements, where they are, readable text.

Whichever service can see does it: Gemini, Qwen3-VL on DashScope, an OpenAI-compatible one; offline, the frame
is measured, or told from the words that it was drawn from. The picture is cropped first, exactly as it will be
rendered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.render_settings import SIZES, Orientation
from providers.step_run import StepRun

if TYPE_CHECKING:
    from PIL.Image import Image

    from core.messages import Message
    from core.steps import StepResult
    from providers.base import Provider

_QUESTION = "This is the first frame. Write down what is visible in it."


def extract_visual_elements(frame: bytes, *, viewer: Provider, image_prompt: str = "") -> StepResult:
    """Describe a frame; the model's prose is the result's ``output``.

    Args:
        frame: PNG bytes, already in the size and shape of the render.
        image_prompt: what it was made from; offline, a frame that was drawn from it is told from these words.

    Raises:
        ProviderError.
    """
    from prompts import system_prompt
    from providers.base import VisionRequest

    run = StepRun("visual_elements")
    system = system_prompt("visual_elements")
    request = VisionRequest(system=system, user=_QUESTION, picture=frame, image_prompt=image_prompt)
    return run.result(run.ask(viewer, request))


def as_rendered(picture: Image, model: str, orientation: Orientation | None) -> tuple[bytes, list[Message]]:
    """The picture as PNG bytes as the render will crop it, and what was cut off.

    Args:
        orientation: None takes that of the picture.
    """
    from media.crop import CropChoice, fit
    from media.pictures import png_bytes

    shape = orientation or ("portrait" if picture.height > picture.width else "landscape")
    fitted = fit(picture, *SIZES[model][shape], CropChoice())
    return png_bytes(fitted.picture), [fitted.message] if fitted.message else []


if __name__ == "__main__":
    import runpy

    runpy.run_module("cli.visual_elements", run_name="__main__")
